"""Entries: what all transitions of one event amount to, as the log keeps it."""

from segue.model.customers import Contact
from segue.model.events import Event
from segue.model.shared import HeldOut
from segue.model.time import Instant
from segue.model.transitions import Transition
from segue.ports.store import Entry
from segue.runtimes.partition import partition_of


def make_entry(
    seq: int,
    event: Event,
    now: Instant,
    transitions: tuple[Transition, ...],
    neighbours: tuple[Contact, ...],
    held_out: tuple[HeldOut, ...] = (),
    *,
    previous: int,
    joined: int,
) -> Entry:
    """Return the entry ``seq`` of ``event`` and the transitions that it led to, in order.

    Args:
        previous, joined: the last entry of the customer, and of the one who was absorbed; 0 for none.
    """
    last = transitions[-1]
    if len(transitions) == 1:  # nearly always
        decisions, commands, moved, tallies = last.decisions, last.commands, last.moved, last.tallies
        rewards = last.rewards
    else:
        decisions = tuple(decision for each in transitions for decision in each.decisions)
        commands = tuple(command for each in transitions for command in each.commands)
        moved = tuple(move for each in transitions for move in each.moved)
        tallies = tuple(tally for each in transitions for tally in each.tallies)
        rewards = tuple(reward for each in transitions for reward in each.rewards)
    return Entry(
        *(seq, partition_of(event.customer_id), now, event, decisions, commands, previous, joined),
        *(moved, tallies, neighbours, rewards, held_out),
    )
