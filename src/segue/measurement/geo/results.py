"""What a geo test answers; each result names its formula in docs/reference/formulas.md."""

from datetime import date

from msgspec import Struct


class GeoInterval(Struct, frozen=True, kw_only=True):
    """An estimate with its interval at ``level``."""

    estimate: float
    low: float
    high: float
    level: float


class GeoFit(Struct, frozen=True, kw_only=True):
    """How well the control regions told the treated ones before the test.

    ``durbin_watson`` is near 2 where days are independent; below 1.2 the interval is too narrow. ``placebo`` is the
    effect that the method finds in the last days before the test, where there was none.
    """

    days: int
    correlation: float
    durbin_watson: float
    placebo_days: int
    placebo: GeoInterval


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
    incremental: GeoInterval
    lift: GeoInterval
    cost: GeoInterval
    return_on_spend: GeoInterval | None
    fit: GeoFit | None
    formula: str
