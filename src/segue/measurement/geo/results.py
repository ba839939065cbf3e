"""What a geo test answers; each result names its formula in docs/reference/formulas.md."""

from datetime import date

from msgspec import Struct

from segue.measurement.intervals import Interval


class GeoFit(Struct, frozen=True, kw_only=True):
    """How well the control regions told the treated ones before the test.

    ``durbin_watson`` is near 2 where days are independent; below 1.2 the interval is too narrow. ``placebo`` is the
    effect that the method finds in the last days before the test, where there was none.
    """

    days: int
    correlation: float
    durbin_watson: float
    placebo_days: int
    placebo: Interval


class GeoLift(Struct, frozen=True, kw_only=True):
    """What a test in some regions brought: sales beyond what was expected, their cost, and sales per money spent.

    ``lift`` is relative to the expected sales; ``return_on_spend`` None where nothing more was spent.
    """

    begin: date
    end: date
    treated: int
    control: int
    sales: float
    expected: float
    incremental: Interval
    lift: Interval
    cost: Interval
    return_on_spend: Interval | None
    fit: GeoFit | None
    formula: str
