"""Queues: who goes first among the commands of one channel.

What is transactional goes before what is mandatory, that before all the rest. Among equals the actions take turns, so
that a campaign to everybody does not hold up the reminder that somebody waits for.
"""

from collections import deque

from segue.model.commands import Command, Deliver
from segue.runtimes.embedded.batch import Issued

URGENT, OBLIGED, ORDINARY = 0, 1, 2
NOTHING = 3
"""The rank of an empty queue."""


def rank_of(command: Command) -> int:
    """Return how soon a command has to go: `URGENT`, `OBLIGED` or `ORDINARY`."""
    if not isinstance(command, Deliver):
        return ORDINARY
    if command.is_transactional:
        return URGENT
    return OBLIGED if command.category == "mandatory" else ORDINARY


class FairQueue:
    """Commands that wait, by rank and action; of one action in the order in which they came."""

    def __init__(self) -> None:
        self._first: deque[Issued] = deque()
        self._actions: tuple[dict[str, deque[Issued]], ...] = ({}, {}, {})
        self._sizes = [0, 0, 0]

    def __len__(self) -> int:
        return sum(self._sizes) + len(self._first)

    @property
    def rank(self) -> int:
        """The rank of the command that goes next."""
        if self._first:
            return rank_of(self._first[0].command)
        return next((rank for rank, size in enumerate(self._sizes) if size), NOTHING)

    def size(self, rank: int) -> int:
        """Return how many of one rank wait."""
        return self._sizes[rank]

    def put(self, issued: Issued) -> None:
        """Queue a command."""
        rank = rank_of(issued.command)
        self._sizes[rank] += 1
        self._actions[rank].setdefault(issued.command.action, deque()).append(issued)

    def put_first(self, issued: Issued) -> None:
        """Queue a command before all others."""
        self._first.appendleft(issued)

    def pop(self) -> Issued:
        """Return the next command; its action goes to the end of the row."""
        if self._first:
            return self._first.popleft()
        rank = self.rank
        self._sizes[rank] -= 1
        actions = self._actions[rank]
        action = next(iter(actions))
        waiting = actions.pop(action)
        issued = waiting.popleft()
        if waiting:
            actions[action] = waiting
        return issued
