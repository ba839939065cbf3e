"""Transitions: what one event does to one customer."""

from msgspec import Struct

from segue.model.commands import Command
from segue.model.customers import Customer
from segue.model.decisions import Decision, Reason
from segue.model.events import Event
from segue.model.ids import DeliveryId
from segue.model.learning import Reward
from segue.model.runs import Ended, Moved
from segue.model.shared import Tally
from segue.model.time import Instant


class Blocked(Struct, frozen=True, array_like=True):
    """An entry into a journey that did not happen, and why (``reentry_blocked``, ``trigger_condition_unmet``)."""

    journey: str
    reason: Reason


class Abandoned(Struct, frozen=True, array_like=True):
    """A message that is not tried again, and why: attempts used up (``provider_failed``), or its run interrupted.

    ``may_have_arrived``: nobody can say that none of its attempts arrived; the ledger calls it ``unknown``.
    """

    delivery_id: DeliveryId
    attempt: int
    reason: Reason
    may_have_arrived: bool = False
    channel: str = ""


class Transition(Struct, frozen=True):
    """The result of `core.engine.advance`.

    Attributes:
        customer: the customer afterwards.
        decisions: the decisions made, one for each slot that was decided about.
        commands: what the shell has to carry out, in order, after this transition is durable.
        wake_at: when this customer wants a `Tick`; `NEVER` for not at all. Replaces any earlier wish.
        abandoned: messages between two attempts that will not be tried again; the ledger has to know.
        ended, blocked: journey runs that ended, entries that did not happen; for counters and reports.
        moved: steps that runs came to and left, in order.
        echoes: events that follow from this one for the same customer, at the same moment (a trait that a step sets);
            `core.engine.settle` advances them next.
        tallies: what is added to shared quantities.
        rewards: what the event counts for learning.
    """

    customer: Customer
    decisions: tuple[Decision, ...] = ()
    commands: tuple[Command, ...] = ()
    wake_at: Instant = Instant(2**62)
    ended: tuple[Ended, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    abandoned: tuple[Abandoned, ...] = ()
    moved: tuple[Moved, ...] = ()
    echoes: tuple[Event, ...] = ()
    tallies: tuple[Tally, ...] = ()
    rewards: tuple[Reward, ...] = ()
