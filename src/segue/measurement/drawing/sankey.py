"""Sankey drawings: how many go from where to where, step by step; a ribbon is as wide as what goes along it."""

from collections.abc import Sequence

from msgspec import Struct

from segue.measurement.drawing.frame import SERIES, svg, words
from segue.measurement.drawing.markup import Markup, tag
from segue.measurement.drawing.numbers import number

WIDTH = 900.0
_TOP, _TALL, _GAP, _BAR, _EDGE = 8.0, 320.0, 14.0, 12.0, 4.0
_LABEL = 150.0
ENDED = "ended"
OTHERS = "others"


class Ribbon(Struct, frozen=True, kw_only=True):
    """``amount`` that goes from ``source`` at ``step`` to ``target`` at the next; "" is where they end."""

    step: int
    source: str
    target: str
    amount: float


class _Node:
    """A place in a column, how much passes it, and how far its ribbons have been stacked on either side."""

    def __init__(self, name: str, amount: float) -> None:
        self.name, self.amount = name, amount
        self.x = self.y = self.tall = self.came = self.went = 0.0


def sankey(ribbons: Sequence[Ribbon], *, title: str, description: str = "", most: int = 8) -> Markup:
    """Return the ribbons as SVG, a column for each step.

    Args:
        title: unique on the page.
        description: for those who do not see it; the largest ribbons where empty.
        most: places in a column; the smallest beyond are drawn as one.
    """
    ribbons = _merged([each for each in ribbons if each.amount > 0.0], most)
    columns = _columns(ribbons)
    _lay_out(columns)
    at = {(step, node.name): node for step, column in columns.items() for node in column}
    largest = sorted(ribbons, key=lambda each: (-each.amount, each.step, each.source, each.target))
    told = "; ".join(
        f"{_shown(each.source)} to {_shown(each.target)}: {number(each.amount, digits=0)}" for each in largest[:12]
    )
    series = {
        name: rank % (SERIES - 1) + 1 for rank, name in enumerate(sorted({each.source for each in ribbons} - {OTHERS}))
    }
    drawn = sorted(
        ribbons, key=lambda each: (each.step, at[each.step, each.source].y, at[each.step + 1, each.target].y)
    )
    return svg(
        WIDTH,
        _TOP * 2.0 + _TALL,
        title,
        description or told,
        *(_ribbon(each, at[each.step, each.source], at[each.step + 1, each.target], series) for each in drawn),
        *(_place(node, series, is_last=step == max(columns)) for step, column in columns.items() for node in column),
        class_="drawing sankey",
    )


def _merged(ribbons: Sequence[Ribbon], most: int) -> list[Ribbon]:
    """Return the ribbons with the smallest places of each column as one, and the same ribbons as one."""
    shown: dict[int, set[str]] = {}
    for step, column in _columns(ribbons).items():
        real = [node for node in column if node.name]
        kept = real if len(real) <= most else real[: most - 1]
        shown[step] = {node.name for node in kept} | {""}
    sums: dict[tuple[int, str, str], float] = {}
    for each in ribbons:
        source = each.source if each.source in shown[each.step] else OTHERS
        target = each.target if each.target in shown[each.step + 1] else OTHERS
        key = (each.step, source, target)
        sums[key] = sums.get(key, 0.0) + each.amount
    return [
        Ribbon(step=step, source=source, target=target, amount=sum_) for (step, source, target), sum_ in sums.items()
    ]


def _columns(ribbons: Sequence[Ribbon]) -> dict[int, list[_Node]]:
    """Return the places of each column, the largest first, where they end last."""
    came: dict[tuple[int, str], float] = {}
    went: dict[tuple[int, str], float] = {}
    for each in ribbons:
        went[each.step, each.source] = went.get((each.step, each.source), 0.0) + each.amount
        came[each.step + 1, each.target] = came.get((each.step + 1, each.target), 0.0) + each.amount
    columns: dict[int, list[_Node]] = {}
    for step, name in sorted({*came, *went}):
        amount = max(came.get((step, name), 0.0), went.get((step, name), 0.0))
        columns.setdefault(step, []).append(_Node(name, amount))
    for column in columns.values():
        column.sort(key=lambda node: (node.name in ("", OTHERS), node.name == "", -node.amount, node.name))
    return columns


def _lay_out(columns: dict[int, list[_Node]]) -> None:
    """Give every place its own: heights are in one scale over all columns."""
    if not columns:
        return
    scale = min((_TALL - _GAP * (len(column) - 1)) / sum(node.amount for node in column) for column in columns.values())
    pitch = (WIDTH - _EDGE - _LABEL - _BAR) / max(len(columns) - 1, 1)
    for place, step in enumerate(sorted(columns)):
        y = _TOP
        for node in columns[step]:
            node.x, node.y, node.tall = _EDGE + pitch * place, y, max(node.amount * scale, 1.0)
            node.came = node.went = y
            y += node.tall + _GAP


def _ribbon(each: Ribbon, source: _Node, target: _Node, series: dict[str, int]) -> Markup:
    wide_from, wide_to = source.tall * each.amount / source.amount, target.tall * each.amount / target.amount
    x1, x2 = source.x + _BAR, target.x
    y1, y2 = source.went, target.came
    source.went += wide_from
    target.came += wide_to
    middle = (x1 + x2) / 2.0
    shape = (
        f"M{x1:.1f},{y1:.1f} C{middle:.1f},{y1:.1f} {middle:.1f},{y2:.1f} {x2:.1f},{y2:.1f} "
        f"L{x2:.1f},{y2 + wide_to:.1f} "
        f"C{middle:.1f},{y2 + wide_to:.1f} {middle:.1f},{y1 + wide_from:.1f} {x1:.1f},{y1 + wide_from:.1f} Z"
    )
    told = f"{_shown(each.source)} to {_shown(each.target)}: {number(each.amount, digits=0)}"
    return tag(
        "path", tag("title", told), d=shape, class_=f"ribbon s{series.get(each.source, 0) if each.target else 0}"
    )


def _place(node: _Node, series: dict[str, int], *, is_last: bool) -> Markup:
    bar = tag("rect", x=node.x, y=node.y, width=_BAR, height=node.tall, class_=f"bar s{series.get(node.name, 0)}")
    label = f"{_shown(node.name)} {number(node.amount, digits=0)}"
    return tag(
        "g", bar, words(node.x + _BAR + 6.0, node.y + max(node.tall / 2.0, 4.0) + 4.0, label, class_="label over")
    )


def _shown(name: str) -> str:
    return name or ENDED
