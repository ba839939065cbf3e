"""The outlook: what messages are usually proposed, how often for a customer and how much they are worth.

Offers are counted by worth with a half-life of four weeks. What decays by half in every `HALF_LIFE` is kept as weights
that double in that time instead, in units of the moment ``since`` (forward decay, see `core.expressions.exact`): then
nothing has to be touched but what is added, and shares and rates need no clock at all.
"""

from itertools import pairwise
from math import exp, isfinite, ldexp

from segue.model.customers import Contacts
from segue.model.shared import Outlook, Tally
from segue.model.time import WEEK, Instant

HALF_LIFE = 4 * WEEK
MOST_WORTHS = 32
"""How many different worths are kept; twice as many before they are gathered again."""

_RENEWED_AFTER = 64 * HALF_LIFE


def offered(contacts: Contacts, slot: str, worth: float, now: Instant) -> tuple[Tally, ...]:
    """Return the tallies of a message worth ``worth`` that was proposed for the customer of ``contacts``.

    Args:
        contacts: as they were before it: the first offer in a week also counts the customer.
    """
    tally = Tally("offer", slot, worth)
    is_first = contacts.offered <= 0.0 or contacts.offered_at // WEEK < now // WEEK
    return (tally, Tally("week", "", 1.0)) if is_first else (tally,)


def add_offer(outlook: Outlook, worth: float, now: Instant) -> Outlook:
    """Return the outlook after an offer; one that is worth nothing is none."""
    if not (isfinite(worth) and worth > 0.0):
        return outlook
    outlook = _renewed(outlook, now)
    key = f"{worth:.3g}"
    worths = outlook.worth.copy()
    worths[key] = worths.get(key, 0.0) + _weight(outlook, now)
    if len(worths) > 2 * MOST_WORTHS:
        worths = _gathered(worths)
    return Outlook(worths, outlook.customers, outlook.since, max(now, outlook.at))


def add_week(outlook: Outlook, now: Instant) -> Outlook:
    """Return the outlook after the first offer for a customer in a week."""
    outlook = _renewed(outlook, now)
    customers = outlook.customers + _weight(outlook, now)
    return Outlook(outlook.worth, customers, outlook.since, max(now, outlook.at))


def rate_of(outlook: Outlook) -> float:
    """Return how many offers a customer gets in a week, 0 where nothing is known.

    Only weeks with an offer are counted, so the plain mean would be at least 1. Offers come at random, hence the
    number in a week with one is a Poisson number that is not 0, whose mean is rate / (1 - exp(-rate)): solved for rate.
    """
    offers = sum(outlook.worth.values())
    if not outlook.customers or not offers:
        return 0.0
    mean = offers / outlook.customers
    rate = mean
    for _ in range(60):
        rate = mean * (1.0 - exp(-rate))
    return rate


def shares_of(outlook: Outlook) -> tuple[tuple[float, float], ...]:
    """Return (worth, share of the offers), the least worth first."""
    offers = sum(outlook.worth.values())
    return tuple(sorted((float(worth), weight / offers) for worth, weight in outlook.worth.items())) if offers else ()


def _weight(outlook: Outlook, now: Instant) -> float:
    return float(2.0 ** ((now - outlook.since) / HALF_LIFE))


def _renewed(outlook: Outlook, now: Instant) -> Outlook:
    """Return the outlook in units of a moment near enough; by whole powers of two, which round nothing."""
    if not outlook.since:
        return Outlook(outlook.worth, outlook.customers, now, now)
    if now - outlook.since <= _RENEWED_AFTER:
        return outlook
    halvings = (now - outlook.since) // HALF_LIFE
    worths = {worth: ldexp(weight, -halvings) for worth, weight in outlook.worth.items()}
    since = Instant(outlook.since + halvings * HALF_LIFE)
    return Outlook(worths, ldexp(outlook.customers, -halvings), since, outlook.at)


def _gathered(worths: dict[str, float]) -> dict[str, float]:
    """Return the worths in at most `MOST_WORTHS` numbers: neighbours become their mean, the lightest pairs first.

    A streaming histogram (Ben-Haim and Tom-Tov, JMLR 2010), except that pairs are chosen by how much the merger moves
    the worths (weight times distance), so that many small offers do not crowd out the few that matter.
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
