"""The engine: the order of the stages, on one screen.

`advance` is the only way a customer changes. Each stage writes its own part of the customer and reads all of it; what a
stage learns from a later one arrives as an event with a later timestamp (an answer, read at the next tick; a trait that
a step sets, told as an echo).
"""

from collections import deque

import msgspec

from segue.core.absorption import Absorption, absorb_customer
from segue.core.agenda import Agenda, is_quiet
from segue.core.arbitration.ledger import release, settle_contact
from segue.core.decisioning.rewards import rewards_of
from segue.core.delivery.outbox import next_due
from segue.core.delivery.outcomes import Absorbed, absorb
from segue.core.facts import as_fact
from segue.core.journeys import run as journeys
from segue.core.journeys.moves import Surroundings
from segue.core.journeys.run import Progress
from segue.core.profiles import fold, zone_of
from segue.core.promises import Promises
from segue.core.receptive import hours_tally, is_here
from segue.core.shared import happened, undone
from segue.core.triggers import Firing, detect
from segue.core.triggers import next_due as next_watch
from segue.core.view import View
from segue.core.world import World
from segue.model.customers import Customer
from segue.model.decisions import Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported, Event, Identified, Merged, Tick
from segue.model.ids import EventId
from segue.model.learning import Reward
from segue.model.shared import Tally
from segue.model.time import Instant
from segue.model.transitions import Abandoned, Transition

STEPS_MAX = 200
"""Transitions that one event may lead to at the same moment. Long before, journeys put an end to what goes in circles
(`core.journeys.work.MOVES_MAX`)."""


def advance(customer: Customer, event: Event, *, now: Instant, world: World, following: int = 0) -> Transition:
    """Return what ``event`` does to ``customer`` at ``now``.

    Args:
        now: the moment of the transition, never before ``event.at`` nor before an earlier ``now`` of this customer.
        following: how many transitions of the same moment have led to this one.
    """
    before = customer
    absorption = Absorption(customer)
    if isinstance(event, Merged):
        absorption = absorb_customer(customer, event, world)
        customer = absorption.customer
    fact = as_fact(event, customer)
    profile = fold(customer.profile, event, fact, world.profile, now)
    zone = zone_of(profile, world.workspace)
    is_there = world.has_hours and is_here(profile, now)
    view = View(profile, fact, now, zone, world.shared, is_here=is_there, late_after=world.triggers.late_after)
    watches, firings = detect(
        *(customer.watches, customer.profile, profile, fact, event, now, world.triggers),
        zone=view.zone,
        seed=world.seed,
        customer_id=customer.customer_id,
    )
    progress = _run_journeys(absorption, view, firings, world, following)
    contacts, absorbed = customer.contacts, Absorbed(customer.outbox)
    if isinstance(event, DeliveryReported):
        contacts = settle_contact(contacts, event, now)
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
    given_up = _given_up(event, absorbed)
    tallies = (*_tallies(before, event, view, absorbed, world), *progress.tallies)
    rewards = rewards_of(event, fact, view, world.rewards) if world.rewards.by_event else ()
    if is_quiet(customer, before, event, view, firings, progress, absorbed, world):
        return _finish(customer, now, progress, given_up, tallies, rewards, world)
    promises = _decide(before, customer, event, view, firings, progress, absorbed, world)
    customer = msgspec.structs.replace(
        customer, assignment=promises.assignment(), contacts=promises.contacts(), outbox=promises.outbox()
    )
    tallies = (*tallies, *promises.tallies())
    return _finish(customer, now, progress, (*given_up, *promises.abandoned()), tallies, rewards, world, promises)


def settle(customer: Customer, event: Event, *, now: Instant, world: World) -> tuple[Transition, ...]:
    """Return all transitions of ``event`` at ``now``: its own, its echoes', then a tick as long as one is due."""
    transitions = [advance(customer, event, now=now, world=world)]
    echoes = deque(transitions[0].echoes)
    for count in range(1, STEPS_MAX):
        last = transitions[-1]
        if not echoes and last.wake_at > now:
            break
        world = world.after(last.tallies, now)
        next_id = EventId(f"{event.event_id}+{count}")
        follow: Event = Tick(event_id=next_id, customer_id=customer.customer_id, at=now)
        if echoes:
            follow = msgspec.structs.replace(echoes.popleft(), event_id=next_id)
        transitions.append(advance(last.customer, follow, now=now, world=world, following=count))
        echoes.extend(transitions[-1].echoes)
    assert not echoes, "a customer echoes without end"
    assert transitions[-1].wake_at > now, "a customer asks for ticks without end"
    return tuple(transitions)


