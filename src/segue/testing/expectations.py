"""Expectations: compare what happened to a customer with what a scenario says; what differs is told in two sentences.

Messages, tasks, calls, ghosts and ended runs are each spoken of once, in order: an expectation is about the next one
that no line has spoken of yet.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from segue.model.time import Instant, from_datetime, load_zone, parse_duration, to_datetime
from segue.testing.scenario import (
    ExpectCall,
    ExpectEnded,
    ExpectHeld,
    ExpectMessage,
    ExpectMessages,
    ExpectStep,
    ExpectSuppressed,
    ExpectTask,
    Lasting,
    Of,
)
from segue.testing.virtual_customer import Message, VirtualCustomer


class Unmet(Exception):
    """Leaves a story at the first expectation that is not met."""

    def __init__(self, expected: str, happened: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.happened = happened


class _Moment(Protocol):
    """The part of an expectation that says how long to wait for it."""

    @property
    def at(self) -> str | None: ...
    @property
    def within(self) -> str | None: ...


class _Dated(Protocol):
    @property
    def at(self) -> Instant: ...


_D = TypeVar("_D", bound=_Dated)


class Expectations:
    """What a story may expect of its customer; lets time pass where an expectation waits."""

    def __init__(self, customer: VirtualCustomer, zone: str) -> None:
        self._customer = customer
        self._zone = zone
        self._spoken_of: dict[str, int] = {}

    def message(self, wanted: ExpectMessage, found: list[Message], what: str = "message") -> None:
        """Expect the next one of ``found``, which are messages or ghosts."""
        expected = f"{what} {wanted.message}{f' by {wanted.channel}' if wanted.channel else ''}"
        came = self._next(what, found, wanted, expected, lambda: self._why_not(wanted))
        is_wanted = came.action == wanted.message and wanted.channel in (None, came.channel)
        if not is_wanted or not self._is_punctual(came, wanted):
            raise Unmet(expected + _when(wanted), f"{self._named(came)} came at {self.local(came.at)}.")
        if wanted.says is not None and wanted.says not in came.says:
            raise Unmet(f"{expected} that says {wanted.says!r}", f"It says: {came.says[:200]}")

    def messages(self, wanted: ExpectMessages) -> None:
        """Expect all messages of a stretch of time."""
        customer = self._customer
        self._let_last(wanted)
        came = customer.messages[self._spoken_of.get("message", 0) :]
        self._spoken_of["message"] = len(customer.messages)
        happened = ", ".join(f"{self._named(m)} at {self.local(m.at)}" for m in came) or "No message came"
        if wanted.count is not None and len(came) != wanted.count:
            raise Unmet(f"{wanted.count} messages until {self.local(customer.now)}", f"{len(came)} came: {happened}.")
        if wanted.are is not None:
            is_met = len(came) == len(wanted.are) and all(map(is_one, wanted.are, came))
            if not is_met:
                names = ", ".join(f"{one.message or 'any'} by {one.channel or 'any channel'}" for one in wanted.are)
                raise Unmet(f"until {self.local(customer.now)}: {names or 'no message'}", f"{happened}.")

    def silence(self, lasting: Lasting) -> None:
        """Expect that nothing reaches the customer."""
        customer = self._customer
        self._let_last(lasting)
        expected = f"silence until {self.local(customer.now)}"
        for what, found in (("message", customer.messages), ("task", customer.tasks)):
            spoken_of = self._spoken_of.get(what, 0)
            if len(found) > spoken_of:
                came = found[spoken_of]
                raise Unmet(expected, f"{self._named(came)} came at {self.local(came.at)}.")
        if len(customer.joined) > self._spoken_of.get("join", 0):
            at, audience = customer.joined[self._spoken_of.get("join", 0)]
            raise Unmet(expected, f"The customer joined {audience} at {self.local(at)}.")

    def call(self, wanted: ExpectCall) -> None:
        """Expect the next call of a webhook step."""
        expected = f"a call by {wanted.channel}"
        came = self._next("call", self._customer.calls, wanted, expected, lambda: "")
        if came.channel != wanted.channel or not self._is_punctual(came, wanted):
            raise Unmet(expected + _when(wanted), f"A call by {came.channel} came at {self.local(came.at)}.")
        differing = {
            key: came.payload.get(key) for key in wanted.payload if came.payload.get(key) != wanted.payload[key]
        }
        if differing:
            asked = ", ".join(f"{key}: {wanted.payload[key]!r}" for key in differing)
            told = ", ".join(f"{key}: {value!r}" for key, value in differing.items())
            raise Unmet(f"{expected} with {asked}", f"It was called with {told}.")

    def task(self, wanted: ExpectTask) -> None:
        """Expect the next task."""
        expected = f"task {wanted.task}{f' for {wanted.channel}' if wanted.channel else ''}"
        came = self._next("task", self._customer.tasks, wanted, expected, lambda: "")
        is_wanted = came.action == wanted.task and wanted.channel in (None, came.channel)
        if not is_wanted or not self._is_punctual(came, wanted):
            raise Unmet(expected + _when(wanted), f"{came.action} for {came.channel} came at {self.local(came.at)}.")

    def membership(self, audience: str, *, is_member: bool) -> None:
        """Expect the customer in an audience now, or outside of it."""
        self._spoken_of["join"] = len(self._customer.joined)
        since = self._customer.audiences.get(audience)
        if is_member and since is None:
            members = ", ".join(self._customer.audiences) or "no audience"
            raise Unmet(f"the customer in {audience}", f"The customer is in {members}.")
        if not is_member and since is not None:
            raise Unmet(f"the customer not in {audience}", f"It has been in it since {self.local(since)}.")

    def step(self, wanted: ExpectStep) -> None:
        """Expect a run at a step now."""
        runs = self._customer.customer.enrollments.runs
        places = [run.step for run in runs if run.journey == wanted.journey]
        if wanted.step not in places:
            last = [run.reason for run in self._customer.ended if run.journey == wanted.journey]
            outside = f"It is not in it; the last run ended: {last[-1]}." if last else "It never came into it."
            happened = f"It is at {', '.join(places)}." if places else outside
            raise Unmet(f"the customer at step {wanted.step} of {wanted.journey}", happened)

    def ended(self, wanted: ExpectEnded) -> None:
        """Expect that a run has ended."""
        what = f"end of {wanted.journey}"
        ends = [run for run in self._customer.ended if run.journey == wanted.journey]
        spoken_of = self._spoken_of.get(what, 0)
        self._spoken_of[what] = spoken_of + 1
        how = f": {wanted.reason}" if wanted.reason else ""
        expected = f"a run of {wanted.journey} to have ended{how}"
        if len(ends) <= spoken_of:
            runs = self._customer.customer.enrollments.runs
            places = [run.step for run in runs if run.journey == wanted.journey]
            raise Unmet(expected, f"It is at step {', '.join(places)}." if places else "No further run has ended.")
        end = ends[spoken_of]
        if wanted.reason not in (None, end.reason) or wanted.converted not in (None, end.is_converted):
            converted = "converted" if end.is_converted else "not converted"
            raise Unmet(expected, f"It ended: {end.reason}, {converted}.")

    def traits(self, wanted: dict[str, Any]) -> None:
        """Expect values of traits now."""
        known = self._customer.customer.profile.traits
        for trait, value in wanted.items():
            if known.get(trait) != value:
                raise Unmet(f"trait {trait}: {value!r}", f"It is {known.get(trait)!r}.")

    def suppressed(self, wanted: ExpectSuppressed) -> None:
        """Expect that a decision suppressed an action."""
        recent = self._customer.suppressions[self._spoken_of.get("suppression", 0) :]
        self._spoken_of["suppression"] = len(self._customer.suppressions)
        expected = f"{wanted.action}{f' by {wanted.channel}' if wanted.channel else ''} suppressed: {wanted.reason}"
        about = [lost for lost in recent if lost.action == wanted.action and wanted.channel in (None, lost.channel)]
        if not any(lost.reason == wanted.reason for lost in about):
            seen = ", ".join(f"{lost.reason} at {self.local(lost.at)}" for lost in about)
            raise Unmet(expected, f"It was suppressed: {seen}." if seen else "It was not suppressed.")

    def held(self, wanted: ExpectHeld) -> None:
        """Expect that an action waits now."""
        expected = f"{wanted.action} held: {wanted.reason}{f' until {wanted.until}' if wanted.until else ''}"
        holds = [hold for hold in self._customer.held() if hold[0].action == wanted.action]
        until = None if wanted.until is None else instant(wanted.until, self._zone)
        if not any(reason == wanted.reason and until in (None, release) for _, release, reason in holds):
            seen = ", ".join(f"{reason} until {self.local(release)}" for _, release, reason in holds)
            raise Unmet(expected, f"It is held: {seen}." if seen else "Nothing of it is held.")

    def local(self, at: Instant) -> str:
        """Return an instant as the story writes it."""
        return local(at, self._zone)

    def _next(self, what: str, found: Sequence[_D], wanted: _Moment, expected: str, why_not: Callable[[], str]) -> _D:
        """Return the next one of ``found`` that no line has spoken of, once it has come."""
        customer, spoken_of = self._customer, self._spoken_of.get(what, 0)
        if wanted.at is not None:
            customer.run_until(instant(wanted.at, self._zone))
        elif wanted.within is not None:
            limit = Instant(customer.now + parse_duration(wanted.within))
            customer.run_until(limit, stop=lambda: len(found) > spoken_of)
        if len(found) <= spoken_of:
            happened = f"No {what} came until {self.local(customer.now)}. {why_not()}".strip()
            raise Unmet(expected + _when(wanted), happened)
        self._spoken_of[what] = spoken_of + 1
        return found[spoken_of]

    def _is_punctual(self, came: _Dated, wanted: _Moment) -> bool:
        return wanted.at is None or came.at == instant(wanted.at, self._zone)

    def _let_last(self, lasting: Lasting) -> None:
        if lasting.until is not None:
            self._customer.run_until(instant(lasting.until, self._zone))
        elif lasting.duration is not None:
            self._customer.run_until(Instant(self._customer.now + parse_duration(lasting.duration)))

    def _why_not(self, wanted: ExpectMessage) -> str:
        for candidate, release_at, reason in self._customer.held():
            if candidate.action == wanted.message:
                return f"It is held until {self.local(release_at)}: {reason}."
        reasons = [
            f"{lost.reason}{f' ({lost.detail})' if lost.detail else ''} at {self.local(lost.at)}"
            for lost in self._customer.suppressions
            if lost.action == wanted.message and wanted.channel in (None, lost.channel)
        ]
        return f"Last it was suppressed: {reasons[-1]}." if reasons else "It was never proposed."

    def _named(self, message: Message) -> str:
        return f"{message.action} by {message.channel}"


def is_one(which: Of, message: Message) -> bool:
    """Tell whether ``message`` is the one that is meant."""
    return which.message in (None, message.action) and which.channel in (None, message.channel)


def instant(text: str, zone: str) -> Instant:
    """Return a local time of a scenario as an instant."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=load_zone(zone)))


def local(at: Instant, zone: str) -> str:
    """Return an instant as scenarios write it."""
    moment = to_datetime(at, zone)
    return f"{moment:%Y-%m-%d %H:%M}" if moment.second == 0 else f"{moment:%Y-%m-%d %H:%M:%S}"


def _when(wanted: _Moment) -> str:
    return f" at {wanted.at}" if wanted.at else f" within {wanted.within}" if wanted.within else ""
