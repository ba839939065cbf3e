"""Contests: how each action fared where several wanted the same slot: who won, what lost, what waited."""

from msgspec import Struct

from segue.model.decisions import SILENCE, Considered, Decision, Reason

_ELIGIBLE = (None, Reason.HOLDOUT, Reason.LOST_ARBITRATION, Reason.SILENCE)
"""What the gate let through: it was chosen, by a held-out customer too, or lost to another one or to silence."""


class Contest(Struct, frozen=True, kw_only=True):
    """The counts of one action, over decisions; its variants on several channels count as one.

    Attributes:
        won: decisions that chose it; of held-out customers too.
        lost, silenced: it might have been carried out, but another action, or silence, was better.
        waited: it was put off: for quiet hours, a cap, a gap, or to try again after it lost.
        rivals: other actions that might have been carried out instead, summed over ``won``, ``lost`` and ``silenced``.
    """

    won: int = 0
    lost: int = 0
    silenced: int = 0
    waited: int = 0
    rivals: int = 0

    @property
    def optionality(self) -> float:
        """How many eligible rivals it had on average; 0 where it was never eligible."""
        contests = self.won + self.lost + self.silenced
        return self.rivals / contests if contests else 0.0


class Contests:
    """Counts decisions by action."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}

    def count(self, decision: Decision) -> None:
        """Count what ``decision`` considered."""
        eligible: dict[str, int] = {}
        waited: dict[str, None] = {}
        for row in decision.considered:
            if row.key == SILENCE:
                continue
            if row.suppressed in _ELIGIBLE:
                eligible[row.action] = min(eligible.get(row.action, 2), _result(row, decision))
            if row.until:
                waited[row.action] = None
        rivals = len(eligible) - 1
        for action, result in eligible.items():
            counts = self._of(action)
            counts[result] += 1
            counts[4] += rivals
        for action in waited:
            self._of(action)[3] += 1

    def by_action(self) -> dict[str, Contest]:
        """Return the counts, by action."""
        return {
            action: Contest(won=won, lost=lost, silenced=silenced, waited=waited, rivals=rivals)
            for action, (won, lost, silenced, waited, rivals) in sorted(self._counts.items())
        }

    def _of(self, action: str) -> list[int]:
        found = self._counts.get(action)
        if found is None:
            found = self._counts[action] = [0] * 5
        return found


def _result(row: Considered, decision: Decision) -> int:
    """Return 0 for the winner, 1 for one that lost to another action, 2 for one that lost to silence."""
    if row.key == decision.chosen:
        return 0
    return 2 if row.suppressed is Reason.SILENCE else 1
