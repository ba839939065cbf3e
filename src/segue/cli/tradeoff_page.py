"""The page that `segue tradeoff --out` writes: the frontier as a drawing, with the numbers below. It loads nothing."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, isfinite, log10

from segue.learning.off_policy import Interval
from segue.learning.tradeoff import Frontier, Point
from segue.model.time import Instant, format_instant

PER = 1_000
"""Amounts are told for so many decisions."""

_WIDTH, _HEIGHT = 760, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 24, 20, 60

_STYLE = """\
:root { color-scheme: light dark; --ink: #1c2733; --faint: #c9d2db; --line: #1f6feb; --paper: #fff; --warm: #b3541e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --faint: #44505c; --line: #6ea8fe; --paper: #12171c; --warm: #f0a36b }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 820px; padding: 0 1rem }
svg { width: 100%; height: auto }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.grid { stroke: var(--faint); stroke-width: 1 }
.error { stroke: var(--line); stroke-width: 1; opacity: .4 }
.frontier { stroke: var(--line); stroke-width: 2; fill: none }
.point { stroke: var(--line); stroke-width: 2; fill: var(--line) }
.point.unsure { fill: var(--paper) }
.point.dominated { stroke: var(--faint); fill: var(--faint) }
.point.present { stroke: var(--warm); fill: var(--warm) }
.point.present.unsure { fill: var(--paper) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--faint) }
th:last-child, td:last-child { text-align: left }
"""


def page(found: Frontier) -> str:
    """Return the frontier as an HTML page."""
    first, second = (escape(name) for name in found.objectives)
    title = f"What {first} costs in {second}"
    harms = [escape(name) for name, is_harm in zip(found.objectives, found.are_harms, strict=True) if is_harm]
    parts = [
        f"{found.decisions:,} logged decisions, {_day(found.since)} to {_day(found.until)}, judge "
        f"what the policy {escape(found.policy)} would have done under each weight; {found.learnt_from:,} earlier ones "
        "taught it. Bars are 95 % intervals, one objective at a time.",
        "The orange point has the present weights. Grey points are dominated: another is estimated no worse in both. "
        "Hollow points rest on too few effective decisions to conclude anything.",
        f"Of {' and '.join(harms)}, less is better." if harms else "",
    ]
    text = "\n".join(f"<p>{part}</p>" for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width"><style>\n{_STYLE}</style></head><body>\n'
        f"<h1>{title}</h1>\n{drawing(found)}\n{text}\n{_table(found)}\n</body></html>\n"
    )


def drawing(found: Frontier) -> str:
    """Return the frontier as SVG: the first objective upwards, the second to the right."""
    across, up = [each.second for each in found.points], [each.first for each in found.points]
    x = _Scale(across, _LEFT, _WIDTH - _RIGHT)
    y = _Scale(up, _HEIGHT - _BOTTOM, _TOP)
    label = f"{found.objectives[0]} against {found.objectives[1]}"
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">',
        *_axes(found, x, y),
        *(part for point in found.points for part in _errors(point, x, y)),
        _line(found.points, x, y),
        *(_dot(point, x, y) for point in found.points),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def amounts(interval: Interval) -> str:
    """Return an estimate with its interval, for `PER` decisions."""
    value, low, high = (each * PER for each in (interval.value, interval.low, interval.high))
    return f"{value:,.1f} ({low:,.1f} to {high:,.1f})"


def words_of(point: Point) -> str:
    """Return what is to be said of a point."""
    words = [
        "present" if point.is_present else "",
        "dominated" if point.is_dominated else "",
        "" if point.is_evident else "not enough evidence",
    ]
    return ", ".join(word for word in words if word)


def _day(instant: Instant) -> str:
    return format_instant(instant)[:10]


class _Scale:
    """Maps amounts for `PER` decisions to places in the drawing."""

    def __init__(self, intervals: Sequence[Interval], start: float, end: float) -> None:
        ends = [PER * each for one in intervals for each in (one.value, one.low, one.high) if isfinite(each)]
        low, high = min(ends), max(ends)
        spread = (high - low) or abs(high) or 1.0
        self.step = _round_step(spread / 5.0)
        self.low, self.high = floor(low / self.step) * self.step, ceil(high / self.step) * self.step
        if self.low == self.high:
            self.high += self.step
        self._start, self._end = start, end

    def place(self, amount: float) -> float:
        """Return where ``amount`` stands; what is infinite stands at the edge."""
        inside = min(max(amount, self.low), self.high)
        return round(self._start + (inside - self.low) / (self.high - self.low) * (self._end - self._start), 1)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield the places of round amounts, and the amounts."""
        for number in range(round((self.high - self.low) / self.step) + 1):
            amount = self.low + number * self.step
            yield self.place(amount), f"{amount:,.{max(-floor(log10(self.step)), 0)}f}"


