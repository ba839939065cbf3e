"""What `segue plan-batch` reads and writes: the scores of a store or of a table, capacities, the plan."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from segue.cli.plan_batch_table import read_numbered
from segue.core.shared import compile_shared
from segue.core.world import World, build_world
from segue.learning.allocation.batch import Batch, Scores, charges_of, reasons_of
from segue.learning.allocation.rooms import Option
from segue.learning.allocation.schedule import NO_DAY
from segue.learning.tables import Columns
from segue.model.catalogue import Action, Capacity, ChannelSpec, Variant
from segue.model.errors import SegueError, WorkspaceError
from segue.model.time import Instant, format_instant
from segue.model.workspace import Workspace
from segue.runtimes.base import options_of, score_base
from segue.runtimes.embedded.recovery import recover
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from segue.workspace.documents import read_document
from segue.workspace.layout import STATE_FOLDER, CapacitiesFile
from segue.workspace.schema import convert_document


def scores_of_store(
    folder: Path, capacities: Path | None, actions: Sequence[str], days: tuple[Instant, ...], traits: Sequence[str]
) -> Scores:
    """Return the scores of all customers in the store of the workspace in ``folder``; a server may run meanwhile.

    Raises:
        SegueError: there is no such action, none that a plan could choose, or no store.
    """
    workspace = load(folder).workspace
    if capacities is not None:
        workspace = replace(workspace, capacities=read_capacities(capacities))
    world = build_world(workspace)
    options = _options(world, actions)
    with closing(SqliteStore(folder / STATE_FOLDER, is_reader=True)) as store:
        population = recover(store, world, hot_customers=1, dedupe_window=0).population
    base = score_base(population, population.world, options, days)
    known = [population.customer(each).profile.traits for each in base.customer_ids] if traits else []
    return Scores(
        customers=[str(each) for each in base.customer_ids],
        options=options,
        values=base.values,
        costs=np.broadcast_to(base.costs, base.values.shape),
        workspace=workspace,
        plan=world.shared_plan,
        shared=population.shared,
        possible=base.possible,
        reasons=base.reasons,
        members=base.members,
        columns={name: [str(each.get(name, "")) for each in known] for name in traits},
    )


def scores_of_table(table: Path, capacities: Path | None, actions: Sequence[str]) -> Scores:
    """Return the scores of a table of (customer, action, channel, value, cost); a pair that is not there is not
    eligible.

    Raises:
        SegueError: a column is missing, a value is no number, a row stands twice, or ``capacities`` is missing.
    """
    if capacities is None:
        raise SegueError("A table says nothing of capacities.", "Name a file like capacities.yaml with --capacities.")
    limits = read_capacities(capacities)
    numbered = read_numbered(table, actions)
    if not numbered.has_costs and any(each.counts == "cost" for each in limits.values()):
        reason = f"A capacity counts cost, but {table} has no column 'cost'."
        raise SegueError(reason, "Add what each contact costs.")
    return _pivot(numbered.columns, numbered.customers, numbered.options, limits)


def read_capacities(file: Path) -> dict[str, Capacity]:
    """Return the capacities of a file like ``capacities.yaml``.

    Raises:
        SegueError: there is no such file, or it says something that no capacity has.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SegueError(f"{file} cannot be read: {error}.", "Name a YAML file in UTF-8.") from None
    document, findings = read_document(str(file), text)
    definition = None
    if document is not None:
        definition, problems = convert_document(document, CapacitiesFile)
        findings = (*findings, *problems)
    if findings or definition is None:
        raise WorkspaceError(f"{file} is not valid, first: {findings[0]}", "Mend the file.", findings)
    return dict(definition.capacities)


def write_batch(path: Path, batch: Batch, *, only_contacts: bool = False) -> None:
    """Write the plan, a row for each customer, to a Parquet or CSV file.

    Raises:
        SegueError: the file is of another kind, or cannot be written.
    """
    import duckdb

    if path.suffix not in (".parquet", ".csv"):
        raise SegueError(f"{path} is neither .parquet nor .csv.", "Name the file accordingly.")
    columns = _columns(batch)
    wanted = "WHERE action <> ''" if only_contacts else ""
    target = str(path).replace("'", "''")
    kind = "(FORMAT parquet)" if path.suffix == ".parquet" else "(FORMAT csv, HEADER)"
    with duckdb.connect() as duck:
        duck.register("plan", columns)
        try:
            duck.execute(f"COPY (SELECT * FROM plan {wanted} ORDER BY customer_id) TO '{target}' {kind}")
        except duckdb.Error as error:
            reason = f"{path} cannot be written: {str(error).splitlines()[0]}"
            raise SegueError(reason, "Name a file in a folder that exists and can be written.") from None


def _columns(batch: Batch) -> dict[str, Any]:
    scores, problem = batch.scores, batch.problem
    option = batch.choice.tolist()
    names = [*scores.options, ("", "")]
    chosen = batch.choice < problem.actions
    value = np.zeros(problem.customers)
    value[chosen] = problem.values[chosen, batch.choice[chosen]]
    starts = [format_instant(day) for day in batch.days]
    days = [starts[day] if day != NO_DAY else "" for day in batch.when.tolist()]
    own = {name: np.array(values, dtype=object) for name, values in scores.columns.items()}
    return {
        "customer_id": np.array(scores.customers, dtype=object),
        **own,
        "action": np.array([names[each][0] for each in option], dtype=object),
        "channel": np.array([names[each][1] for each in option], dtype=object),
        "day": np.array([day[:10] for day in days], dtype=object),
        "at": np.array(days, dtype=object),
        "value": value,
        "price": charges_of(problem, batch.found.prices, batch.choice).sum(axis=1),
        "reason": np.array(reasons_of(batch), dtype=object),
    }


def _pivot(table: Columns, customers: list[str], options: tuple[Option, ...], limits: dict[str, Capacity]) -> Scores:
    values = np.full((len(customers), len(options)), -np.inf)
    costs = np.zeros_like(values)
    values[table["row"], table["option"]] = table["value"]
    costs[table["row"], table["option"]] = table["cost"]
    workspace = _workspace_of(options, limits)
    return Scores(customers, options, values, costs, workspace, compile_shared(workspace))


def _workspace_of(options: Sequence[Option], capacities: dict[str, Capacity]) -> Workspace:
    """Return a workspace of nothing but a table's actions and the capacities they draw on."""
    channels = dict.fromkeys(channel for _, channel in options)
    actions = dict.fromkeys(action for action, _ in options)
    return Workspace(
        name="table",
        channels=tuple(ChannelSpec(name=channel, family="message") for channel in channels),
        actions=tuple(
            Action(action=action, variants=tuple(Variant(channel=c) for a, c in options if a == action))
            for action in actions
        ),
        capacities=capacities,
    )


def _options(world: World, actions: Sequence[str]) -> tuple[Option, ...]:
    if unknown := [name for name in actions if name not in world.actions]:
        known = ", ".join(sorted(name for name in world.actions if not name.startswith("_")))
        raise SegueError(f"There is no action {unknown[0]!r}.", f"There are {known or 'none yet'}.")
    options = options_of(world, actions)
    if not options:
        reason = "No action has a variant that a plan could choose."
        raise SegueError(reason, "Plans choose promo and service messages and tasks; declare one under actions/.")
    return options
