"""What was unusual, and what may have caused it; each result names its formula in docs/reference/formulas.md."""

from datetime import datetime

from msgspec import Struct


class Anomaly(Struct, frozen=True, kw_only=True):
    """A moment at which a series was far from what it usually is at that time of the week.

    ``score`` is in robust standard deviations of the log ratio to ``expected``; ``low`` and ``high`` are the bounds
    beyond which a value is called unusual.
    """

    series: str
    at: datetime
    value: float
    expected: float
    low: float
    high: float
    score: float
    formula: str = "seasonal-anomaly"


class Cause(Struct, frozen=True, kw_only=True):
    """A part of the customers, such as channel = "push", that changed when the whole did.

    ``explains`` is its part of the whole's change, ``usual_part`` its part of what was expected: a part that explains
    no more than its size is no cause. ``score`` is its own anomaly score at that moment.
    """

    dimension: str
    part: str
    value: float
    expected: float
    explains: float
    usual_part: float
    score: float
    formula: str = "anomaly-causes"


class RevisionChange(Struct, frozen=True, kw_only=True):
    """A new revision of the definitions that first decided near an anomaly; negative hours are after its begin."""

    revision: str
    previous: str
    at: datetime
    hours_before: float
    formula: str = "anomaly-causes"


class Explanation(Struct, frozen=True, kw_only=True):
    """An anomaly with its cause candidates, the strongest first, and the revisions that began near it."""

    anomaly: Anomaly
    causes: tuple[Cause, ...]
    revisions: tuple[RevisionChange, ...]
    formula: str = "anomaly-causes"
