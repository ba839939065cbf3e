"""Tell a scenario's story to the engine: let time pass, let things happen, and ask whether it went as expected."""

from typing import Any

from msgspec import Struct

from segue.channels.rendering import Templates
from segue.core.world import World
from segue.model.assignments import Assignment
from segue.model.consents import Consent
from segue.model.customers import Customer, Enrollments, Profile
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DecisionRequested, Enroll, Identified, Tracked
from segue.model.ids import CustomerId
from segue.model.runs import Allotted
from segue.model.time import Instant, parse_duration
from segue.testing.expectations import Expectations, Unmet, instant, is_one
from segue.testing.outside import OutsideWorld
from segue.testing.scenario import (
    ConsentWord,
    Decide,
    Enter,
    ExpectCall,
    ExpectEnded,
    ExpectHeld,
    ExpectMessage,
    ExpectMessages,
    ExpectShown,
    ExpectStep,
    ExpectSuppressed,
    ExpectTask,
    Given,
    Lasting,
    Line,
    Of,
    Repeat,
    Scenario,
)
from segue.testing.virtual_customer import Happening, VirtualCustomer

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


def tell(scenario: Scenario, world: World, templates: Templates | None = None) -> Told:
    """Return how the scenario's story goes in ``world``; with ``templates`` every message is written, too."""
    return _Story(scenario, world, templates).tell()


class _Story:
    """A story while it is told."""

    def __init__(self, scenario: Scenario, world: World, templates: Templates | None) -> None:
        self._lines = scenario.story
        self._zone = scenario.given.zone or world.workspace.zone
        self._world = world
        self._outside = OutsideWorld(scenario.deliveries, templates)
        start = instant(scenario.given.start, self._zone)
        self._customer = VirtualCustomer(world, _customer(scenario.given, start, world), start, self._outside.take)
        self._expects = Expectations(self._customer, self._zone)

    def tell(self) -> Told:
        failure = None
        for number, line in enumerate(self._lines):
            try:
                self._let_time_pass(line)
                self._say(line)
            except Unmet as unmet:
                failure = Failure(number, unmet.expected, unmet.happened)
                break
        return Told(failure, tuple(self._customer.timeline), self._zone)

    def _let_time_pass(self, line: Line) -> None:
        now, local = self._customer.now, self._expects.local
        moment = now if line.at is None else instant(line.at, self._zone)
        if moment < now:
            raise Unmet(f"a line at {local(moment)}", f"It is {local(now)} already; time never goes back.")
        self._customer.run_until(Instant(moment + (parse_duration(line.after) if line.after else 0)))

    def _say(self, line: Line) -> None:
        match line:
            case Line(event=str(name)):
                self._happen(name, line)
            case Line(consent=ConsentWord() as word):
                self._say_about_contact(word)
            case Line(enter=Enter() as enter):
                self._enter(enter)
            case Line(report=str(status)):
                self._report(DeliveryStatus(status), line.of or Of())
            case Line(decide=Decide() as asked):
                self._ask(asked)
            case _:
                self._expect(line)

    def _expect(self, line: Line) -> None:
        customer, expects = self._customer, self._expects
        match line:
            case Line(expect=ExpectMessage() as message):
                expects.message(message, customer.messages)
            case Line(expect_messages=ExpectMessages() as messages):
                expects.messages(messages)
            case Line(expect_ghost=ExpectMessage() as ghost):
                expects.message(ghost, customer.ghosts, "ghost")
            case Line(expect_silence=Lasting() as lasting):
                expects.silence(lasting)
            case Line(expect_call=ExpectCall() as call):
                expects.call(call)
            case Line(expect_task=ExpectTask() as task):
                expects.task(task)
            case Line(expect_member=str(audience)):
                expects.membership(audience, is_member=True)
            case Line(expect_not_member=str(audience)):
                expects.membership(audience, is_member=False)
            case Line(expect_step=ExpectStep() as step):
                expects.step(step)
            case Line(expect_ended=ExpectEnded() as ended):
                expects.ended(ended)
            case Line(expect_trait=dict(traits)):
                expects.traits(traits)
            case Line(expect_suppressed=ExpectSuppressed() as suppressed):
                expects.suppressed(suppressed)
            case Line(expect_held=ExpectHeld() as held):
                expects.held(held)
            case _:
                pass  # a line that only lets time pass

    def _happen(self, name: str, line: Line) -> None:
        customer = self._customer
        repeat = line.repeat or Repeat(times=1, every="1s")
        for number in range(repeat.times):
            if number:
                customer.run_until(Instant(customer.now + parse_duration(repeat.every)))
            known = self._known(traits=line.traits)
            is_identify = name == "identified"
            event = Identified(**known) if is_identify else Tracked(**known, name=name, properties=line.properties)
            customer.schedule(event)
            customer.run_until(customer.now)

    def _say_about_contact(self, word: ConsentWord) -> None:
        said = self._known(channel=word.channel, granted=word.granted, purpose=word.purpose, source="scenario")
        self._customer.schedule(ConsentChanged(**said))
        self._customer.run_until(self._customer.now)

    def _enter(self, enter: Enter) -> None:
        self._customer.schedule(Enroll(**self._known(journey=enter.journey, facts=enter.facts)))
        self._customer.run_until(self._customer.now)

    def _report(self, status: DeliveryStatus, which: Of) -> None:
        customer = self._customer
        meant = [message for message in customer.messages if is_one(which, message)]
        if not meant:
            other = "No such message has been sent." if customer.messages else "No message has been sent."
            raise Unmet(f"a message to be {status}", other)
        customer.report(meant[-1].delivery_id, status, customer.now)
        customer.run_until(customer.now)

    def _ask(self, asked: Decide) -> None:
        customer = self._customer
        customer.schedule(DecisionRequested(**self._known(placement=asked.placement, context=asked.context)))
        customer.run_until(customer.now)
        if asked.expect is not None:
            self._expect_shown(asked, asked.expect)

    def _expect_shown(self, asked: Decide, wanted: ExpectShown) -> None:
        shown = self._customer.shown[-1]
        expected = f"{wanted.action or 'nothing of ours'} in {asked.placement}"
        if shown.action != (wanted.action or ""):
            why = f" ({shown.why_not})" if shown.why_not else ""
            raise Unmet(expected, f"It shows {shown.action or f'nothing of ours{why}'}.")
        if not shown.action:
            return
        content = self._world.variants[shown.action, shown.channel].variant.content
        if refused := self._outside.present(content, self._customer.customer.profile.traits, asked.context):
            raise Unmet(expected, f"Its content cannot be written: {refused}.")

    def _known(self, **said: Any) -> dict[str, Any]:
        customer = self._customer
        return {"event_id": customer.event_id(), "customer_id": CUSTOMER, "at": customer.now, **said}


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
        enrollments=Enrollments(splits=tuple(Allotted(split, arm, start) for split, arm in given.arms.items())),
        assignment=Assignment(given.group, world.workspace.epoch, CUSTOMER, start),
    )
