"""Keep the account of a replay: what became of each assignment, of each proposal, and who won where one had to wait.

Reads nothing but the entries of the log, as `segue explain` does.
"""

from collections import Counter
from dataclasses import dataclass, field

from segue.model.commands import Deliver
from segue.model.decisions import Considered, Decision
from segue.model.events import Tracked
from segue.model.time import Instant
from segue.ports.store import Entry


@dataclass
class Assignment:
    """One household in one campaign.

    Attributes:
        sent: when and by which channel it was contacted.
        reason: the final reason of its latest proposal that was not carried out, "" for none.
        is_open: it has a proposal that waits.
        conflict: the first conflict that keeps this proposal back, "" for none.
        ended: how its run ended, "" while it has not.
    """

    household: str
    campaign: str
    offer: str
    sent: list[tuple[Instant, str]] = field(default_factory=list)
    reason: str = ""
    is_open: bool = False
    conflict: str = ""
    ended: str = ""

    @property
    def outcome(self) -> str:
        """``contacted``, or the one reason why not; "" when it was lost, which must not happen."""
        return "contacted" if self.sent else self.reason or self.ended


IN_TURN = ("pooled", "quiet_deferred", "receptive_deferred")
"""Waits that are as planned: for rivals, for the day, for the household's hour."""


class Account:
    """The account; `take` is a replay's sink.

    Attributes:
        assignments: by run.
        refused: assignments whose household did not enter.
        fates: of proposals: ``sent when due``, ``sent later`` (a conflict kept it back), or the final reason.
        waits: proposals that a conflict kept back, by the first one.
        beaten: (offer of the winner, offer of the loser), counted once for each proposal and winner.
    """

    def __init__(self) -> None:
        self.assignments: dict[str, Assignment] = {}
        self.refused: list[Assignment] = []
        self.fates: Counter[str] = Counter()
        self.waits: Counter[str] = Counter()
        self.beaten: Counter[tuple[str, str]] = Counter()

    def take(self, entry: Entry) -> None:
        """Book one entry."""
        if isinstance(entry.event, Tracked) and entry.event.name == "coupons_assigned":
            self._assign(entry, entry.event)
        for decision in entry.decisions:
            for row in decision.considered:
                if row.source.startswith("journey:"):
                    self._consider(self.assignments[_run_of(row.key)], row, decision)
        for command in entry.commands:
            if isinstance(command, Deliver) and command.attempt == 1:
                assert command.delivery_id in {decision.delivery_id for decision in entry.decisions}
        for move in entry.moved:
            if not move.to:
                self._end(self.assignments[move.run_id], move.detail)

    def _assign(self, entry: Entry, event: Tracked) -> None:
        properties = event.properties
        assignment = Assignment(event.traits["email"], properties["campaign"], properties["offer"])
        opened = [move.run_id for move in entry.moved if move.how == "entered"]
        if opened:
            assert len(opened) == 1
            self.assignments[opened[0]] = assignment
        else:
            assignment.ended = "reentry_blocked"
            self.refused.append(assignment)

    def _consider(self, assignment: Assignment, row: Considered, decision: Decision) -> None:
        if row.suppressed is None:
            self._settle(assignment, "sent later" if assignment.conflict else "sent when due")
            assignment.sent.append((decision.at, row.channel))
            return
        if row.suppressed == "lost_arbitration" and row.detail.startswith("journey:"):
            self.beaten[self.assignments[_run_of(row.detail)].offer, assignment.offer] += 1
        if row.until:
            assignment.is_open = True
            if row.suppressed not in IN_TURN:
                assignment.conflict = assignment.conflict or row.suppressed
        else:
            assignment.reason = row.suppressed
            self._settle(assignment, row.suppressed)

    def _settle(self, assignment: Assignment, fate: str) -> None:
        self.fates[fate] += 1
        if assignment.conflict:
            self.waits[assignment.conflict] += 1
        assignment.is_open, assignment.conflict = False, ""

    def _end(self, assignment: Assignment, reason: str) -> None:
        assignment.ended = reason
        if assignment.is_open:
            self._settle(assignment, reason)


def _run_of(key: str) -> str:
    return key.split("/")[1]
