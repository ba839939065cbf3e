"""The engine: the order of the stages, on one screen.

`advance` is the only way a customer changes. Each stage writes its own part of the customer and reads all of it; what a
stage learns from a later one arrives as an event with a later timestamp (an answer, read at the next tick).
"""

from hashlib import blake2b

import msgspec

from segue.core.absorption import absorb_customer
from segue.core.arbitration.gate import Gate
from segue.core.arbitration.ledger import release, settle_contact
from segue.core.arbitration.rules.alive import interruption
from segue.core.decision_point import Decided, Occasion, decide
from segue.core.decisioning.assignment import assign
from segue.core.decisioning.candidates import for_placement, from_rules
from segue.core.delivery.outbox import Opened, next_due, open_outbox
from segue.core.delivery.outcomes import Absorbed, absorb
from segue.core.facts import as_fact
from segue.core.journeys import run as journeys
from segue.core.journeys.moves import Surroundings
from segue.core.journeys.run import Progress
from segue.core.profiles import fold, zone_of
from segue.core.promises import Promises
from segue.core.triggers import Firing, detect
from segue.core.triggers import next_due as next_absence
from segue.core.view import View
from segue.core.world import World
from segue.model.customers import Customer
from segue.model.decisions import Candidate, Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DecisionRequested, DeliveryReported, Event, Merged, Tick
from segue.model.ids import EventId
from segue.model.journeys import Ended
from segue.model.time import Instant
from segue.model.transitions import Abandoned, Transition

TICKS_MAX = 100
"""Ticks that may follow one event at the same moment; more would be a loop, which the compiler and journeys exclude."""


def advance(customer: Customer, event: Event, *, now: Instant, world: World) -> Transition:
    """Return what ``event`` does to ``customer`` at ``now``.

    Args:
        now: the moment of the transition, never before ``event.at`` nor before an earlier ``now`` of this customer.
    """
    before = customer
    replaced: tuple[Ended, ...] = ()
    if isinstance(event, Merged):
        customer, replaced = absorb_customer(customer, event, world)
    fact = as_fact(event, customer)
    profile = fold(customer.profile, event, fact, world.profile, now)
    view = View(profile, fact, now, zone_of(profile, world.workspace))
    watches, firings = detect(customer.watches, customer.profile, profile, fact, event, now, world.triggers)
    progress = _run_journeys(customer, view, firings, replaced, world)
    contacts, absorbed = customer.contacts, Absorbed(customer.outbox)
    if isinstance(event, DeliveryReported):
        contacts = settle_contact(contacts, event)
        absorbed = absorb(customer.outbox, event, now, world.seed)
    customer = Customer(
        customer_id=customer.customer_id,
        version=customer.version + 1,
        absorbed=customer.absorbed,
        profile=profile,
        watches=watches,
        enrollments=progress.enrollments,
        assignment=customer.assignment,
        contacts=release(contacts, absorbed.released),
        outbox=absorbed.outbox,
    )
    if _is_quiet(absorbed, progress, firings, event, now, before, customer, world):
        return _finish(customer, progress, _given_up(event, absorbed))
    return _decide_all(before, customer, event, view, progress, firings, absorbed, world)


def settle(customer: Customer, event: Event, *, now: Instant, world: World) -> tuple[Transition, ...]:
    """Return all transitions of ``event`` at ``now``: the event's own, then a tick as long as one is due at once."""
    transitions = [advance(customer, event, now=now, world=world)]
    for count in range(1, TICKS_MAX):
        if transitions[-1].wake_at > now:
            break
        tick = Tick(event_id=EventId(f"{event.event_id}+{count}"), customer_id=customer.customer_id, at=now)
        transitions.append(advance(transitions[-1].customer, tick, now=now, world=world))
    assert transitions[-1].wake_at > now, "a customer asks for ticks without end"
    return tuple(transitions)


def _run_journeys(
    customer: Customer, view: View, firings: tuple[Firing, ...], replaced: tuple[Ended, ...], world: World
) -> Progress:
    answers: dict[tuple[str, int], str] = {
        (answer.run_id, answer.occurrence): answer.word for answer in customer.outbox.answers
    }
    around = Surroundings(view, world.workspace.name, customer.customer_id, answers)
    fired = tuple((firing.trigger, firing.facts) for firing in firings)
    progress = journeys.run_journeys(customer.enrollments, fired, around, world.journeys)
    return msgspec.structs.replace(progress, ended=(*replaced, *progress.ended)) if replaced else progress


def _is_quiet(
    absorbed: Absorbed,
    progress: Progress,
    firings: tuple[Firing, ...],
    event: Event,
    now: Instant,
    before: Customer,
    customer: Customer,
    world: World,
) -> bool:
    """Tell whether nothing can be due or proposed, as after most events: the decision half is skipped."""
    if progress.proposals or progress.ended or absorbed.reconsider:
        return False
    for firing in firings:
        if firing.trigger in world.sources.rules:
            return False
    if isinstance(event, (DecisionRequested, Merged)) or before.profile.consents is not customer.profile.consents:
        return False
    return next_due(customer.outbox) > now