def _run_journeys(
    absorption: Absorption, view: View, firings: tuple[Firing, ...], world: World, following: int
) -> Progress:
    customer = absorption.customer
    answers: dict[tuple[str, int], str] = {
        (answer.run_id, answer.occurrence): answer.word for answer in customer.outbox.answers
    }
    around = Surroundings(
        view=view,
        workspace=world.workspace.name,
        customer_id=customer.customer_id,
        answers=answers,
        shared=view.shared,
        shared_plan=world.shared_plan,
        seed=world.seed,
        following=following,
    )
    fired = tuple((firing.trigger, firing.facts) for firing in firings)
    progress = journeys.run_journeys(customer.enrollments, fired, around, world.journeys)
    if not absorption.ended:
        return progress
    return msgspec.structs.replace(
        progress, ended=(*absorption.ended, *progress.ended), moved=(*absorption.moved, *progress.moved)
    )


def _decide(
    before: Customer,
    customer: Customer,
    event: Event,
    view: View,
    firings: tuple[Firing, ...],
    progress: Progress,
    absorbed: Absorbed,
    world: World,
) -> Promises:
    if progress.traits:  # what a step has set is known to what the next ones propose; the echo writes it down
        view = view.knowing(progress.traits)
        customer = msgspec.structs.replace(customer, profile=view.profile)
    return Agenda(before, customer, event, view, firings, progress, absorbed, world).work_off()


def _tallies(before: Customer, event: Event, view: View, absorbed: Absorbed, world: World) -> tuple[Tally, ...]:
    """Return what the event itself adds to shared quantities: a sale, a visit, what a failed delivery gives back."""
    tallies = happened(world.shared_plan, view)
    if world.has_hours:
        tallies += hours_tally(event, before.profile, view.profile, view.zone, world.workspace)
    for flight in before.outbox.in_flight if absorbed.released else ():
        sent = flight.candidate
        if sent.delivery_id in absorbed.released:
            tallies += undone(world.shared_plan, sent.action, sent.channel, flight.decided_at, view)
    return tallies


def _given_up(event: Event, absorbed: Absorbed) -> tuple[Abandoned, ...]:
    if not isinstance(event, DeliveryReported):
        return ()
    attempt, channel = event.attempt, absorbed.channel
    if absorbed.unsure:
        unsure, reason = absorbed.unsure, Reason.PROVIDER_UNKNOWN
        return tuple(Abandoned(each, attempt, reason, may_have_arrived=True, channel=channel) for each in unsure)
    if event.status != DeliveryStatus.RETRYABLE:
        return ()
    return tuple(Abandoned(each, attempt, Reason.PROVIDER_FAILED, channel=channel) for each in absorbed.released)


def _finish(
    customer: Customer,
    now: Instant,
    progress: Progress,
    abandoned: tuple[Abandoned, ...],
    tallies: tuple[Tally, ...],
    rewards: tuple[Reward, ...],
    world: World,
    promises: Promises | None = None,
) -> Transition:
    runs_due = journeys.next_due(customer.enrollments, world.journeys)
    return Transition(
        customer=customer,
        decisions=promises.decisions() if promises is not None else (),
        commands=promises.commands() if promises is not None else (),
        wake_at=min(next_watch(customer.watches), runs_due, next_due(customer.outbox)),
        ended=progress.ended,
        blocked=progress.blocked,
        abandoned=abandoned,
        moved=progress.moved,
        echoes=_echoes(customer, now, progress),
        tallies=tallies,
        rewards=rewards,
    )


def _echoes(customer: Customer, now: Instant, progress: Progress) -> tuple[Event, ...]:
    """Return what follows for the same customer at the same moment: the traits that steps have set."""
    if not progress.traits:
        return ()
    return (Identified(event_id=EventId(""), customer_id=customer.customer_id, at=now, traits=progress.traits),)
