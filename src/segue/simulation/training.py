"""Training: what an arm has learnt before its first day, from the season before.

Other customers of the same market live some weeks up to the simulation's first day, treated in a way that leaves enough
to chance. From their log the jobs of `segue learn` train the models that the arm's policy asks, and only what passes
its gates is published to the arm; the online learner has read the same log. Several arms of the same season share it.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from time import process_time

from msgspec import Struct, msgpack
from msgspec.structs import replace

from segue.core.decisioning.context import compile_context
from segue.core.decisioning.policies import LADDERS
from segue.core.world import all_features, build_world, workspace_revision
from segue.learning.frames import Frame, read_frame, read_trait
from segue.learning.jobs import FRAME_JOBS, Training
from segue.model.errors import SegueError
from segue.model.time import WEEK, Instant, format_instant
from segue.model.workspace import Workspace
from segue.runtimes.lessons import restore_learner, seen_at
from segue.simulation.log import SimulatedLog
from segue.simulation.running import ArmProgress, Setting, run_arm

FIRST = 50_000_000
"""The number of the season's first customer: nobody of it lives in the simulation as well."""

SEASON = ", the season before"
"""What the season's seed adds to the simulation's."""

KINDS = {"propensity": "propensity", "uplift": "uplift", "value": "long_term"}
"""Which model a policy asks."""


class Season(Struct, frozen=True, kw_only=True):
    """The weeks before a simulation begins.

    Attributes:
        by: what the file calls the way in which its customers are treated.
        workspace: the same, with nobody held out unless the way says so.
    """

    by: str
    workspace: Workspace
    customers: int
    weeks: int


