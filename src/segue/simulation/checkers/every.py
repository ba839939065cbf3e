"""Every checker by name, and all of them at once."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from segue.simulation.checkers.accepted import check_accepted
from segue.simulation.checkers.attempts import check_attempts
from segue.simulation.checkers.capacity import check_capacities
from segue.simulation.checkers.caps import check_caps
from segue.simulation.checkers.consent import check_consent
from segue.simulation.checkers.evidence import Evidence
from segue.simulation.checkers.exits import check_exits
from segue.simulation.checkers.fencing import check_fencing
from segue.simulation.checkers.holdout import check_holdout
from segue.simulation.checkers.memberships import check_memberships
from segue.simulation.checkers.once import check_once
from segue.simulation.checkers.parts import check_parts
from segue.simulation.checkers.quiet_hours import check_quiet_hours
from segue.simulation.checkers.reasons import check_reasons
from segue.simulation.checkers.replay import check_replay
from segue.simulation.checkers.themes import check_themes
from segue.simulation.checkers.timers import check_timers
from segue.simulation.checkers.winners import check_winners

Checker = Callable[[Evidence], Iterator[str]]

CHECKERS: Mapping[str, Checker] = {
    "consent": check_consent,
    "quiet_hours": check_quiet_hours,
    "caps": check_caps,
    "winners": check_winners,
    "themes": check_themes,
    "reasons": check_reasons,
    "holdout": check_holdout,
    "exits": check_exits,
    "replay": check_replay,
    "parts": check_parts,
    "once": check_once,
    "attempts": check_attempts,
    "memberships": check_memberships,
    "timers": check_timers,
    "accepted": check_accepted,
    "capacity": check_capacities,
    "fencing": check_fencing,
}


class Violation(Struct, frozen=True):
    """An invariant that did not hold, and what was found."""

    checker: str
    what: str


def check_every(evidence: Evidence) -> list[Violation]:
    """Return what every checker finds, in their order."""
    return [Violation(name, what) for name, checker in CHECKERS.items() for what in checker(evidence)]
