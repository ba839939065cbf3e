"""Versions: what a changed workspace means for those who are inside its journeys.

A journey's version is immutable once people are in it. What its file no longer holds and people are still in is kept as
`Workspace.retired`, so that they can finish; and what each choice would do to them is counted before anybody decides.
"""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct, structs

from segue.core.journeys.plan import inline_triggers
from segue.core.world import World, build_world
from segue.model.errors import SegueError
from segue.model.journeys import Journey, Migration
from segue.model.triggers import AudienceTrigger, ScheduleTrigger, Trigger
from segue.model.workspace import Workspace
from segue.runtimes.presence import Presence

OUT = ""
"""Stands for the step of those who are out of the journey."""

EVERYBODY = "*"
"""Stands, among the names of journeys, for all customers: each has something else to watch."""

Definitions = Mapping[tuple[str, int], Journey]


class JourneyPreview(Struct, frozen=True, kw_only=True):
    """What publishing does to those who are in one version of a journey.

    Attributes:
        from_version, to_version: 0 where there is none: a new journey; one that is not declared any more.
        choice: what becomes of the runs, as the new definition says: ``finish``, ``migrate`` or ``stop``; they stop
            too where the journey is not declared any more.
        waiting: runs by step of ``from_version``.
        pending: entries that wait (debounce, rate, pause).
        outcomes: by choice (also ``pause`` and ``drain``): where the runs are right after it, by step; "" for those who
            are out of the journey.
        stranded: runs by step for which the migration has no target: with ``migrate`` they end.
    """

    journey: str
    from_version: int
    to_version: int
    from_status: str = ""
    to_status: str = ""
    choice: str = "finish"
    waiting: dict[str, int] = {}
    pending: int = 0
    outcomes: dict[str, dict[str, int]] = {}
    stranded: dict[str, int] = {}

    @property
    def people(self) -> int:
        """How many runs are in ``from_version``."""
        return sum(self.waiting.values())


def with_retired(workspace: Workspace, before: Workspace | None, presence: Presence) -> Workspace:
    """Return ``workspace`` with the earlier versions that people are still in, as ``before`` declares them.

    A journey that is not declared any more ends for everybody, so nothing of it is kept.

    Args:
        before: the workspace that was published last; None for none.

    Raises:
        SegueError: a journey changed under its version although people are in it.
    """
    known = _definitions(before) if before is not None else {}
    inside = _inside(presence)
    declared = {(journey.journey, journey.version): journey for journey in workspace.journeys}
    for key, journey in declared.items():
        if inside[key] and key in known and _essence(known[key]) != _essence(journey):
            raise _changed_in_place(journey, inside[key])
    names = {journey.journey for journey in workspace.journeys}
    retired = tuple(known[key] for key in sorted(inside) if key in known and key not in declared and key[0] in names)
    return workspace if retired == workspace.retired else structs.replace(workspace, retired=retired)


def build_composed(workspace: Workspace) -> World:
    """Return the World of what `with_retired` returned.

    An earlier version that nobody has to finish is let go where it does not fit any more.

    Raises:
        SegueError: the workspace contradicts itself, or an earlier version to be finished uses what is gone.
    """
    try:
        return build_world(workspace)
    except SegueError as error:
        finishing = {journey.journey for journey in workspace.journeys if journey.in_flight == "finish"}
        needed = tuple(journey for journey in workspace.retired if journey.journey in finishing)
        if len(needed) < len(workspace.retired):
            return build_composed(structs.replace(workspace, retired=needed))
        if not workspace.retired:
            raise
        build_world(structs.replace(workspace, retired=()))
        reason = f"An earlier version of a journey, which people are still in, does not fit any more: {error.reason}"
        instruction = "Keep what it uses until they are out, or migrate or stop them with `in_flight`."
        raise SegueError(reason, instruction) from error


def preview_changes(workspace: Workspace, before: Workspace | None, presence: Presence) -> tuple[JourneyPreview, ...]:
    """Return the previews of every journey that ``workspace`` changes, by name and version."""
    old = {journey.journey: journey for journey in before.journeys} if before is not None else {}
    new = {journey.journey: journey for journey in workspace.journeys}
    inside = _inside(presence)
    previews: list[JourneyPreview] = []
    for name in sorted(changed_journeys(before, workspace)):
        versions = {version for journey, version in inside if journey == name}
        if name in old:
            versions.add(old[name].version)
        for version in sorted(versions) or [0]:
            previews.append(_preview(name, version, old.get(name), new.get(name), presence))
    return tuple(previews)