def _decide_all(
    before: Customer,
    customer: Customer,
    event: Event,
    view: View,
    progress: Progress,
    firings: tuple[Firing, ...],
    absorbed: Absorbed,
    world: World,
) -> Transition:
    gate = _gate(customer, view, progress, world)
    has_new_word = before.profile.consents is not customer.profile.consents or isinstance(event, Merged)
    opened = open_outbox(
        customer.outbox,
        progress.ended,
        gate.permits if has_new_word else None,
        customer.customer_id,
        view.now,
    )
    promises = Promises(customer, opened, gate, world)
    promises.resume(absorbed.reconsider)
    by_slot = _by_slot(_candidates(customer, event, progress, firings, opened, view.now, world), world)
    if isinstance(event, DecisionRequested):
        by_slot.setdefault(f"placement:{event.placement}", [])
    if by_slot:
        customer = msgspec.structs.replace(customer, assignment=assign(customer, world.workspace, view.now))
        assert customer.assignment is not None
        occasion = Occasion(
            customer.customer_id,
            customer.version,
            event.event_id,
            customer.assignment.group,
            view.now,
            _input_hash(before, event, world),
        )
        for slot, candidates in by_slot.items():
            for decided in _decide_slot(slot, candidates, event, gate, occasion, world):
                promises.make(decided)
    customer = msgspec.structs.replace(customer, contacts=promises.contacts(), outbox=promises.outbox())
    dropped = tuple(Abandoned(f.candidate.delivery_id, f.attempt, interruption(why)) for f, why in opened.dropped)
    return _finish(customer, progress, (*_given_up(event, absorbed), *dropped), promises)


def _decide_slot(
    slot: str,
    candidates: list[Candidate],
    event: Event,
    gate: Gate,
    occasion: Occasion,
    world: World,
) -> list[Decided]:
    """Return the decisions of one slot: one, or for a placement that asks for several, one for each place."""
    if not isinstance(event, DecisionRequested) or event.count <= 1:
        return [decide(slot, candidates, gate, occasion, world)]
    decisions: list[Decided] = []
    left = candidates
    for place in range(1, event.count + 1):
        decided = decide(slot if place == 1 else f"{slot}#{place}", left, gate, occasion, world)
        decisions.append(decided)
        left = [c for c in left if decided.winner is None or c.action != decided.winner.action]
        if decided.winner is None or not left:
            break
    return decisions


def _candidates(
    customer: Customer,
    event: Event,
    progress: Progress,
    firings: tuple[Firing, ...],
    opened: Opened,
    now: Instant,
    world: World,
) -> list[Candidate]:
    candidates = [*opened.due, *progress.proposals]
    fired = [(firing.trigger, firing.facts) for firing in firings]
    candidates += from_rules(fired, world.sources, customer.customer_id, event.event_id, now)
    if isinstance(event, DecisionRequested):
        candidates += for_placement(event, world.sources, opened.outbox.memberships, now)
    return candidates


def _by_slot(candidates: list[Candidate], world: World) -> dict[str, list[Candidate]]:
    """Return the candidates by what they compete for, in the order in which the slots were first named."""
    slots: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        variant = world.variants.get((candidate.action, candidate.channel))
        slots.setdefault(variant.slot if variant is not None else "gone", []).append(candidate)
    return slots


def _gate(customer: Customer, view: View, progress: Progress, world: World) -> Gate:
    return Gate(
        view,
        customer.profile,
        customer.contacts.ledger,
        {run.run_id: run for run in customer.enrollments.runs},
        {end.run_id: end.reason for end in progress.ended},
        world.actions,
        world.contact_rules,
    )


def _input_hash(before: Customer, event: Event, world: World) -> str:
    digest = blake2b(msgspec.msgpack.encode(before), digest_size=12, key=world.revision.encode())
    digest.update(msgspec.msgpack.encode(event))
    return digest.hexdigest()


def _given_up(event: Event, absorbed: Absorbed) -> tuple[Abandoned, ...]:
    if not isinstance(event, DeliveryReported) or event.status != DeliveryStatus.RETRYABLE:
        return ()
    return tuple(Abandoned(delivery_id, event.attempt, Reason.PROVIDER_FAILED) for delivery_id in absorbed.released)


def _finish(
    customer: Customer, progress: Progress, abandoned: tuple[Abandoned, ...], promises: Promises | None = None
) -> Transition:
    wake_at = min(next_absence(customer.watches), journeys.next_due(customer.enrollments), next_due(customer.outbox))
    return Transition(
        customer=customer,
        decisions=promises.decisions() if promises is not None else (),
        commands=promises.commands() if promises is not None else (),
        wake_at=wake_at,
        ended=progress.ended,
        blocked=progress.blocked,
        abandoned=abandoned,
    )
