"""Reach targets: a subsidy for contacts of which there are to be more, which rises while they are behind.

A target is a covering constraint, and its subsidy the dual price of it. It follows **online dual descent** (Balseiro,
Lu and Mirrokni, ICML 2020; for covering constraints Slivkins, Sankararaman and Foster, "Contextual bandits with
packing and covering constraints", COLT 2023), one step for each hundredth of a period in which somebody could have
been reached,

    price <- max(0, price + step * typical * (1 - reached / target)),   target = missing at its begin / slices left,

and each period starts with the price at which the one before it ended. Nights, in which nobody can be reached, say
nothing of it. What is behind the pace late in a period gets a push on top, because a price that has not settled yet
comes too late for whoever waits for this period's number:

    subsidy = min(most, price + PUSH * typical * (share missing) * (share of the period gone)^2).

A floor (``share``) is a target without a number: of n contacts, m were for whom it is meant, and share * n - m is what
is missing. Those are subsidised with price * (1 - share), all others pay price * share, and a step is made with each.
"""

from math import sqrt

from msgspec import Struct

from segue.core.view import Condition
from segue.model.shared import Pace
from segue.model.time import Instant

SLICES = 100
STEP = 0.3
"""As for capacities (`core.shared.leases`): so much of the typical worth, over the root of how many are wanted."""

PUSH = 6.0
"""Times the typical worth, where everything is missing at the end. Together with `FINISH` and `AHEAD` it reaches
targets of 20 to 400 contacts, of which half would not come by themselves, on 96 to 100 % of days and never less than
95 % of them, at 1.2 to 1.5 times the least cost in hindsight (``tests/core/shared/test_reach.py``).
"""

FINISH = 0.9
"""The part of a period in which the whole is to be reached: what is left over is for what fails."""

LEAST_CONTACTS = 25.0
"""With fewer contacts a share says little: a floor's steps are no larger than after so many."""

AHEAD = 0.5
"""So many standard errors above what is asked for the subsidy aims: it is to be reached, and not met on average."""

MOST_AHEAD = 3.0
"""A slice that reached more than four times its part lowers the price no further."""

REACHED, OTHERS, CHANCE = "reached", "others", "chance"
"""Kinds of tallies: a contact with whom it is meant for; with somebody else; a decision that could have been one."""


class ReachPlan(Struct, frozen=True):
    """A compiled target.

    Attributes:
        target: contacts in each period; 0 for a floor.
        share: of all contacts; 0 for a target of contacts.
        period: microseconds.
        who: for whom it is meant; None for everybody.
        typical: what such a contact is worth, or costs, on average.
        most: the highest subsidy.
    """

    name: str
    target: int
    share: float
    period: int
    who: Condition | None
    typical: float
    most: float


def subsidy(paces: tuple[Pace, ...], plan: ReachPlan, now: Instant) -> float:
    """Return what one more of the contacts is worth on top at ``now``; 0 once the target is reached."""
    pace = _as_of(_find(paces, plan), plan, now)
    if plan.share:
        missing = (_aim(pace, plan) * pace.chances - pace.reached) / max(pace.chances, LEAST_CONTACTS)
        return min(pace.price + PUSH * plan.typical * max(missing, 0.0), plan.most)
    if pace.reached >= plan.target:
        return 0.0
    gone = min(_gone(plan, now) / FINISH, 1.0)
    aimed_at = plan.target + AHEAD * sqrt(plan.target)  # a few chances more or less must not decide it
    behind = max(gone * aimed_at / plan.target - pace.reached / plan.target, 0.0)
    return min(pace.price + PUSH * plan.typical * behind * gone * gone, plan.most)


def add_pace(paces: tuple[Pace, ...], plan: ReachPlan, kind: str, amount: float, now: Instant) -> tuple[Pace, ...]:
    """Return ``paces`` after a tally of ``plan``; an amount below 0 takes one back."""
    pace = _as_of(_find(paces, plan), plan, now)
    reached = max(pace.reached + amount, 0.0) if kind == REACHED else pace.reached
    counts = kind != REACHED if not plan.share else kind != CHANCE
    chances = max(pace.chances + amount, 0.0) if counts else pace.chances
    price = _after_contact(pace, plan, kind, amount) if plan.share else pace.price
    noted = Pace(
        *(plan.name, pace.period, reached, chances, price),
        *(pace.stepped_at, pace.stepped_reached, pace.stepped_chances),
    )
    others = (each for each in paces if each.reach != plan.name)
    return tuple(sorted((*others, noted), key=lambda each: each.reach))


def _find(paces: tuple[Pace, ...], plan: ReachPlan) -> Pace | None:
    return next((pace for pace in paces if pace.reach == plan.name), None)


def _as_of(pace: Pace | None, plan: ReachPlan, now: Instant) -> Pace:
    """Return the pace as of the slice that ``now`` lies in; a clock that went back changes nothing."""
    period = now // plan.period
    if pace is None:
        return Pace(plan.name, period, 0.0, 0.0, 0.0, now, 0.0, 0.0)
    if pace.stepped_at // plan.period != pace.period:  # the period has another length since
        pace = Pace(plan.name, pace.stepped_at // plan.period, 0.0, 0.0, min(pace.price, plan.most), pace.stepped_at)
    is_same_slice = (period, _slice(plan, now)) <= (pace.period, _slice(plan, pace.stepped_at))
    if period < pace.period or is_same_slice:
        return pace
    price = pace.price if plan.share else _after_slice(pace, plan)
    if period > pace.period:
        return Pace(plan.name, period, 0.0, 0.0, price, now, 0.0, 0.0)
    return Pace(plan.name, period, pace.reached, pace.chances, price, now, pace.reached, pace.chances)


def _after_slice(pace: Pace, plan: ReachPlan) -> float:
    """Return the price after the slice that it was last stepped in; one without a chance teaches nothing."""
    if pace.chances <= pace.stepped_chances:
        return pace.price
    missing = max(plan.target - pace.stepped_reached, 0.0)
    part = missing / max(FINISH * SLICES - _slice(plan, pace.stepped_at), 1.0)
    reached = pace.reached - pace.stepped_reached
    short = max(1.0 - reached / part, -MOST_AHEAD) if part else -1.0
    step = STEP * sqrt(plan.target) / SLICES * plan.typical
    return min(max(pace.price + step * short, 0.0), plan.most)


def _after_contact(pace: Pace, plan: ReachPlan, kind: str, amount: float) -> float:
    if kind == CHANCE or amount <= 0.0:
        return pace.price
    short = _aim(pace, plan) - (kind == REACHED)
    step = STEP / sqrt(max(pace.chances, LEAST_CONTACTS)) * plan.typical
    return min(max(pace.price + step * short, 0.0), plan.most)


def _aim(pace: Pace, plan: ReachPlan) -> float:
    """Return the share that a floor aims at."""
    spread = sqrt(plan.share * (1.0 - plan.share) / max(pace.chances, LEAST_CONTACTS))
    return plan.share + AHEAD * spread


def _gone(plan: ReachPlan, now: Instant) -> float:
    return now % plan.period / plan.period


def _slice(plan: ReachPlan, at: Instant) -> int:
    return at % plan.period * SLICES // plan.period
