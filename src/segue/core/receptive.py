"""Receptive hours: when a customer is usually there, and the best moment for them before a deadline.

A customer's own counts by hour of the week, smoothed over the neighbouring hours, are shrunk to those of their group,
and these to everybody's: few visits say little, many say all. (Empirical Bayes with a Dirichlet prior; the weights are
how many visits the prior is worth.)
"""

from collections.abc import Callable, Iterator, Sequence
from math import fsum

from segue.model.customers import Profile
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DecisionRequested, DeliveryReported, Event, Tracked
from segue.model.shared import Shared, Tally
from segue.model.steps import Propose, Wait
from segue.model.time import HOUR, MINUTE, SECOND, Instant, to_datetime
from segue.model.workspace import Workspace

HOURS_PER_WEEK = 168
ALL = "all"
"""Stands for the sum of a group's counts among those by hour, in `Shared.hours`."""

MACHINE = "machine"
"""How the detail of a receipt begins when a machine opened or clicked, not the customer."""

PRIOR_VISITS = 12.0
"""How many of a customer's own visits weigh as much as all that is known of the others."""

PRESENCE = 15 * MINUTE
"""How long somebody who did something is taken to be there."""


def hour_of_week(at: Instant, zone: str) -> int:
    """Return the hour of the week in ``zone``: 0 is Monday 00:00 to 01:00."""
    local = to_datetime(at, zone)
    return local.weekday() * 24 + local.hour


def uses_hours(workspace: Workspace) -> bool:
    """Tell whether anything is timed by receptive hours."""
    return any(
        (isinstance(step, Wait) and step.receptive is not None)
        or (isinstance(step, Propose) and step.timing == "receptive")
        for journey in (*workspace.journeys, *workspace.retired)
        for step in journey.steps
    )


def is_activity(event: Event, workspace: Workspace) -> bool:
    """Tell whether ``event`` is something that the customer does while they are there."""
    match event:
        case Tracked():
            spec = workspace.events.get(event.name)
            return spec is None or spec.activity
        case DeliveryReported():
            opened = event.status in (DeliveryStatus.OPENED, DeliveryStatus.CLICKED)
            return opened and not event.detail.startswith(MACHINE)
        case DecisionRequested():
            return True
        case _:
            return False


def is_here(profile: Profile, now: Instant) -> bool:
    """Tell whether the customer is there at ``now``: they have just done something."""
    return profile.there_at > 0 and now - profile.there_at < PRESENCE


def group_of(profile: Profile, workspace: Workspace) -> str:
    """Return the group whose hours stand in for the customer's own; "" where there are no groups, or it is unknown."""
    value = profile.traits.get(workspace.hours_by) if workspace.hours_by else None
    return str(value)[:64] if isinstance(value, (str, int, float)) else ""


def hours_tally(event: Event, before: Profile, after: Profile, zone: str, workspace: Workspace) -> tuple[Tally, ...]:
    """Return what a visit adds to everybody's hours and the group's; nothing where ``event`` counted as no visit.

    Args:
        before, after: the profile before and after ``event`` was folded in.
    """
    if after.hours is before.hours or not is_activity(event, workspace):
        return ()
    hour = float(hour_of_week(event.at, zone))
    group = group_of(after, workspace)
    everybody = Tally("there", "", hour)
    return (everybody, Tally("there", group, hour)) if group else (everybody,)


def _always(_at: Instant) -> bool:
    return True


def best_moment(
    profile: Profile,
    shared: Shared,
    group: str,
    now: Instant,
    until: Instant,
    zone: str,
    *,
    is_here: bool,
    is_open: Callable[[Instant], bool] = _always,
) -> Instant:
    """Return the best moment for the customer in [now, until] among those that are open; the earliest of equals.

    ``now`` when they are here; else ``now`` or the start of the whole local hour at which they are most likely there.
    Where nothing is known of anybody it is the first open one, and where none is open it is ``now``.
    """
    if is_here and is_open(now):
        return now
    likelihood = likelihoods(profile.hours, shared.hours, group)
    best, best_at = -1.0, now
    highest = max(likelihood) if likelihood is not None else 0.0
    for moment in _moments(now, until, zone):
        chance = likelihood[hour_of_week(moment, zone)] if likelihood is not None else 0.0
        if chance > best and is_open(moment):
            best, best_at = chance, moment
            if best >= highest:
                break
    return best_at


def likelihoods(own: dict[int, int], shared: dict[str, float], group: str) -> tuple[float, ...] | None:
    """Return how likely each hour of the week is the customer's, in all 1; None where nothing is known of anybody."""
    mine = [float(own.get(hour, 0)) for hour in range(HOURS_PER_WEEK)]
    groups = [_shared_counts(shared, name) for name in (("", group) if group else ("",))]
    if not any(mine) and not any(any(counts) for counts in groups):
        return None
    prior: Sequence[float] = [1.0 / HOURS_PER_WEEK] * HOURS_PER_WEEK
    for counts in (*groups, mine):
        prior = _shrunk(_smoothed(counts), prior)
    return tuple(prior)


def _shared_counts(shared: dict[str, float], group: str) -> list[float]:
    if f"{group}/{ALL}" not in shared:
        return [0.0] * HOURS_PER_WEEK
    return [shared.get(f"{group}/{hour}", 0.0) for hour in range(HOURS_PER_WEEK)]


def _smoothed(counts: Sequence[float]) -> list[float]:
    """Return each hour's count with a share of its neighbours' (Sunday's last hour is Monday's neighbour)."""
    last = HOURS_PER_WEEK - 1
    return [
        0.5 * counts[hour] + 0.25 * (counts[hour - 1] + counts[hour + 1 if hour < last else 0])
        for hour in range(HOURS_PER_WEEK)
    ]


def _shrunk(counts: Sequence[float], prior: Sequence[float]) -> list[float]:
    whole = fsum(counts) + PRIOR_VISITS
    return [(count + PRIOR_VISITS * expected) / whole for count, expected in zip(counts, prior, strict=True)]


def _moments(now: Instant, until: Instant, zone: str) -> Iterator[Instant]:
    """Yield ``now`` and every start of a whole local hour up to ``until``."""
    yield now
    moment = Instant(now + HOUR - _into_hour(now, zone))
    while moment <= until:
        into_hour = _into_hour(moment, zone)
        # A clock that changes by half an hour leads between two hours.
        if not into_hour:
            yield moment
        moment = Instant(moment + HOUR - into_hour)


def _into_hour(at: Instant, zone: str) -> int:
    local = to_datetime(at, zone)
    return local.minute * MINUTE + local.second * SECOND + local.microsecond
