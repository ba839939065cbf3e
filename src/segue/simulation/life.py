"""A life: one made-up customer under the production engine, from event to event in virtual time.

What reaches the resident goes through the same hand-over gate as in production; what the resident does comes back as
events and through the same identity resolution, so that several devices are several profiles until they are linked.
"""

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import NamedTuple

from msgspec import structs

from segue.core.engine import settle
from segue.core.handover import recheck
from segue.core.identity.resolve import Directory, resolve
from segue.core.world import World
from segue.model.commands import Command, CreateTask, Deliver, SyncAudience
from segue.model.customers import Customer
from segue.model.decisions import SILENCE, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DecisionRequested, Event, Merged, Tick
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, DeliveryId, EventId, derive
from segue.model.time import DAY, Instant
from segue.model.transitions import Transition
from segue.ports.store import pack
from segue.runtimes.neighbourhood import among, with_neighbours
from segue.simulation.dice import Dice
from segue.simulation.happenings import as_event, as_report
from segue.simulation.market import Arrival, Did, Happening, Reported, Resident
from segue.simulation.provider import USUAL, Provider


class Passed(NamedTuple):
    """An event that was advanced, when, and what it led to.

    Attributes:
        arrivals: what reached the resident because of it.
    """

    event: Event
    now: Instant
    transitions: tuple[Transition, ...]
    arrivals: tuple[Arrival, ...]


