"""Scales: from amounts to places in a drawing, with round ticks."""

from collections.abc import Iterable
from math import ceil, floor, isfinite, log10

from msgspec import Struct

from segue.measurement.drawing.numbers import AMOUNT, Unit, number


class Tick(Struct, frozen=True):
    """A round amount, its place, and what is written beside it."""

    place: float
    value: float
    words: str


class Scale(Struct, frozen=True):
    """Amounts from ``low`` to ``high``, evenly from place ``start`` to ``end`` (smaller where it runs the other way).

    Attributes:
        step: between ticks.
    """

    low: float
    high: float
    step: float
    start: float
    end: float
    unit: Unit = AMOUNT

    def place(self, amount: float) -> float:
        """Return where ``amount`` stands; what lies outside, and be it infinite, stands at the edge."""
        inside = min(max(amount, self.low), self.high)
        return round(self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start), 2)

    def ticks(self) -> tuple[Tick, ...]:
        """Return the round amounts within."""
        digits = max(-floor(log10(self.step * self.unit.factor) + 1e-9), 0)
        first, last = ceil(self.low / self.step - 1e-9), floor(self.high / self.step + 1e-9)
        amounts = (place * self.step for place in range(first, last + 1))
        return tuple(Tick(self.place(each), each, number(each, self.unit, digits=digits)) for each in amounts)


def scale(
    amounts: Iterable[float | None],
    start: float,
    end: float,
    *,
    unit: Unit = AMOUNT,
    ticks: int = 4,
    with_zero: bool = False,
    is_tight: bool = False,
) -> Scale:
    """Return a scale that holds all finite ``amounts``.

    Args:
        ticks: about how many steps it has.
        with_zero: whether it holds 0 too.
        is_tight: whether it ends a little outside of the amounts, and not at round ones.
    """
    finite = [each for each in amounts if each is not None and isfinite(each)]
    finite += [0.0] if with_zero or not finite else []
    low, high = min(finite), max(finite)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        around = abs(low) / 2.0 or 1.0 / unit.factor
        low, high = low - around, high + around
    step = _round_step((high - low) / ticks)
    if is_tight:
        margin = 0.04 * (high - low)
        return Scale(low - margin, high + margin, step, start, end, unit)
    return Scale(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step, start, end, unit)


def _round_step(rough: float) -> float:
    size = 10.0 ** floor(log10(rough))
    return next(size * part for part in (1.0, 2.0, 5.0, 10.0) if size * part >= rough * 0.75)