class Taught(Struct, frozen=True, kw_only=True):
    """What came of one kind of model.

    Attributes:
        version: of the model that was trained; "" where there was too little to train one.
        gates: each in words, with whether it holds.
        reason: why nothing was published; "" where it was.
        notes: what the job says of its model.
    """

    kind: str
    version: str = ""
    gates: tuple[str, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


class Schooling(Struct, frozen=True, kw_only=True):
    """What an arm had learnt from, and what, before its first day.

    Attributes:
        begin: the season's first day.
        seed: of the season's customers.
        decisions: with a choice and whose windows were over, and how many of them were contacts.
        online: how many decisions the online learner had learnt from.
    """

    arm: str
    policy: str
    by: str
    customers: int
    weeks: int
    begin: str
    seed: str
    decisions: int
    contacts: int
    online: int
    taught: tuple[Taught, ...]


class Prepared(Struct, frozen=True, kw_only=True):
    """Arms that are ready to live.

    Attributes:
        arms: their workspaces, with the models that were published.
        learned: the packed state of the online learner of those that were trained.
        seconds: of CPU time for seasons and jobs.
    """

    arms: dict[str, Workspace]
    learned: dict[str, bytes]
    schooling: tuple[Schooling, ...]
    seconds: float


class _Lived(Struct, frozen=True, eq=False):
    """A season that was lived: its log as a frame, and what else jobs and learners ask of it."""

    frame: Frame
    groups: Mapping[str, Mapping[str, object]]
    learned: bytes


def prepare(
    arms: Mapping[str, Workspace],
    seasons: Mapping[str, Season],
    setting: Setting,
    progress: ArmProgress | None = None,
) -> Prepared:
    """Return ``arms`` with what those with a season have learnt from it; the others are as they were.

    Models are used through the whole simulation, however old they become: in production they are trained anew.

    Args:
        seasons: by arm; those of other arms are left out.
        progress: told how many more lives of seasons have been led.

    Raises:
        SegueError: what training needs is not installed.
    """
    begin, wanted = process_time(), {arm: season for arm, season in seasons.items() if arm in arms}
    lived, asking = dict[bytes, _Lived](), any("bandit" in LADDERS[arms[arm].policy.name] for arm in wanted)
    ready, learned, schooling = dict(arms), dict[str, bytes](), list[Schooling]()
    for arm, season in wanted.items():
        key = msgpack.encode((season, replace(arms[arm], policy=season.workspace.policy)))
        if key not in lived:
            told_of = partial(progress, f"before {arm}") if progress else None
            lived[key] = _live(season, arms[arm], setting, told_of, is_asked=asking)
        ready[arm], told = _teach(arm, arms[arm], season, lived[key], setting)
        learned[arm] = lived[key].learned
        schooling.append(told)
    return Prepared(arms=ready, learned=learned, schooling=tuple(schooling), seconds=process_time() - begin)


def lives_before(seasons: Mapping[str, Season]) -> int:
    """Return how many lives `prepare` leads."""
    distinct = {msgpack.encode(each): each.customers for each in seasons.values()}
    return sum(distinct.values())


def season_setting(season: Season, setting: Setting) -> Setting:
    """Return where and when ``season`` is lived: in the same market, until ``setting`` begins, by others."""
    return replace(
        setting,
        customers=season.customers,
        weeks=season.weeks,
        begin=Instant(setting.begin - season.weeks * WEEK),
        seed=setting.seed + SEASON,
    )


def _live(
    season: Season, reader: Workspace, setting: Setting, told: Callable[[int], None] | None, *, is_asked: bool
) -> _Lived:
    """Live ``season`` and read its log; the online learner reads it only where some arm may ask what was learnt."""
    revision = workspace_revision(season.workspace)
    log = SimulatedLog(revision)
    run_arm(season.workspace, season_setting(season, setting), log, first=FIRST, told=told)
    names = compile_context(season.workspace, all_features(season.workspace)).names
    with log.open() as duck:
        frame = read_frame(duck, reader, now=setting.begin, inputs={revision: names})
        groups = {each.trait: read_trait(duck, each.trait, setting.begin) for each in reader.learning.bias}
    return _Lived(frame, groups, _read_online(log, season.workspace) if is_asked else b"")


def _read_online(log: SimulatedLog, workspace: Workspace) -> bytes:
    """Return the online learner's packed state after the whole log, as it would have stood in production."""
    world, online = build_world(workspace), None
    for block in log.blocks():
        for entry in block.read():
            world, online = seen_at(entry.now, world, online)
            if online is not None:
                online.take(entry, world)
    return online.pack() if online is not None else b""


def _teach(
    arm: str, workspace: Workspace, season: Season, lived: _Lived, setting: Setting
) -> tuple[Workspace, Schooling]:
    as_lived = replace(workspace, groups=season.workspace.groups)
    trainings = dict(_trainings(as_lived, lived, setting.begin))
    published = {kind: each.snapshot for kind, each in trainings.items() if isinstance(each, Training) and each.is_fit}
    online = restore_learner(lived.learned)
    place = season_setting(season, setting)
    told = Schooling(
        arm=arm,
        policy=workspace.policy.name,
        by=season.by,
        customers=season.customers,
        weeks=season.weeks,
        begin=format_instant(place.begin),
        seed=place.seed,
        decisions=len(lived.frame),
        contacts=int((~lived.frame.is_silent).sum()),
        online=online.learned.lessons if online is not None and online.learned is not None else 0,
        taught=tuple(_told(kind, each) for kind, each in trainings.items()),
    )
    learning = replace(workspace.learning, max_age=f"{setting.weeks * 7 + 1}d")
    return replace(workspace, models=workspace.models | published, learning=learning), told


def _trainings(workspace: Workspace, lived: _Lived, now: Instant) -> Iterator[tuple[str, Training | SegueError]]:
    """Yield what came of each kind of model that the policy asks, itself or when it cannot decide."""
    has_success = any(action.converted_by for action in workspace.actions)
    for policy in LADDERS[workspace.policy.name]:
        if policy not in KINDS or (policy == "propensity" and not has_success):
            continue
        try:
            yield KINDS[policy], FRAME_JOBS[KINDS[policy]](lived.frame, workspace, now, lived.groups)
        except SegueError as error:
            if "scikit-learn" in error.reason:
                raise
            yield KINDS[policy], error


def _told(kind: str, training: Training | SegueError) -> Taught:
    if isinstance(training, SegueError):
        return Taught(kind=kind, reason=training.reason)
    missed = "; ".join(map(str, training.missed))
    return Taught(
        kind=kind,
        version=training.snapshot.version,
        gates=tuple(map(str, training.gates)),
        reason=f"{missed}." if missed else "",
        notes=training.notes,
    )
