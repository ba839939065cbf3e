"""Coverage: what simulations got to see. A fault that never strikes shows nothing, nor a checker with nothing to check.

Over enough seeds each of `wanted` must have been seen; the tests ask for that over their 200.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported, Merged
from segue.model.ids import CustomerId, DeliveryId
from segue.model.steps import Wait
from segue.model.time import Instant, to_datetime
from segue.ports.store import Entry
from segue.simulation.checkers.evidence import Evidence
from segue.simulation.faults.schedule import DRAWN
from segue.simulation.faults.town import workspace

MERGED_MEANWHILE = "merged while a message was under way"
OUT_OF_ORDER = "a fact after a later one of the same customer"
CLOCK_CHANGE = "a message after the customer's clock changed"
RETOLD = "a fact told again"
RESTARTED = "restarted"

CASES: Mapping[str, tuple[str, ...]] = {
    "consent": ("no_consent",),
    "quiet_hours": ("quiet_deferred",),
    "caps": ("capped", "duplicate_contact_point", "min_gap"),
    "winners": ("lost_arbitration", "silence"),
    "themes": ("theme_conflict",),
    "reasons": ("put off",),
    "holdout": ("holdout",),
    "exits": ("exit_event", "exit_predicate", "goal", "expired", "withdrawn exit_event"),
    "replay": ("saved", RESTARTED),
    "parts": ("merged", "published"),
    "once": ("handed again", "possible_duplicate"),
    "attempts": ("retried", "ended unknown", "ended withdrawn", "ended rejected"),
    "memberships": ("joined", "left", "synchronised again"),
    "timers": ("waited", "done"),
    "accepted": (RETOLD,),
    "capacity": ("capacity", "budget"),
    "fencing": ("intruder",),
}
"""By checker: what has to have happened for it to have had something to check."""


_WAITS = frozenset(
    (journey.journey, step.id) for journey in workspace().journeys for step in journey.steps if isinstance(step, Wait)
)


def wanted() -> tuple[str, ...]:
    """Return all that has to be seen: every fault, every checker's cases, every journey's steps, every channel."""
    town = workspace()
    steps = (f"{journey.journey}/{step.id}" for journey in town.journeys for step in journey.steps)
    channels = (f"by {spec.name}" for spec in town.channels if spec.family == "message")
    moments = (MERGED_MEANWHILE, OUT_OF_ORDER, CLOCK_CHANGE, "transactional", "ineligible")
    return (*DRAWN, *(case for cases in CASES.values() for case in cases), *moments, *channels, *steps)


def seen_in(evidence: Evidence) -> Counter[str]:
    """Return what happened in a simulation, and how often."""
    seen = Counter(evidence.struck)
    seen.update(_handed_over(evidence))
    seen.update(f"ended {owed.status}" for owed in evidence.owed)
    seen["saved"] += sum(1 for state in evidence.states if state.seq < len(evidence.entries))
    seen[RESTARTED] += max((line.life for line in evidence.handed), default=0)
    seen["intruder"] += len(evidence.intruders)
    seen["published"] += len(evidence.workspaces) - 1
    seen[RETOLD] += evidence.struck.get("event_doubled", 0)
    seen[MERGED_MEANWHILE] += _merged_meanwhile(evidence)
    seen[OUT_OF_ORDER] += _out_of_order(evidence)
    for entry in evidence.entries:
        seen.update(_in_entry(entry))
    return seen


def _handed_over(evidence: Evidence) -> Iterator[str]:
    before: set[DeliveryId] = set()
    for line in evidence.handed:
        yield from [f"by {line.channel}"] * line.took
        yield from ["transactional"] * (line.took and line.command.is_transactional)
        yield from ["retried"] * (line.command.attempt > 1)
        yield from ["handed again"] * (line.command.delivery_id in before)
        yield from [CLOCK_CHANGE] * _is_after_change(evidence, line.command, line.at)
        before.add(line.command.delivery_id)
    told: set[DeliveryId] = set()
    for synced in evidence.synced:
        yield from ["joined" if synced.command.is_member else "left"] * synced.took
        yield from ["synchronised again"] * (synced.command.delivery_id in told)
        told.add(synced.command.delivery_id)


def _in_entry(entry: Entry) -> Iterator[str]:
    if isinstance(entry.event, Merged):
        yield "merged"
    if isinstance(entry.event, DeliveryReported):
        word = entry.event.detail.partition(" ")[0]
        yield f"withdrawn {word}" if entry.event.status is DeliveryStatus.WITHDRAWN else word
    for move in entry.moved:
        yield f"{move.journey}/{move.to}" if move.to else move.detail
        yield from ["waited"] * (move.how == "passed" and (move.journey, move.step) in _WAITS)
    for decision in entry.decisions:
        for row in decision.considered:
            yield from [row.suppressed] if row.suppressed is not None else []
            yield from ["put off"] * bool(row.until)


def _merged_meanwhile(evidence: Evidence) -> int:
    """Return how often somebody turned out to be somebody else between the decision about a message and its outcome."""
    open_for: dict[CustomerId, dict[DeliveryId, None]] = {}
    count = 0
    for entry in evidence.entries:
        event = entry.event
        if isinstance(event, DeliveryReported):
            open_for.get(event.customer_id, {}).pop(event.delivery_id, None)
        elif isinstance(event, Merged):
            ours = open_for.setdefault(event.customer_id, {})
            ours |= open_for.pop(event.absorbed_id, {})
            count += bool(ours)
        for command in entry.commands:
            if isinstance(command, Deliver):
                open_for.setdefault(command.customer_id, {})[command.delivery_id] = None
    return count


def _out_of_order(evidence: Evidence) -> int:
    latest: dict[CustomerId, Instant] = {}
    count = 0
    for entry in evidence.entries:
        customer_id, at = entry.event.customer_id, entry.event.at
        count += at < latest.get(customer_id, at)
        latest[customer_id] = max(at, latest.get(customer_id, at))
    return count


def _is_after_change(evidence: Evidence, command: Deliver, at: Instant) -> bool:
    """Tell whether the clock on the customer's wall had been changed since the simulation began."""
    stated = command.data.get("customer", {}).get("zone", evidence.workspace.zone)
    begin, now = (to_datetime(each, str(stated)).utcoffset() for each in (evidence.entries[0].now, at))
    return begin != now