def _round_step(rough: float) -> float:
    size = 10.0 ** floor(log10(rough))
    return next(size * part for part in (1.0, 2.0, 5.0, 10.0) if size * part >= rough * 0.999)


def _axes(found: Frontier, x: _Scale, y: _Scale) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for place, words in x.ticks():
        yield f'<line class="grid" x1="{place}" y1="{_TOP}" x2="{place}" y2="{bottom}"/>'
        yield f'<text x="{place}" y="{bottom + 20}" text-anchor="middle">{words}</text>'
    for place, words in y.ticks():
        yield f'<line class="grid" x1="{_LEFT}" y1="{place}" x2="{right}" y2="{place}"/>'
        yield f'<text x="{_LEFT - 8}" y="{place + 4}" text-anchor="end">{words}</text>'
    first, second = (escape(f"{name} for {PER:,} decisions") for name in found.objectives)
    middle = (_TOP + bottom) / 2
    yield f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 12}" text-anchor="middle">{second}</text>'
    yield f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">{first}</text>'


def _errors(point: Point, x: _Scale, y: _Scale) -> Iterator[str]:
    across, up = x.place(PER * point.second.value), y.place(PER * point.first.value)
    left, right = x.place(PER * point.second.low), x.place(PER * point.second.high)
    low, high = y.place(PER * point.first.low), y.place(PER * point.first.high)
    yield f'<line class="error" x1="{left}" y1="{up}" x2="{right}" y2="{up}"/>'
    yield f'<line class="error" x1="{across}" y1="{low}" x2="{across}" y2="{high}"/>'


def _line(points: Sequence[Point], x: _Scale, y: _Scale) -> str:
    best = sorted((PER * each.second.value, PER * each.first.value) for each in points if not each.is_dominated)
    places = " ".join(f"{x.place(across)},{y.place(up)}" for across, up in best)
    return f'<polyline class="frontier" points="{places}"/>' if len(best) > 1 else ""


def _dot(point: Point, x: _Scale, y: _Scale) -> str:
    kinds = ["point"]
    kinds += ["dominated"] if point.is_dominated and not point.is_present else []
    kinds += ["present"] if point.is_present else []
    kinds += [] if point.is_evident else ["unsure"]
    across, up = x.place(PER * point.second.value), y.place(PER * point.first.value)
    words = escape(f"weights {point.weights[0]:g} : {point.weights[1]:g} {words_of(point)}".strip())
    size = 7 if point.is_present else 5
    return f'<circle class="{" ".join(kinds)}" cx="{across}" cy="{up}" r="{size}"><title>{words}</title></circle>'


def _table(found: Frontier) -> str:
    first, second = (escape(name) for name in found.objectives)
    heads = (f"weights {first} : {second}", first, second, found.currency, "effective samples", "")
    rows = ["".join(f"<th>{head}</th>" for head in heads)]
    for point in found.points:
        cells = (
            f"{point.weights[0]:g} : {point.weights[1]:g}",
            amounts(point.first),
            amounts(point.second),
            amounts(point.value),
            f"{point.effective_samples:,.0f}",
            words_of(point),
        )
        rows.append("".join(f"<td>{escape(cell)}</td>" for cell in cells))
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<p>All for {PER:,} decisions.</p>\n<table>\n{body}\n</table>"
