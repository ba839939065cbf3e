"""Merge the watches of two customers that turned out to be one: what either was told once is not told again."""

from collections.abc import Mapping

from segue.core.triggers.absences import merge_absences
from segue.model.customers import Watches
from segue.model.time import Instant


def merge_watches(ours: Watches, theirs: Watches) -> Watches:
    """Return what triggers remember of both customers.

    - Of two absences of one trigger, the one that began later stays.
    - Either was inside an audience: so is the one they are, until the next look.
    - Of two schedules, the one that is further on stays: an occurrence that one of them had is not had again.
    """
    if theirs == Watches():
        return ours
    return Watches(
        absences=merge_absences(ours.absences, theirs.absences) if theirs.absences else ours.absences,
        reached=tuple(dict.fromkeys((*ours.reached, *theirs.reached))),
        inside=tuple(dict.fromkeys((*ours.inside, *theirs.inside))),
        look_at=ours.look_at or theirs.look_at,
        schedules=_merge_schedules(dict(ours.schedules), dict(theirs.schedules)),
    )


def _merge_schedules(ours: Mapping[str, Instant], theirs: Mapping[str, Instant]) -> tuple[tuple[str, Instant], ...]:
    keys = dict.fromkeys((*ours, *theirs))
    return tuple((key, max(ours.get(key, Instant(0)), theirs.get(key, Instant(0)))) for key in keys)
