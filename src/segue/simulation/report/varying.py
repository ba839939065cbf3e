"""What varying each assumption does to each difference, and which assumptions carry the result."""

from collections.abc import Iterator

from segue.measurement.drawing import End, Markup, Span, section, tag, tornado
from segue.simulation.figures import Estimate, Figure
from segue.simulation.report.findings import Findings
from segue.simulation.report.reading import apart_of, assumed, figures_of, read, titled
from segue.simulation.sensitivity import Moved, Varied

_NAMED = 3


def carrying(findings: Findings) -> list[str]:
    """Return, in a sentence or two, which assumptions the result stands and falls with."""
    if not findings.others:
        return []
    if not findings.varied:
        return [
            "Nothing was varied, so which assumptions carry the result is not known. They are listed with "
            "the market, below; a run with --vary tells."
        ]
    changed = overturned(findings)
    tried = len({each.assumption.name for each in findings.varied})
    first = f"Each of {tried} assumptions was varied alone, to both its ends."
    if not changed:
        return [f"{first} No reading of any figure changed."]
    count = sum(map(len, changed.values()))
    readings = "one reading" if count == 1 else f"{count} readings"
    by_what: dict[str, int] = {}
    for varied in findings.varied:
        found = len(changed.get(_words(varied), ()))
        by_what[varied.assumption.what] = by_what.get(varied.assumption.what, 0) + found
    heaviest = sorted((-found, what) for what, found in by_what.items() if found)
    named = [f"{what} ({-found})" for found, what in heaviest[:_NAMED]]
    named += [f"{len(heaviest) - _NAMED} more"] if len(heaviest) > _NAMED else []
    return [f"{first} {titled(readings)} of figures changed. The result rests on: {'; '.join(named)}."]


def overturned(findings: Findings) -> dict[str, list[str]]:
    """Return, by variation that changes a reading, which readings; those of the most readings first.

    A reading changes only where the difference itself has clearly moved, and not where it was near the border anyway.
    """
    found: dict[str, list[str]] = {}
    for varied in findings.varied:
        for arm in findings.others:
            for figure in figures_of(findings):
                told, moved = findings.result.of(arm, figure.name), varied.of(arm, figure.name)
                if told is None or told.ahead is None or moved is None:
                    continue
                before, now = read(told.ahead, told.relative, figure), read(moved.ahead, moved.relative, figure)
                is_moved = not moved.shift.low <= 0.0 <= moved.shift.high
                if is_moved and now.word != before.word and (now.is_clear or before.is_clear):
                    change = f"{arm}, {figure.what}: {before.word} becomes {now.word}"
                    found.setdefault(_words(varied), []).append(change)
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))


def sensitivity(findings: Findings) -> Markup | None:
    """Return a tornado for each figure and arm; None where nothing was varied."""
    if not findings.varied or not findings.others:
        return None
    changed = overturned(findings)
    intro = (
        "Each assumption was set to its low and its high end, one at a time, with the same customers and luck. "
        "The grey band is the difference to the baseline as it is; the marks show where it moves, with 95 % intervals."
    )
    return section(
        "What if the assumptions are wrong?",
        tag("p", intro),
        tag("p", "A reading is said to change only where the difference has clearly moved.", class_="soft small"),
        tag("h3", "What would be read differently") if changed else tag("p", "No reading of any figure changes."),
        *(
            tag("div", tag("p", tag("strong", titled(name))), tag("ul", *(tag("li", each) for each in readings)))
            for name, readings in changed.items()
        ),
        *(
            part
            for arm in findings.others
            for figure in figures_of(findings)
            for part in _tornado(findings, arm, figure)
        ),
    )


def _tornado(findings: Findings, arm: str, figure: Figure) -> Iterator[Markup]:
    told = findings.result.of(arm, figure.name)
    if told is None or told.ahead is None:
        return
    by_name: dict[str, dict[str, tuple[Varied, Moved]]] = {}
    for varied in findings.varied:
        moved = varied.of(arm, figure.name)
        if moved is not None:
            by_name.setdefault(varied.assumption.name, {})[varied.end] = (varied, moved)
    spans = [_span(ends) for ends in by_name.values()]
    middle = _end(told.ahead, "as it is")
    title = f"{titled(figure.what)}: {arm} less {findings.result.baseline}"
    drawing = tornado(spans, middle, title=title, unit=apart_of(figure))
    yield tag("figure", tag("h3", title), tag("div", drawing, class_="scroll"))


def _span(ends: dict[str, tuple[Varied, Moved]]) -> Span:
    varied, _ = next(iter(ends.values()))
    low, high = ends.get("low"), ends.get("high")
    return Span(
        label=f"{varied.assumption.what} ({assumed(varied.assumption.value)})",
        low=None if low is None else _end(low[1].ahead, assumed(low[0].value)),
        high=None if high is None else _end(high[1].ahead, assumed(high[0].value)),
    )


def _end(ahead: Estimate, words: str) -> End:
    return End(value=ahead.value, low=ahead.low, high=ahead.high, words=words)


def _words(varied: Varied) -> str:
    stated = varied.assumption
    return f"{stated.what} ({stated.name}): {assumed(varied.value)} instead of {assumed(stated.value)}"
