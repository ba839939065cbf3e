"""A simulation as a file: ``simulations/NAME.yaml`` in a workspace."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from segue.core.decisioning.policies import LADDERS
from segue.model.errors import SegueError
from segue.model.time import Instant, parse_instant
from segue.model.workspace import Workspace
from segue.simulation.markets import MarketSpec
from segue.simulation.running import Setting
from segue.simulation.training import KINDS, Season
from segue.workspace import load

FOLDER = "simulations"
BEGIN = "2026-01-05T00:00:00Z"


class MarketDeclared(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which market: a kind that comes with Segue, or ``FILE.py:CLASS`` beside the simulation."""

    kind: str
    parameters: dict[str, Any] = {}


class TrainDeclared(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an arm learns from before its first day: the season before, lived by other customers of the market.

    Attributes:
        by: how those are treated: an arm of the file that is not trained itself, else a policy for the arm's workspace.
        customers, weeks: how many, and for how long.
    """

    by: str = "random"
    customers: Annotated[int, Meta(ge=2)] = 1_000
    weeks: Annotated[int, Meta(ge=1)] = 8


class ArmDeclared(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of treating the market's customers.

    Attributes:
        train: what it learns from before its first day; left out, it begins knowing nothing.
        workspace: another workspace, relative to the simulation's; this one where empty.
        policy: another policy for it.
        groups: standing groups; by default nobody is held out of anything, so that all of the arm are treated alike.
    """

    workspace: str = ""
    policy: str = ""
    groups: dict[str, float] = {}
    train: TrainDeclared | None = None


class SimulationSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``simulations/NAME.yaml`` says.

    Attributes:
        begin: the market's first day, or a moment in RFC 3339.
        ending: the event by which a customer leaves for good.
        conversions: the events that count as conversions.
        values: for events that are worth something, the property that says how much.
        baseline: the arm that the others are compared with; the first where empty.
    """

    market: MarketDeclared
    arms: Annotated[dict[str, ArmDeclared], Meta(min_length=1)]
    description: str = ""
    customers: Annotated[int, Meta(ge=2)] = 1_000
    weeks: Annotated[int, Meta(ge=1)] = 12
    begin: Any = BEGIN
    seed: str = "market"
    ending: str = ""
    conversions: tuple[str, ...] = ()
    values: dict[str, str] = {}
    baseline: str = ""


class Simulation(Struct, frozen=True, kw_only=True):
    """A simulation that is ready to run.

    Attributes:
        arms: the workspace of each arm.
        seasons: what those arms learn from that are trained before.
    """

    name: str
    spec: SimulationSpec
    setting: Setting
    arms: dict[str, Workspace]
    baseline: str
    seasons: dict[str, Season] = {}


def read_simulation(
    folder: Path, name: str = "", *, customers: int | None = None, weeks: int | None = None, seed: str | None = None
) -> Simulation:
    """Return simulation ``name`` of the workspace in ``folder``.

    Args:
        name: may be left out where there is only one.
        customers, weeks, seed: instead of those that the file says.

    Raises:
        SegueError: there is no such file, or it is not right.
    """
    file = _file(folder, name)
    try:
        spec = msgspec.yaml.decode(file.read_bytes(), type=SimulationSpec)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        reason = f"{file.relative_to(folder)} is not right: {error}."
        raise SegueError(reason, "docs/guides/simulate.md says what it may hold.") from error
    for what, number, least in (("customers", customers, 2), ("weeks", weeks, 1)):
        if number is not None and number < least:
            raise SegueError(f"{number} {what} are too few to simulate.", f"Give {least} or more.")
    changed = {"customers": customers, "weeks": weeks, "seed": seed}
    spec = replace(spec, **{key: value for key, value in changed.items() if value is not None})
    baseline = spec.baseline or next(iter(spec.arms))
    if baseline not in spec.arms:
        raise SegueError(f"There is no arm {baseline!r}.", f"The arms are {', '.join(spec.arms)}.")
    setting = Setting(
        market=MarketSpec(kind=spec.market.kind, folder=str(file.parent), parameters=spec.market.parameters),
        customers=spec.customers,
        begin=_begin(spec, file.name),
        weeks=spec.weeks,
        seed=spec.seed,
        ending=spec.ending,
        values=spec.values,
    )
    arms = {name: _workspace(folder, name, arm) for name, arm in spec.arms.items()}
    seasons = {
        name: _season(name, declared.train, spec, arms)
        for name, declared in spec.arms.items()
        if declared.train is not None
    }
    return Simulation(name=file.stem, spec=spec, setting=setting, arms=arms, baseline=baseline, seasons=seasons)


def simulation_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``simulations/NAME.yaml``, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(SimulationSpec)}


def _file(folder: Path, name: str) -> Path:
    there = sorted((folder / FOLDER).glob("*.yaml"))
    if not there:
        reason = f"There is no simulation in {folder / FOLDER}."
        raise SegueError(reason, "Write one: docs/guides/simulate.md shows how.")
    if not name and len(there) == 1:
        return there[0]
    file = folder / FOLDER / f"{name}.yaml"
    if file not in there:
        what = f"There is no simulation {name!r}." if name else "There are several simulations."
        raise SegueError(what, f"Give one of {', '.join(each.stem for each in there)}.")
    return file


def _begin(spec: SimulationSpec, file: str) -> Instant:
    said = spec.begin
    if isinstance(said, datetime):
        said = said.replace(tzinfo=said.tzinfo or UTC).isoformat()
    elif isinstance(said, date):
        said = f"{said.isoformat()}T00:00:00Z"
    try:
        return parse_instant(str(said))
    except SegueError as error:
        raise SegueError(f"{file}: begin: {error.reason}", error.instruction) from error


def _workspace(folder: Path, name: str, arm: ArmDeclared) -> Workspace:
    place = folder / arm.workspace if arm.workspace else folder
    if not place.is_dir():
        raise SegueError(
            f"Arm {name!r}: there is no workspace {arm.workspace!r}.", "Give a folder, relative to this one."
        )
    workspace = load(place).workspace
    if arm.policy and arm.policy not in LADDERS:
        raise SegueError(
            f"Arm {name!r}: there is no policy {arm.policy!r}.", f"The policies are {', '.join(sorted(LADDERS))}."
        )
    policy = replace(workspace.policy, name=arm.policy) if arm.policy else workspace.policy
    return replace(workspace, groups=arm.groups, holdouts={}, policy=policy)


def _season(name: str, train: TrainDeclared, spec: SimulationSpec, arms: Mapping[str, Workspace]) -> Season:
    workspace = arms[name]
    if not workspace.learns:
        raise SegueError(f"Arm {name!r} cannot be trained: its workspace learns nothing.", "Give it a learning.yaml.")
    if not any(policy in KINDS or policy == "bandit" for policy in LADDERS[workspace.policy.name]):
        reason = f"Arm {name!r} cannot be trained: the policy {workspace.policy.name!r} learns nothing."
        raise SegueError(reason, f"Give one of {', '.join(sorted({*KINDS, 'bandit'}))}.")
    if train.by in arms:
        if spec.arms[train.by].train is not None:
            reason = f"Arm {name!r} cannot learn from {train.by!r}, which is trained itself."
            raise SegueError(reason, "Name an arm without `train`, or a policy such as random.")
        lived = arms[train.by]
    elif train.by in LADDERS:
        lived = replace(workspace, groups={}, policy=replace(workspace.policy, name=train.by))
    else:
        reason = f"Arm {name!r} cannot learn from {train.by!r}: there is no such arm, and no such policy."
        known = [arm for arm, declared in spec.arms.items() if declared.train is None]
        raise SegueError(reason, f"Name one of {', '.join((*known, *sorted(LADDERS)))}.")
    return Season(by=train.by, workspace=lived, customers=train.customers, weeks=train.weeks)
