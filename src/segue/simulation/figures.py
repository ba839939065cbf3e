"""Figures: what an arm comes to, and how far two arms are apart, with intervals.

Every figure is a ratio of two totals over residents, such as messages and weeks. Residents are the unit: a ratio's
error is that of its linearised terms (delta method, Cochran, "Sampling Techniques", 1977, section 6.4). Residents of
two arms are the same people with the same draws, so a difference is taken resident by resident, and what they have in
common cancels.
"""

from collections.abc import Mapping
from math import sqrt

import numpy as np
from msgspec import Struct

from segue.model.time import MONTH_DAYS
from segue.simulation.account import Accounts, Floats

Z = 1.959963984540054
LEAST_COUNT = 10
"""Fewer events in either arm say nothing about a ratio of the two."""


Pair = tuple[Floats, Floats]
"""(n,), (n,): what is counted of each resident, and what it is divided by."""


class Figure(Struct, frozen=True, kw_only=True):
    """What is looked at.

    Attributes:
        over, per: columns of the accounts, by `Accounts.total`; ``days/7`` is weeks, ``residents`` is 1 for each.
        better: ``more`` or ``less``; "" where neither is.
        is_share: told in percent.
        is_balance: may be less than nothing; an interval of the others does not reach below.
    """

    name: str
    what: str
    over: str
    per: str
    better: str = ""
    is_share: bool = False
    is_balance: bool = False


class Estimate(Struct, frozen=True):
    """A number with its 95 % interval and standard error."""

    value: float
    low: float
    high: float
    error: float


class Told(Struct, frozen=True, kw_only=True):
    """One figure of one arm.

    Attributes:
        ahead: by how much it is above the baseline's, in its unit; None for the baseline.
        relative: the same as a share of the baseline's; None also where there is too little to divide by.
    """

    arm: str
    figure: str
    estimate: Estimate
    ahead: Estimate | None = None
    relative: Estimate | None = None


FIGURES = (
    Figure(name="messages", what="messages per customer and week", over="contact", per="weeks"),
    Figure(name="clicks", what="clicks per message", over="report/clicked", per="contact", better="more"),
    Figure(name="churn", what="customers who leave, a month", over="gone", per="months", better="less", is_share=True),
    Figure(name="opt_outs", what="opt-outs per 1,000 messages", over="opt_out", per="contact/1000", better="less"),
    Figure(name="conversions", what="conversions per customer", over="conversion", per="residents", better="more"),
    Figure(
        name="value",
        what="value per customer, less what contacts cost",
        over="net",
        per="residents",
        better="more",
        is_balance=True,
    ),
)
"""What is always looked at; a figure of which no arm has anything is left out."""


def tell(
    arms: Mapping[str, Accounts], baseline: str, *, weeks: int, conversions: tuple[str, ...], ending: str
) -> tuple[Told, ...]:
    """Return every figure of every arm, in the order of `FIGURES`, then of ``arms``.

    An arm that has nothing to divide by, such as one without messages, has no figure per message.

    Args:
        baseline: what the others are compared with.
        conversions: the events that count as conversions.
    """
    told: list[Told] = []
    for figure in FIGURES:
        if figure.name == "churn" and not ending:
            continue
        columns = {name: totals(each, figure, weeks=weeks, conversions=conversions) for name, each in arms.items()}
        if not any(over.any() for over, _ in columns.values()):
            continue
        base = columns[baseline]
        for name, pair in columns.items():
            if not pair[1].any():  # of no messages there is no share that was clicked
                continue
            ahead, relative = (None, None) if name == baseline or not base[1].any() else compare(pair, base)
            estimate = _possible(ratio(*pair), figure)
            told.append(Told(arm=name, figure=figure.name, estimate=estimate, ahead=ahead, relative=relative))
    return tuple(told)


def _possible(estimate: Estimate, figure: Figure) -> Estimate:
    if figure.is_balance or estimate.low >= 0.0:
        return estimate
    return Estimate(estimate.value, 0.0, estimate.high, estimate.error)


def totals(accounts: Accounts, figure: Figure, *, weeks: int, conversions: tuple[str, ...]) -> Pair:
    """Return (n,), (n,): what ``figure`` counts of each resident, and what it is divided by."""
    return _column(accounts, figure.over, weeks, conversions), _column(accounts, figure.per, weeks, conversions)


def ratio(over: Floats, per: Floats) -> Estimate:
    """Return the ratio of two totals over residents (n,), (n,)."""
    value, terms = _linearised(over, per)
    return _estimate(value, terms)


def compare(ours: Pair, theirs: Pair) -> tuple[Estimate, Estimate | None]:
    """Return how far our ratio is above theirs, and the same as a share of theirs; resident by resident."""
    value, terms = _linearised(*ours)
    base, base_terms = _linearised(*theirs)
    ahead = _estimate(value - base, terms - base_terms)
    if min(abs(ours[0]).sum(), abs(theirs[0]).sum()) < LEAST_COUNT or value * base <= 0.0:
        return ahead, None
    log_terms = terms / value - base_terms / base
    error = _estimate(0.0, log_terms).error
    quotient = value / base
    low, high = quotient * np.exp(-Z * error) - 1.0, quotient * np.exp(Z * error) - 1.0
    return ahead, Estimate(quotient - 1.0, float(low), float(high), quotient * error)


def shift(now: tuple[Pair, Pair], before: tuple[Pair, Pair]) -> Estimate:
    """Return how much further (ours, theirs) are apart ``now`` than ``before``; the same residents throughout."""
    (ours, our_terms), (theirs, their_terms) = (_linearised(*each) for each in now)
    (ours_then, our_terms_then), (theirs_then, their_terms_then) = (_linearised(*each) for each in before)
    terms = our_terms - their_terms - our_terms_then + their_terms_then
    return _estimate(ours - theirs - ours_then + theirs_then, terms)


def _linearised(over: Floats, per: Floats) -> tuple[float, Floats]:
    """Return the ratio, and what each resident adds to its deviation."""
    whole = float(per.mean())
    if whole == 0.0:
        return 0.0, np.zeros(len(per))
    value = float(over.mean()) / whole
    return value, (over - value * per) / whole


def _estimate(value: float, terms: Floats) -> Estimate:
    error = float(terms.std(ddof=1)) / sqrt(len(terms)) if len(terms) > 1 else 0.0
    return Estimate(value, value - Z * error, value + Z * error, error)


def _column(accounts: Accounts, name: str, weeks: int, conversions: tuple[str, ...]) -> Floats:
    count = accounts.count
    match name:
        case "residents":
            return np.ones(count)
        case "weeks":
            return accounts.column("days") / 7.0
        case "months":
            return accounts.column("days") / MONTH_DAYS
        case "gone":
            return (accounts.column("days") < weeks * 7.0).astype(np.float64)
        case "contact/1000":
            return accounts.total("contact") / 1000.0
        case "conversion":
            return np.asarray(sum((accounts.column(f"event/{each}") for each in conversions), np.zeros(count)))
        case "net":
            return accounts.total("sum") - accounts.column("cost")
    return accounts.total(name)
