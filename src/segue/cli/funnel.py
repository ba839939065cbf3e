"""The funnel: a decision as people read it. Considered, suppressed by first reason, scored, chosen."""

from segue.cli.console import columns, paint, plural
from segue.model.decisions import SILENCE, Considered, Decision, Reason
from segue.model.time import Instant, format_instant

_SCORES = ("value", "cost", "priority", "total")
_AFTER_SCORING = (None, Reason.LOST_ARBITRATION)
"""Reasons of candidates that passed the gate."""


def funnel_lines(decision: Decision, delivery: str = "") -> list[str]:
    """Return the lines of ``decision``; ``delivery`` says what became of its message, "" where there is none."""
    winner = next((each for each in decision.considered if each.key == decision.chosen), None)
    scored = [each for each in decision.considered if each is winner or each.suppressed in _AFTER_SCORING]
    suppressed = [each for each in decision.considered if each not in scored]
    scored.sort(key=lambda each: (each.key != decision.chosen, -each.probability, each.key))
    return [
        *_head(decision),
        "",
        f"{plural(len(decision.considered), 'candidate')}: {len(suppressed)} suppressed, {len(scored)} scored",
        *_suppressed_lines(suppressed),
        *_scored_lines(scored, decision),
        "",
        *_verdict(decision, winner, delivery),
    ]


def _head(decision: Decision) -> list[str]:
    rows = [
        ("customer", decision.customer_id, "group", decision.group),
        ("at", format_instant(decision.at), "policy", decision.policy),
        ("slot", decision.slot, "revision", decision.revision),
        ("event", decision.event_id, "seed", decision.seed),
    ]
    return [paint(f"Decision {decision.decision_id}", "bold"), *(f"  {line}" for line in columns(rows))]


def _suppressed_lines(suppressed: list[Considered]) -> list[str]:
    if not suppressed:
        return []
    rows = [(_name(each), each.source, str(each.suppressed), _detail(each)) for each in suppressed]
    head = ("suppressed", "from", "first reason", "")
    return ["", *(f"  {line}" for line in columns([head, *rows]))]


def _scored_lines(scored: list[Considered], decision: Decision) -> list[str]:
    if not scored:
        return []
    rows = [
        (
            "→" if each.key == decision.chosen else "",
            _name(each),
            each.source,
            *(f"{each.scores[score]:,.2f}" if score in each.scores else "" for score in _SCORES),
            f"{each.probability:.4f}",
            str(each.suppressed or "chosen"),
        )
        for each in scored
    ]
    head = ("", "scored", "from", *_SCORES, "probability", "")
    return ["", *(f"  {line}" for line in columns([head, *rows], right=range(3, 8)))]


def _verdict(decision: Decision, winner: Considered | None, delivery: str) -> list[str]:
    how = f"action probability {decision.probability:.4f}, draw {decision.draw:.6f}"
    if decision.is_exploration:
        how += ", exploration"
    if decision.fallback:
        how += f", fallback: {decision.fallback}"
    chosen = "silence" if decision.chosen == SILENCE else _name(winner) if winner else decision.chosen
    lines = [f"Chosen: {paint(chosen, 'green')} ({how})"]
    if decision.is_ghost:
        lines.append(
            f"Not carried out: the customer is held out ({Reason.HOLDOUT}); the decision is logged as a ghost."
        )
    elif decision.delivery_id:
        lines.append(f"Delivery {decision.delivery_id}: {delivery or 'not handed to a channel'}")
    return lines


def _name(candidate: Considered) -> str:
    return SILENCE if candidate.key == SILENCE else f"{candidate.action} · {candidate.channel}"


def _detail(candidate: Considered) -> str:
    until = f"until {format_instant(Instant(candidate.until))}" if candidate.until else ""
    return ", ".join(part for part in (candidate.detail, until) if part)