class Life:
    """One resident's customers (one, once all their devices are linked) and what is to come.

    A resident whom the workspace knows already has a ``customer``, as the engine left them: life goes on from there,
    and what they do without identifiers is this customer's.

    Attributes:
        number: the resident's.
        due: when something happens next; `NEVER` for not at all.
    """

    __slots__ = (
        "_arrived",
        "_begin",
        "_behave_at",
        "_behaved",
        "_coming",
        "_customers",
        "_dice",
        "_directory",
        "_known_as",
        "_providers",
        "_resident",
        "_scheduled",
        "_told",
        "_wakes",
        "due",
        "number",
    )

    def __init__(
        self, number: int, resident: Resident, dice: Dice, providers: Mapping[str, Provider], begin: Instant
    ) -> None:
        self.number = number
        self._resident, self._dice, self._providers, self._begin = resident, dice, providers, begin
        self._directory = Directory()
        self._customers: dict[CustomerId, Customer] = {}
        self._wakes: dict[CustomerId, Instant] = {}
        self._coming: list[tuple[Instant, int, Event, tuple[Identifier, ...]]] = []
        self._behave_at, self._known_as = begin, CustomerId("")
        known: Customer | None = getattr(resident, "customer", None)
        if known is not None:
            self._known_as = known.customer_id
            self._customers[known.customer_id], self._wakes[known.customer_id] = known, begin
        self._behaved = self._scheduled = self._arrived = 0
        self._told: set[EventId] = set()
        self.due: Instant = begin

    @property
    def customers(self) -> tuple[Customer, ...]:
        """The resident's profiles as they are now."""
        return tuple(self._customers.values())

    def step(self, world: World) -> tuple[Passed, ...]:
        """Let happen what is due; what comes from outside before a timer. Empty where the resident only thought."""
        now = self.due
        passed: tuple[Passed, ...] = ()
        if self._coming and self._coming[0][0] <= now:
            _, _, event, identifiers = heappop(self._coming)
            passed = self._take_in(event, identifiers, now, world)
        elif self._behave_at <= now:
            behaviour = self._resident.behave(now)
            assert behaviour.again_at > now, "a resident who acts without end"
            self._behave_at = behaviour.again_at
            for happening in behaviour.happenings:
                self._behaved += 1
                self._plan(happening, now, f"{self.number}.{self._behaved}", None)
        else:
            customer_id = min(self._wakes, key=lambda each: (self._wakes[each], each))
            tick = EventId(f"tick.{customer_id}.{self._wakes[customer_id]}")
            passed = (self._advance(Tick(event_id=tick, customer_id=customer_id, at=now), now, world),)
        self.due = self._next()
        return passed

    def _next(self) -> Instant:
        due = self._behave_at
        for wake in self._wakes.values():
            if wake < due:
                due = wake
        return min(due, self._coming[0][0]) if self._coming else due

    def _take_in(
        self, event: Event, identifiers: tuple[Identifier, ...], now: Instant, world: World
    ) -> tuple[Passed, ...]:
        """Find out whose ``event`` it is, join whom it shows to be one, and advance them."""
        if not identifiers:
            survivor = self._directory.survivor(event.customer_id)
            return (self._advance(structs.replace(event, customer_id=survivor), now, world),)
        resolution, links = resolve(self._directory, identifiers, now, "market")
        assert resolution is not None, "a market names its residents"
        for link in links:
            self._directory.add(link)
        winner = resolution.customer_id
        passed = [self._merge(winner, loser, now, world) for loser in resolution.absorbed if loser in self._customers]
        return (*passed, self._advance(structs.replace(event, customer_id=winner), now, world))

    def _merge(self, winner: CustomerId, loser: CustomerId, now: Instant, world: World) -> Passed:
        merged = Merged(
            event_id=EventId(derive("merged", winner, loser)),
            customer_id=winner,
            at=now,
            absorbed_id=loser,
            absorbed=pack(self._customers.pop(loser)),
        )
        self._wakes.pop(loser, None)
        return self._advance(merged, now, world)

    def _advance(self, event: Event, now: Instant, world: World) -> Passed:
        name = event.customer_id
        before = self._customers.get(name)
        if before is None:
            before = Customer(name)
        if len(self._customers) > 1:
            others = [self._customers[each] for each in sorted(self._customers)]
            world = with_neighbours(world, among(others, before, event, world.workspace))
        transitions = settle(before, event, now=now, world=world)
        last = transitions[-1]
        self._customers[name] = last.customer
        self._wakes[name] = last.wake_at
        arrivals: list[Arrival] = []
        for transition in transitions:
            for command in transition.commands:
                arrivals += self._carry_out(command, last.customer, now, world)
        if isinstance(event, DecisionRequested):
            arrivals += self._show(transitions[0].decisions, event.placement, now, world)
        return Passed(event, now, transitions, tuple(arrivals))

    # -- what reaches the resident ------------------------------------------------------------------------------

    def _carry_out(self, command: Command, customer: Customer, now: Instant, world: World) -> tuple[Arrival, ...]:
        match command:
            case Deliver():
                return self._deliver(command, customer, now, world)
            case SyncAudience():
                self._report(command.delivery_id, command.customer_id, DeliveryStatus.ACCEPTED, now)
                kind = "joined" if command.is_member else "left"
                arrival = self._arrival(kind, command.delivery_id, command.audience, command.channel, now, world)
            case CreateTask():
                self._report(command.delivery_id, command.customer_id, DeliveryStatus.ACCEPTED, now)
                arrival = self._arrival("task", command.delivery_id, command.action, command.channel, now, world)
        return self._received(arrival, command.customer_id)

    def _deliver(self, command: Deliver, customer: Customer, now: Instant, world: World) -> tuple[Arrival, ...]:
        reason = recheck(customer, command, now=now, world=world)
        if reason is not None:
            withdrawn = DeliveryStatus.WITHDRAWN
            self._report(command.delivery_id, command.customer_id, withdrawn, now, command.attempt, reason)
            return ()
        provider = self._providers.get(command.channel, USUAL)
        occasion = f"{command.action}/{(now - self._begin) // DAY}"
        status = provider.answer(self._dice, command.channel, occasion, command.attempt)
        self._report(command.delivery_id, command.customer_id, status, now, command.attempt)
        if status != DeliveryStatus.ACCEPTED:
            return ()
        if provider.is_dead(self._dice, command.channel):
            self._receive(command, DeliveryStatus.BOUNCED, occasion, now, provider)
            return ()
        if provider.tells:
            self._receive(command, DeliveryStatus.DELIVERED, occasion, now, provider)
        arrival = self._arrival("message", command.delivery_id, command.action, command.channel, now, world)
        return self._received(arrival, command.customer_id)

    def _show(self, decisions: tuple[Decision, ...], placement: str, now: Instant, world: World) -> tuple[Arrival, ...]:
        shown: list[Arrival] = []
        for decision in decisions:
            if decision.slot != f"placement:{placement}" or decision.is_ghost or decision.chosen == SILENCE:
                continue
            winner = next(each for each in decision.considered if each.key == decision.chosen)
            arrival = self._arrival("shown", decision.delivery_id, winner.action, winner.channel, now, world)
            shown += self._received(arrival, decision.customer_id)
        return tuple(shown)

    def _arrival(
        self, kind: str, delivery_id: DeliveryId, action: str, channel: str, now: Instant, world: World
    ) -> Arrival:
        plan = world.actions.get(action)
        variant = world.variants.get((action, channel))
        return Arrival(
            kind=kind,  # type: ignore[arg-type]
            delivery_id=delivery_id,
            action=action,
            channel=channel,
            category=plan.action.category if plan is not None else "",
            theme=plan.action.theme or "" if plan is not None else "",
            content=variant.variant.content if variant is not None else {},
            at=now,
            number=self._arrived,
            day=(now - self._begin) // DAY,
        )

    def _received(self, arrival: Arrival, customer_id: CustomerId) -> tuple[Arrival, ...]:
        self._arrived += 1
        for place, happening in enumerate(self._resident.react(arrival)):
            self._plan(happening, arrival.at, f"{arrival.delivery_id}.{place}", arrival, customer_id)
        return (arrival,)

    # -- what is to come ----------------------------------------------------------------------------------------

    def _plan(
        self,
        happening: Happening,
        now: Instant,
        name: str,
        arrival: Arrival | None,
        customer_id: CustomerId = CustomerId(""),  # noqa: B008
    ) -> None:
        """Let ``happening`` come at its moment."""
        at = Instant(now + max(happening.after, 0))
        known_by = self._resident.identifiers
        if isinstance(happening, Reported):
            self._tell(happening, at, arrival, customer_id)
            return
        if isinstance(happening, Did):
            known_by = happening.identifiers or known_by
        self._schedule(at, as_event(happening, EventId(name), self._known_as, at), known_by)

    def _tell(self, reported: Reported, at: Instant, arrival: Arrival | None, customer_id: CustomerId) -> None:
        """Let the provider tell of what the resident did with a message, once, unless the receipt gets lost."""
        delivery_id = reported.delivery_id or (arrival.delivery_id if arrival is not None else "")
        assert delivery_id, "a report says which message it is about"
        channel = arrival.channel if arrival is not None else ""
        occasion = arrival.occasion if arrival is not None else delivery_id
        after = self._providers.get(channel, USUAL).receipt_after(self._dice, channel, occasion, reported.status)
        if after is not None:
            owner = customer_id or next(iter(self._customers))
            report = as_report(DeliveryId(delivery_id), owner, reported.status, Instant(at + after))
            if report.event_id not in self._told:  # as in production, what is told twice counts once
                self._told.add(report.event_id)
                self._schedule(report.at, report, ())

    def _receive(
        self, command: Deliver, status: DeliveryStatus, occasion: str, now: Instant, provider: Provider
    ) -> None:
        after = provider.receipt_after(self._dice, command.channel, occasion, status)
        if after is not None:
            self._report(command.delivery_id, command.customer_id, status, Instant(now + after), command.attempt)

    def _report(
        self,
        delivery_id: DeliveryId,
        customer_id: CustomerId,
        status: DeliveryStatus,
        at: Instant,
        attempt: int = 1,
        detail: str = "",
    ) -> None:
        self._schedule(at, as_report(delivery_id, customer_id, status, at, attempt, detail), ())

    def _schedule(self, at: Instant, event: Event, identifiers: tuple[Identifier, ...]) -> None:
        self._scheduled += 1
        heappush(self._coming, (at, self._scheduled, event, identifiers))
