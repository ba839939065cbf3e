"""A stage changes only its own part of the customer, and nothing at all of the customer before.

Each part changes only where its one writing stage has something to write: the profile with facts, consents and reports;
the group with the first decision; who was absorbed with a merge.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

from segue.model.customers import Customer
from segue.model.events import (
    ConsentChanged,
    ContactPointChanged,
    DecisionRequested,
    DeliveryReported,
    Event,
    Identified,
    Merged,
    Tick,
    Tracked,
)
from segue.model.transitions import Transition
from segue.ports.store import pack
from segue.simulation.checkers.again import Repeated, advance_again
from segue.simulation.checkers.evidence import Evidence

_TOLD = (Tracked, Identified, ConsentChanged, ContactPointChanged, DeliveryReported, DecisionRequested)
_May = Callable[[Event, Transition], bool]


def _decides(event: Event, to: Transition) -> bool:
    return bool(to.decisions or to.commands or to.abandoned) or isinstance(event, DeliveryReported | Merged)


def _reads_answers(event: Event, to: Transition) -> bool:
    return _decides(event, to) or bool(to.ended or to.moved) or isinstance(event, Tick | ConsentChanged)


_WRITERS: dict[str, _May] = {
    "absorbed": lambda event, _: isinstance(event, Merged),
    "profile": lambda event, _: isinstance(event, (*_TOLD, Merged)),
    "assignment": lambda event, to: bool(to.decisions) or isinstance(event, Merged),
    "contacts": _decides,
    "outbox": lambda event, to: _reads_answers(event, to) or isinstance(event, Tracked | Identified),
}
"""By part: whether its writing stage may have written in a transition of the event."""


def check_parts(evidence: Evidence) -> Iterator[str]:
    """Yield transitions that changed a part without its writer, or a customer that was frozen."""
    for repeated in advance_again(evidence).entries:
        for what in errors_of(repeated):
            yield f"entry {repeated.entry.seq}: {what}"


def errors_of(repeated: Repeated) -> Iterator[str]:
    """Yield what is wrong with the transitions of an entry."""
    if pack(repeated.before) != repeated.was:
        yield "the customer before it was changed in place"
    event = repeated.entry.event
    transitions = repeated.again.transitions
    customers = [repeated.before, *(each.customer for each in transitions)]
    for number, (before, after) in enumerate(pairwise(customers)):
        # What follows at the same moment is a tick or an echo of a trait that a step has set.
        told = event if not number else Identified(event_id=event.event_id, customer_id=event.customer_id, at=event.at)
        yield from _changed_parts(before, after, told, transitions[number])


def _changed_parts(before: Customer, after: Customer, event: Event, to: Transition) -> Iterator[str]:
    if not isinstance(event, Merged) and after.version != before.version + 1:
        yield f"version {before.version} became {after.version}"
    if after.customer_id != before.customer_id:
        yield "it became another customer"
    for part, may_write in _WRITERS.items():
        if getattr(before, part) != getattr(after, part) and not may_write(event, to):
            yield f"{part} changed with {type(event).__name__}, which its writing stage has no part in"
