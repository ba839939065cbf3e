"""Frequency caps. They count the ledger (reserved, confirmed, ghost alike) and the neighbours at the same address."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from segue.core.arbitration.verdicts import Verdict
from segue.core.calendar import CalendarUnit, calendar_period
from segue.core.catalogue import ActionPlan
from segue.model.contact_rules import Cap
from segue.model.customers import Contact
from segue.model.decisions import Candidate, Reason
from segue.model.time import NEVER, Instant, parse_duration


class CapPlan(Struct, frozen=True):
    """A compiled cap: rolling with ``window`` in microseconds, or with ``calendar`` periods (then ``window`` is 0)."""

    name: str
    limit: int
    window: int
    scope: str
    only: str | None
    counts: tuple[str, ...]
    obeys: tuple[str, ...]
    calendar: CalendarUnit | None = None


def compile_caps(caps: tuple[Cap, ...]) -> tuple[CapPlan, ...]:
    """Return the plans of ``caps``."""
    return tuple(
        CapPlan(
            name=cap.cap,
            limit=cap.limit,
            window=parse_duration(cap.window) if cap.window is not None else 0,
            scope=cap.scope,
            only=cap.only,
            counts=cap.counts,
            obeys=cap.obeys,
            calendar=cap.calendar,
        )
        for cap in caps
    )


class Used:
    """What of the caps is used at one moment, counted once for all candidates of a decision.

    Args:
        ledger: oldest first.
        zone: the customer's, for calendar caps.
        plans: of the caps; each goes by its place among them.
    """

    __slots__ = ("_counts", "_ledger", "_periods", "now", "plans", "zone")

    def __init__(self, ledger: Sequence[Contact], now: Instant, zone: str, plans: tuple[CapPlan, ...]) -> None:
        self.now, self.zone, self.plans = now, zone, plans
        self._ledger = ledger
        self._periods: dict[int, tuple[Instant, Instant, Sequence[Contact]]] = {}
        self._counts: dict[tuple[int, str], list[Instant]] = {}

    def period(self, place: int) -> tuple[Instant, Instant, Sequence[Contact]]:
        """Return since when a cap counts, when it begins anew, and the ledger since then."""
        known = self._periods.get(place)
        if known is None:
            plan = self.plans[place]
            since, next_period = Instant(self.now - plan.window + 1), NEVER
            if plan.calendar is not None:
                since, next_period = calendar_period(self.now, self.zone, plan.calendar)
            known = self._periods[place] = since, next_period, _since(self._ledger, since)
        return known

    def of(self, place: int, scope: str) -> list[Instant]:
        """Return the moments of the contacts that a cap counts under ``scope``."""
        known = self._counts.get((place, scope))
        if known is None:
            known = _counted(self.plans[place], scope, self.period(place)[2], "")
            self._counts[place, scope] = known
        return known


def check_caps(
    candidate: Candidate,
    action: ActionPlan,
    used: Used,
    neighbours: Sequence[Contact],
    *,
    is_booked: bool,
) -> Verdict | None:
    """Refuse what would exceed a cap; names the first cap reached, and the moment when all of them have room again.

    Args:
        neighbours: what other customers got at the candidate's contact point (`neighbours_at`).
        is_booked: the candidate has its slot in the ledger, which does not count against it.
    """
    refusal: Verdict | None = None
    until = used.now
    for place, plan in enumerate(used.plans):
        if action.action.category not in plan.obeys:
            continue
        for scope in _scopes_of_candidate(plan, candidate, action):
            since, next_period, recent = used.period(place)
            ours = _counted(plan, scope, recent, candidate.delivery_id) if is_booked else used.of(place, scope)
            theirs = _counted(plan, scope, _since(neighbours, since), candidate.delivery_id) if neighbours else []
            if len(ours) + len(theirs) < plan.limit:
                continue
            until = max(until, _room_at(plan, sorted((*ours, *theirs)), next_period))
            if refusal is None:
                is_ours = len(ours) >= plan.limit
                refusal = Verdict(Reason.CAPPED if is_ours else Reason.DUPLICATE_CONTACT_POINT, plan.name)
    if refusal is None:
        return None
    return Verdict(refusal.reason, refusal.detail, until if until < NEVER else Instant(0))


def count_uses(plan: CapPlan, ledger: Sequence[Contact], now: Instant, zone: str) -> dict[str, int]:
    """Return how much of a cap is used up now, by what it counts for itself: a channel, a tag, ...; "" for all."""
    since = Instant(now - plan.window + 1)
    if plan.calendar is not None:
        since, _ = calendar_period(now, zone, plan.calendar)
    uses: Counter[str] = Counter()
    for contact in ledger:
        if contact.at >= since and contact.category in plan.counts:
            uses.update(scope for scope in _scopes_of_contact(plan.scope, contact) if plan.only in (None, scope))
    return dict(uses)


def journey_of(candidate: Candidate) -> str:
    """Return the journey that proposed ``candidate``, "" for other sources; also where its run has ended since."""
    return candidate.source.removeprefix("journey:") if candidate.source.startswith("journey:") else ""


def _since(contacts: Sequence[Contact], since: Instant) -> Sequence[Contact]:
    """Return the end of ``contacts`` (oldest first) from ``since`` on."""
    first = len(contacts)
    while first and contacts[first - 1].at >= since:
        first -= 1
    return contacts[first:]


def _counted(plan: CapPlan, scope: str, contacts: Sequence[Contact], own: str) -> list[Instant]:
    """Return the moments of the contacts that count; the slot ``own`` of a message does not count against it."""
    if not contacts:
        return []
    return [
        contact.at
        for contact in contacts
        if contact.category in plan.counts
        and (plan.scope == "all" or scope in _scopes_of_contact(plan.scope, contact))
        and contact.delivery_id != own
    ]


def _room_at(plan: CapPlan, counted: list[Instant], next_period: Instant) -> Instant:
    """Return when a cap that is full has room: when enough of the oldest have left the window; never with a limit of
    nothing.
    """
    if not plan.limit:
        return NEVER
    return next_period if plan.calendar is not None else Instant(counted[-plan.limit] + plan.window)


def _scopes_of_candidate(plan: CapPlan, candidate: Candidate, action: ActionPlan) -> tuple[str, ...]:
    """Return what the cap counts the candidate under; nothing for one without a theme, a journey or a tag."""
    match plan.scope:
        case "all":
            return ("",) if plan.only is None else ()
        case "channel":
            scope = candidate.channel
        case "category":
            scope = action.action.category
        case "theme":
            scope = action.action.theme or ""
        case "journey":
            scope = journey_of(candidate)
        case "action":
            scope = candidate.action
        case _:
            return tuple(tag for tag in action.action.tags if plan.only in (None, tag))
    return (scope,) if scope and plan.only in (None, scope) else ()


def _scopes_of_contact(scope: str, contact: Contact) -> tuple[str, ...]:
    match scope:
        case "all":
            return ("",)
        case "tag":
            return contact.tags
        case _:
            # The other scopes are named after a contact's fields; that is what counting by them means.
            value: str = getattr(contact, scope)
            return (value,) if value else ()
