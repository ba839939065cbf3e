"""The funnel: a decision as people read it. Considered, suppressed by first reason, scored, chosen."""

from collections.abc import Sequence

from segue.cli.console import columns, paint, plural
from segue.model.decisions import SILENCE, Considered, Decision, Reason
from segue.model.time import Instant, format_instant

_FIRST = ("propensity", "effect")
_LAST = (
    *("response", "later", "hazard", "value", "context_weight", "lever", "lift", "affinity", "preference", "repeat"),
    *("cost", "price", "subsidy", "opportunity_cost", "priority", "total", "sd", "evidence", "reach"),
)
"""Scores in the order in which a total is worked out; objectives, whose names are the workspace's, come in between."""

_CHANCES = ("propensity", "hazard", "reach")
_COUNTS = ("evidence",)
_HEADS = {"context_weight": "context", "opportunity_cost": "slot", "preference": "prefers"}
_AFTER_SCORING = (None, Reason.LOST_ARBITRATION, Reason.SILENCE)
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
    model = f" with {decision.model}" if decision.model else ""
    rows = [
        ("customer", decision.customer_id, "group", decision.group),
        ("at", format_instant(decision.at), "policy", f"{decision.policy}{model}"),
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
    names = score_names(scored)
    rows = [
        (
            "→" if each.key == decision.chosen else "",
            _name(each),
            each.source,
            *(_score(score, each.scores.get(score)) for score in names),
            f"{each.probability:.4f}",
            str(each.suppressed or "chosen"),
        )
        for each in scored
    ]
    head = ("", "scored", "from", *(_HEADS.get(name, name) for name in names), "probability", "")
    return ["", *(f"  {line}" for line in columns([head, *rows], right=range(3, 4 + len(names))))]


def score_names(scored: Sequence[Considered]) -> tuple[str, ...]:
    """Return which scores to show, in the order in which a total is worked out."""
    known = dict.fromkeys(name for each in scored for name in each.scores)
    objectives = [name for name in known if name not in _FIRST and name not in _LAST]
    return tuple(name for name in (*_FIRST, *objectives, *_LAST) if name in known)


def _score(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if name in _COUNTS else f"{value:.3f}" if name in _CHANCES else f"{value:,.2f}"


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
