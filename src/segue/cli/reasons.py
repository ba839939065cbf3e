"""Reasons: what drove a decision's scores, and what would have had to be different, as people read it."""

from collections.abc import Iterator

from segue.cli.console import columns, paint
from segue.core.decisioning.explanation import SUM, UNCERTAINTY, Attribution, Change, Explanation
from segue.model.decisions import SILENCE, Considered, Decision

_MOST_PARTS = 4
_MOST_CHANGES = 3
_MOST_DRIVEN, _MOST_CANDIDATES = 3, 8
_WORTH_TELLING = 0.05
"""Estimates smaller than this share of a candidate's largest are left out."""

_EQUAL = 1e-9


def reason_lines(decision: Decision, explanation: Explanation) -> list[str]:
    """Return the lines that go below the funnel; none where there is nothing to add."""
    return [*_driver_lines(decision, explanation), *_change_lines(decision, explanation)]


def _driver_lines(decision: Decision, explanation: Explanation) -> Iterator[str]:
    if not explanation.attributions:
        return
    yield ""
    yield paint("What drove the scores", "bold") + f" ({explanation.model})"
    ranked = sorted(_candidates(decision), key=lambda each: (each.key != decision.chosen, -each.scores["total"]))
    for each in ranked[:_MOST_DRIVEN]:
        known = explanation.attributions.get(each.key, ())
        least = _WORTH_TELLING * max((abs(attribution.estimate) for attribution in known), default=0.0)
        for attribution in known:
            if abs(attribution.estimate) >= least:
                yield f"  {_name(each)}: {attribution.of} {attribution.estimate:+,.3f}, {attribution.method}"
                yield from (f"    {line}" for line in columns(_parts(attribution), right=(1, 2)))
                yield from _block_line(attribution)


def _parts(attribution: Attribution) -> list[tuple[str, str, str]]:
    shown, others = attribution.parts[:_MOST_PARTS], attribution.parts[_MOST_PARTS:]
    rows = [
        (_input(part.input), "" if part.input == UNCERTAINTY else f"{part.value:,.2f}", f"{part.amount:+,.3f}")
        for part in shown
    ]
    if others and attribution.method == SUM:
        rows.append((f"{len(others)} others", "", f"{sum(part.amount for part in others):+,.3f}"))
    return rows


def _block_line(attribution: Attribution) -> Iterator[str]:
    if attribution.blocks:
        largest = sorted(attribution.blocks.items(), key=lambda block: (-abs(block[1]), block[0]))
        yield "    by block: " + ", ".join(f"{name} {amount:+,.2f}" for name, amount in largest)


def _change_lines(decision: Decision, explanation: Explanation) -> Iterator[str]:
    if not explanation.changes:
        return
    named = {each.key: each for each in decision.considered}
    favoured = SILENCE if explanation.favourite == SILENCE else _name(named[explanation.favourite])
    yield ""
    yield paint("What would have had to be different", "bold") + f" (the policy favoured {favoured}; each is enough)"
    rows = [
        (SILENCE if key == SILENCE else _name(named[key]), _changes(changes))
        for key, changes in list(explanation.changes.items())[:_MOST_CANDIDATES]
    ]
    yield from (f"  {line}" for line in columns(rows))


def _changes(changes: tuple[Change, ...]) -> str:
    if changes and changes[0].share < _EQUAL:
        return "it was as good: ties go by name, then by channel"
    if not changes:
        return "no single number would have been enough"
    return ", or ".join(_change(change) for change in changes[:_MOST_CHANGES])


def _change(change: Change) -> str:
    digits = 0 if change.name == "priority" else 3
    return f"{change.name} {change.needed:,.{digits}f} instead of {change.now:,.{digits}f}"


def _candidates(decision: Decision) -> list[Considered]:
    return [each for each in decision.considered if each.action and "total" in each.scores]


def _name(candidate: Considered) -> str:
    return f"{candidate.action} · {candidate.channel}" if candidate.channel else candidate.action


def _input(name: str) -> str:
    return "(everybody)" if name == "one" else name
