"""Tell a scenario's story to the engine and compare what happens with what was expected."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct

from segue.core.world import World
from segue.model.assignments import Assignment
from segue.model.commands import Deliver
from segue.model.consents import Consent
from segue.model.customers import Customer, Profile
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, Identified, Tracked
from segue.model.ids import CustomerId
from segue.model.time import Instant, from_datetime, load_zone, parse_duration, to_datetime
from segue.testing.scenario import (
    Behaviour,
    ConsentWord,
    ExpectHeld,
    ExpectMessage,
    ExpectSuppressed,
    Given,
    Lasting,
    Line,
    Scenario,
)
from segue.testing.virtual_customer import Answer, Happening, Message, VirtualCustomer

CUSTOMER = CustomerId("customer")


class Failure(Struct, frozen=True):
    """An expectation that was not met.

    Attributes:
        line: which line of the story, from 0.
        expected, happened: two sentences.
    """

    line: int
    expected: str
    happened: str


class Told(Struct, frozen=True):
    """A story's end: what failed, None for nothing, and everything that happened, with times in ``zone``."""

    failure: Failure | None
    timeline: tuple[Happening, ...]
    zone: str


class _Unmet(Exception):
    """Leaves a story at the first expectation that is not met."""

    def __init__(self, expected: str, happened: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.happened = happened


def tell(scenario: Scenario, world: World) -> Told:
    """Return how the scenario's story goes in ``world``."""
    return _Story(scenario, world).tell()


class _Story:
    """A story while it is told."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        self._lines = scenario.story
        self._zone = scenario.given.zone or world.workspace.zone
        start = self._instant(scenario.given.start)
        self._customer = VirtualCustomer(
            world, _customer(scenario.given, start, world), start, _behaviour(scenario.deliveries)
        )
        self._spoken_of = 0
        self._ghosts_spoken_of = 0
        self._joins_spoken_of = 0
        self._suppressions_spoken_of = 0

    def tell(self) -> Told:
        failure = None
        for number, line in enumerate(self._lines):
            try:
                self._let_time_pass(line)
                self._say(line)
            except _Unmet as unmet:
                failure = Failure(number, unmet.expected, unmet.happened)
                break
        return Told(failure, tuple(self._customer.timeline), self._zone)

    def _let_time_pass(self, line: Line) -> None:
        now = self._customer.now
        moment = now if line.at is None else self._instant(line.at)
        if moment < now:
            raise _Unmet(f"a line at {self._local(moment)}", f"It is {self._local(now)} already; time never goes back.")
        self._customer.run_until(Instant(moment + (parse_duration(line.after) if line.after else 0)))

    def _say(self, line: Line) -> None:
        customer = self._customer
        match line:
            case Line(event=str(name)):
                self._happen(name, line)
            case Line(consent=ConsentWord() as word):
                self._say_about_contact(word)
            case Line(report=str(status)):
                self._report(DeliveryStatus(status))
            case Line(expect=ExpectMessage() as wanted):
                self._spoken_of = self._expect_message(wanted, customer.messages, self._spoken_of, "message")
            case Line(expect_ghost=ExpectMessage() as wanted):
                self._ghosts_spoken_of = self._expect_message(wanted, customer.ghosts, self._ghosts_spoken_of, "ghost")
            case Line(expect_silence=Lasting() as lasting):
                self._expect_silence(lasting)
            case Line(expect_member=str(audience)):
                self._expect_membership(audience, is_member=True)
            case Line(expect_not_member=str(audience)):
                self._expect_membership(audience, is_member=False)
            case Line(expect_suppressed=ExpectSuppressed() as wanted_suppression):
                self._expect_suppressed(wanted_suppression)
            case Line(expect_held=ExpectHeld() as wanted_hold):
                self._expect_held(wanted_hold)
            case _:
                pass  # a line that only lets time pass

    def _happen(self, name: str, line: Line) -> None:
        customer = self._customer
        known: dict[str, Any] = {
            "event_id": customer.event_id(),
            "customer_id": CUSTOMER,
            "at": customer.now,
            "traits": line.traits,
        }
        event = Identified(**known) if name == "identified" else Tracked(**known, name=name, properties=line.properties)
        customer.schedule(event)
        customer.run_until(customer.now)

    def _say_about_contact(self, word: ConsentWord) -> None:
        customer = self._customer
        customer.schedule(
            ConsentChanged(
                event_id=customer.event_id(),
                customer_id=CUSTOMER,
                at=customer.now,
                channel=word.channel,
                granted=word.granted,
                purpose=word.purpose,
                source="scenario",
            )
        )
        customer.run_until(customer.now)

    def _report(self, status: DeliveryStatus) -> None:
        customer = self._customer
        if not customer.messages:
            raise _Unmet(f"a message to be {status}", "No message has been sent.")
        customer.report(customer.messages[-1].delivery_id, status, customer.now)
        customer.run_until(customer.now)

    def _expect_message(self, wanted: ExpectMessage, found: list[Message], spoken_of: int, what: str) -> int:
        """Return how many messages were spoken of, once the next one is as ``wanted``."""
        customer = self._customer
        if wanted.at is not None:
            customer.run_until(self._instant(wanted.at))
        elif wanted.within is not None:
            limit = Instant(customer.now + parse_duration(wanted.within))
            customer.run_until(limit, stop=lambda: len(found) > spoken_of)
        expected = f"{what} {wanted.message}{f' by {wanted.channel}' if wanted.channel else ''}"
        expected += f" at {wanted.at}" if wanted.at else f" within {wanted.within}" if wanted.within else ""
        if len(found) == spoken_of:
            raise _Unmet(expected, f"No {what} came until {self._local(customer.now)}. {self._why_not(wanted)}".strip())
        came = found[spoken_of]
        is_wanted = came.action == wanted.message and wanted.channel in (None, came.channel)
        if not is_wanted or (wanted.at is not None and came.at != self._instant(wanted.at)):
            raise _Unmet(expected, f"{came.action} by {came.channel} came at {self._local(came.at)}.")
        return spoken_of + 1

    def _why_not(self, wanted: ExpectMessage) -> str:
        for candidate, release_at, reason in self._customer.held():
            if candidate.action == wanted.message:
                return f"It is held until {self._local(release_at)}: {reason}."
        reasons = [
            f"{lost.reason}{f' ({lost.detail})' if lost.detail else ''} at {self._local(lost.at)}"
            for lost in self._customer.suppressions
            if lost.action == wanted.message and wanted.channel in (None, lost.channel)
        ]
        return f"Last it was suppressed: {reasons[-1]}." if reasons else "It was never proposed."

    def _expect_silence(self, lasting: Lasting) -> None:
        customer = self._customer
        if lasting.until is not None:
            customer.run_until(self._instant(lasting.until))
        elif lasting.duration is not None:
            customer.run_until(Instant(customer.now + parse_duration(lasting.duration)))
        expected = f"silence until {self._local(customer.now)}"
        if len(customer.messages) > self._spoken_of:
            came = customer.messages[self._spoken_of]
            raise _Unmet(expected, f"{came.action} by {came.channel} came at {self._local(came.at)}.")
        if len(customer.joined) > self._joins_spoken_of:
            at, audience = customer.joined[self._joins_spoken_of]
            raise _Unmet(expected, f"The customer joined {audience} at {self._local(at)}.")

    def _expect_membership(self, audience: str, *, is_member: bool) -> None:
        self._joins_spoken_of = len(self._customer.joined)
        since = self._customer.audiences.get(audience)
        if is_member and since is None:
            members = ", ".join(self._customer.audiences) or "no audience"
            raise _Unmet(f"the customer in {audience}", f"The customer is in {members}.")
        if not is_member and since is not None:
            raise _Unmet(f"the customer not in {audience}", f"It has been in it since {self._local(since)}.")

    def _expect_suppressed(self, wanted: ExpectSuppressed) -> None:
        recent = self._customer.suppressions[self._suppressions_spoken_of :]
        self._suppressions_spoken_of += len(recent)
        expected = f"{wanted.action}{f' by {wanted.channel}' if wanted.channel else ''} suppressed: {wanted.reason}"
        about = [lost for lost in recent if lost.action == wanted.action and wanted.channel in (None, lost.channel)]
        if not any(lost.reason == wanted.reason for lost in about):
            seen = ", ".join(f"{lost.reason} at {self._local(lost.at)}" for lost in about)
            raise _Unmet(expected, f"It was suppressed: {seen}." if seen else "It was not suppressed.")

    def _expect_held(self, wanted: ExpectHeld) -> None:
        expected = f"{wanted.action} held: {wanted.reason}{f' until {wanted.until}' if wanted.until else ''}"
        holds = [hold for hold in self._customer.held() if hold[0].action == wanted.action]
        until = None if wanted.until is None else self._instant(wanted.until)
        if not any(reason == wanted.reason and until in (None, release) for _, release, reason in holds):
            seen = ", ".join(f"{reason} until {self._local(release)}" for _, release, reason in holds)
            raise _Unmet(expected, f"It is held: {seen}." if seen else "Nothing of it is held.")

    def _instant(self, text: str) -> Instant:
        return from_datetime(datetime.fromisoformat(text).replace(tzinfo=load_zone(self._zone)))

    def _local(self, at: Instant) -> str:
        return local(at, self._zone)


def local(at: Instant, zone: str) -> str:
    """Return an instant as scenarios write it."""
    moment = to_datetime(at, zone)
    return f"{moment:%Y-%m-%d %H:%M}" if moment.second == 0 else f"{moment:%Y-%m-%d %H:%M:%S}"


def _customer(given: Given, start: Instant, world: World) -> Customer:
    return Customer(
        customer_id=CUSTOMER,
        profile=Profile(
            first_seen=start,
            last_seen=start,
            traits=given.traits,
            trait_times=dict.fromkeys(given.traits, start),
            consents=tuple(Consent(w.channel, w.purpose, w.granted, start, "scenario") for w in given.consents),
        ),
        assignment=Assignment(given.group, world.workspace.epoch, CUSTOMER, start),
    )


def _behaviour(behaviours: tuple[Behaviour, ...]) -> Callable[[Deliver], Answer]:
    def answer(command: Deliver) -> Answer:
        for behaviour in behaviours:
            is_meant = behaviour.channel in (None, command.channel) and behaviour.action in (None, command.action)
            if is_meant and (behaviour.attempts is None or command.attempt <= behaviour.attempts):
                return _answer(behaviour)
        return Answer()

    return answer


def _answer(behaviour: Behaviour) -> Answer:
    reports = (
        (behaviour.opened_after, DeliveryStatus.OPENED),
        (behaviour.clicked_after, DeliveryStatus.CLICKED),
    )
    later = tuple((parse_duration(delay), status) for delay, status in reports if delay is not None)
    outcome = DeliveryStatus(behaviour.outcome)
    return Answer(outcome, later if outcome == DeliveryStatus.ACCEPTED else ())
