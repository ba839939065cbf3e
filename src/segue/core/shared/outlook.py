"""The outlook: what messages are usually proposed, how often for a customer and how much they are worth.

Offers are counted by worth with a half-life of four weeks. What decays by half in every `HALF_LIFE` is kept as weights
that double in that time instead, in units of the moment ``since`` (forward decay, see `core.expressions.exact`): then
nothing has to be touched but what is added, and shares and rates need no clock at all.

What decisions read is published now and then: so the table that follows from it is computed a few times a week, and
which table a decision saw does not depend on what a process happens to remember.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, fsum, isfinite, ldexp

from segue.model.customers import Contacts
from segue.model.shared import Outlook, Tally
from segue.model.time import WEEK, Instant

HALF_LIFE = 4 * WEEK
ENOUGH = 30.0
"""How many offers have to be known before anything is published: silence needs better reasons than two anecdotes."""

NEWS = 1.1
"""How much more must be known than at the last publication."""

MOST_WORTHS = 32
"""How many different worths are told apart; twice as many before they are gathered again."""

_RENEWED_AFTER = 64 * HALF_LIFE


def offered(contacts: Contacts, slot: str, worths: Sequence[float], now: Instant) -> tuple[Tally, ...]:
    """Return the tallies of messages worth ``worths`` each that were proposed for the customer of ``contacts``.

    Args:
        contacts: as they were before: the first offer in a week also counts the customer.
    """
    tallies = tuple([Tally("offer", slot, worth) for worth in worths])
    is_first = contacts.offered <= 0.0 or contacts.offered_at // WEEK < now // WEEK
    return (*tallies, Tally("week", "", 1.0)) if is_first else tallies


def add_offer(outlook: Outlook, worth: float, now: Instant) -> Outlook:
    """Return the outlook after an offer; one that would cost more than it brings is worth nothing to anybody."""
    worth = max(worth, 0.0)
    if not isfinite(worth):
        return outlook
    outlook = _renewed(outlook, now)
    key, weight = f"{worth:.3g}", _weight(outlook, now)
    worths = outlook.worth.copy()
    worths[key] = worths.get(key, 0.0) + weight
    if len(worths) > 2 * MOST_WORTHS:
        worths = _gathered(worths)
    return _published(
        Outlook(
            worths,
            outlook.customers,
            outlook.since,
            max(now, outlook.at),
            outlook.offers + weight,
            outlook.published,
            outlook.shares,
            outlook.rate,
        )
    )


def add_week(outlook: Outlook, now: Instant) -> Outlook:
    """Return the outlook after the first offer for a customer in a week."""
    outlook = _renewed(outlook, now)
    return Outlook(
        outlook.worth,
        outlook.customers + _weight(outlook, now),
        outlook.since,
        max(now, outlook.at),
        outlook.offers,
        outlook.published,
        outlook.shares,
        outlook.rate,
    )


def rate_of(offers: float, customers: float) -> float:
    """Return how many offers a customer gets in a week, where ``customers`` weeks with an offer had so many.

    Weeks without any are not seen, so the plain mean would be 1 at least. Offers come at random, hence their number in
    a week that has one is a Poisson number which is not 0, with the mean rate / (1 - exp(-rate)): solved for the rate.
    """
    mean = offers / customers if customers else 0.0
    rate = mean
    for _ in range(60):
        rate = mean * (1.0 - exp(-rate))
    return rate


def _published(outlook: Outlook) -> Outlook:
    if outlook.offers < outlook.published * NEWS or outlook.offers < ENOUGH * _weight(outlook, outlook.at):
        return outlook
    worths = _gathered(outlook.worth)
    total = fsum(worths.values())
    return Outlook(
        worths,
        outlook.customers,
        outlook.since,
        outlook.at,
        outlook.offers,
        outlook.offers,
        tuple(sorted((float(worth), weight / total) for worth, weight in worths.items())),
        rate_of(outlook.offers, outlook.customers),
    )


def _weight(outlook: Outlook, now: Instant) -> float:
    return float(2.0 ** ((now - outlook.since) / HALF_LIFE))


def _renewed(outlook: Outlook, now: Instant) -> Outlook:
    """Return the outlook in units of a moment near enough; by whole powers of two, which round nothing."""
    if not outlook.since:
        return Outlook(since=now, at=now)
    if now - outlook.since <= _RENEWED_AFTER:
        return outlook
    halvings = (now - outlook.since) // HALF_LIFE
    return Outlook(
        {worth: ldexp(weight, -halvings) for worth, weight in outlook.worth.items()},
        ldexp(outlook.customers, -halvings),
        Instant(outlook.since + halvings * HALF_LIFE),
        outlook.at,
        ldexp(outlook.offers, -halvings),
        ldexp(outlook.published, -halvings),
        outlook.shares,
        outlook.rate,
    )


def _gathered(worths: dict[str, float]) -> dict[str, float]:
    """Return the worths in at most `MOST_WORTHS` numbers: neighbours become their mean, those first that lose least.

    A streaming histogram (Ben-Haim and Tom-Tov, JMLR 2010), except that what a merger costs is how much it moves
    worths (weight times distance), so that many small offers do not crowd out the few that matter.
    """
    bins = sorted((float(worth), weight) for worth, weight in worths.items())
    while len(bins) > MOST_WORTHS:
        moved = [(b[0] - a[0]) * a[1] * b[1] / (a[1] + b[1]) for a, b in pairwise(bins)]
        index = moved.index(min(moved))
        (low, light), (high, heavy) = bins[index], bins[index + 1]
        bins[index : index + 2] = [((low * light + high * heavy) / (light + heavy), light + heavy)]
    gathered: dict[str, float] = {}
    for worth, weight in bins:
        key = f"{worth:.3g}"
        gathered[key] = gathered.get(key, 0.0) + weight
    return gathered
