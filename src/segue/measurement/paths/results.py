"""What the ways of customers look like; each result names its formula in docs/reference/formulas.md."""

from msgspec import Struct


class Follow(Struct, frozen=True, kw_only=True):
    """An activity directly followed by another: how often, in how many cases, and after how long."""

    activity: str
    next: str
    times: int
    cases: int
    median_seconds: float
    formula: str = "directly-follows"


class WholeWay(Struct, frozen=True, kw_only=True):
    """A sequence that cases took from their first to their last activity, and ``share`` of all cases that took it."""

    activities: tuple[str, ...]
    cases: int
    share: float
    median_seconds: float
    formula: str = "whole-ways"


class SankeyLink(Struct, frozen=True, kw_only=True):
    """Cases between place ``step`` (from 1) and the next; ``target`` is "" where they ended."""

    step: int
    source: str
    target: str
    cases: int
    formula: str = "sankey-links"


class FunnelStep(Struct, frozen=True, kw_only=True):
    """Cases that came as far as an activity, in order and in time; shares of the first and of the one before."""

    activity: str
    cases: int
    of_first: float
    of_previous: float
    median_seconds: float
    formula: str = "funnel-in-window"


class Shortcut(Struct, frozen=True, kw_only=True):
    """Cases that came to ``target`` from ``source`` ("" for the start) without the expected steps between.

    ``arrived`` and ``arrived_others`` are the shares that then came to the last expected step, of these cases and of
    those that came to ``target`` by all steps; descriptive, since customers chose.
    """

    source: str
    target: str
    skipped: tuple[str, ...]
    cases: int
    share: float
    arrived: float
    arrived_others: float
    formula: str = "shortcuts"


class Detour(Struct, frozen=True, kw_only=True):
    """An activity outside the expected order, after having come as far as ``after`` ("" for none yet).

    ``is_return`` where it is an expected step gone back to. ``times`` counts its events; ``went_on`` is the share of
    cases that came further afterwards; ``median_seconds`` how long that took them.
    """

    after: str
    activity: str
    is_return: bool
    cases: int
    times: int
    went_on: float
    median_seconds: float | None
    formula: str = "detours"


class Leaving(Struct, frozen=True, kw_only=True):
    """Cases that ended at an activity short of the goal: ``left`` of the ``cases`` that were ever there."""

    activity: str
    cases: int
    left: int
    share: float
    formula: str = "drop-off"


class LeavingTime(Struct, frozen=True, kw_only=True):
    """Cases that left in a stretch of days since their first activity, of those still ``under_way`` at its begin."""

    from_days: float
    to_days: float
    under_way: int
    left: int
    share: float
    formula: str = "drop-off"


class DropOff(Struct, frozen=True, kw_only=True):
    """Where and when cases leave. ``open`` cases were active too lately to say."""

    by_activity: tuple[Leaving, ...]
    by_time: tuple[LeavingTime, ...]
    cases: int
    reached_goal: int
    open: int
    formula: str = "drop-off"