def changed_journeys(before: Workspace | None, after: Workspace) -> frozenset[str]:
    """Return the journeys whose people have to be told: of another version, status, or word on earlier versions."""
    old = {journey.journey: _word(journey) for journey in before.journeys} if before is not None else {}
    new = {journey.journey: _word(journey) for journey in after.journeys}
    return frozenset(name for name in (*old, *new) if old.get(name) != new.get(name))


def concerned(before: Workspace | None, after: Workspace) -> frozenset[str]:
    """Return whom a change concerns: the people in journeys of these names, or `EVERYBODY`."""
    changed = changed_journeys(before, after)
    return changed | {EVERYBODY} if before is not None and _timers(before) != _timers(after) else changed


def _timers(workspace: Workspace) -> tuple[Mapping[str, Trigger], Mapping[str, str | None]]:
    """Return what is watched of customers to whom nothing happens: schedules, and audiences with their conditions."""
    triggers = workspace.triggers | inline_triggers(workspace.journeys)
    watched = {name: each for name, each in triggers.items() if isinstance(each, (AudienceTrigger, ScheduleTrigger))}
    named = {each.audience for each in watched.values() if isinstance(each, AudienceTrigger)}
    return watched, {each.audience: each.when for each in workspace.audiences if each.audience in named}


def _preview(name: str, version: int, old: Journey | None, new: Journey | None, presence: Presence) -> JourneyPreview:
    waiting = {place.step: count for place, count in sorted(presence.waiting.items()) if place[:2] == (name, version)}
    migrated, stranded = _migrate(waiting, version, new)
    people = sum(waiting.values())
    stay = dict(waiting)
    return JourneyPreview(
        journey=name,
        from_version=version,
        to_version=new.version if new is not None else 0,
        from_status=old.status if old is not None else "",
        to_status=new.status if new is not None else "",
        choice=_choice(version, new),
        waiting=waiting,
        pending=presence.pending[name],
        outcomes={
            "finish": stay,
            "migrate": migrated,
            "stop": {OUT: people} if people else {},
            "pause": stay,
            "drain": stay,
        },
        stranded=stranded,
    )


def _migrate(waiting: dict[str, int], version: int, new: Journey | None) -> tuple[dict[str, int], dict[str, int]]:
    """Return where runs of ``version`` go on in ``new``, and those that have nowhere to go."""
    if new is None or new.version == version:
        return dict(waiting), {}
    steps = {step.id for step in new.steps}
    targets: Counter[str] = Counter()
    stranded: dict[str, int] = {}
    for step, count in waiting.items():
        target = new.migration.steps.get(step, step)
        if target not in steps:
            stranded[step] = count
            target = OUT
        targets[target] += count
    return dict(targets), stranded


def _choice(version: int, new: Journey | None) -> str:
    if new is None or new.status == "stopped":
        return "stop"
    return "finish" if new.version == version else new.in_flight


def _word(journey: Journey) -> tuple[object, ...]:
    return journey.version, journey.status, journey.in_flight, journey.migration


def _definitions(workspace: Workspace) -> Definitions:
    return {(journey.journey, journey.version): journey for journey in (*workspace.retired, *workspace.journeys)}


def _inside(presence: Presence) -> Counter[tuple[str, int]]:
    """Return the runs by journey and version."""
    inside: Counter[tuple[str, int]] = Counter()
    for place, count in presence.waiting.items():
        inside[place.journey, place.version] += count
    return inside


def _essence(journey: Journey) -> Journey:
    """Return what must not change under one version: all but the words around it."""
    return structs.replace(
        journey,
        description="",
        status="live",
        in_flight="finish",
        migration=Migration(),
        steps=tuple(structs.replace(step, description="") for step in journey.steps),
    )


def _changed_in_place(journey: Journey, people: int) -> SegueError:
    who = "1 run is" if people == 1 else f"{people:,} runs are"
    return SegueError(
        f"Journey {journey.journey!r} has changed under version {journey.version}, which {who} in.",
        f"Give it `version: {journey.version + 1}`, and say with `in_flight` what becomes of them: "
        "finish, migrate (with `migration`) or stop.",
    )
