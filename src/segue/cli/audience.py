"""segue audience: who is in an audience, now or at a past moment."""

import csv
from contextlib import closing
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.clock import system_clock
from segue.cli.console import plural, tell, tell_json
from segue.cli.options import Flag, Folder, Json
from segue.core.world import build_world
from segue.measurement.audiences import TABLES, audience_sql, members
from segue.measurement.segments import read_log
from segue.model.catalogue import Audience
from segue.model.customers import Customer
from segue.model.errors import SegueError
from segue.model.ids import CustomerId
from segue.model.time import Instant, format_instant, parse_instant
from segue.model.workspace import Workspace
from segue.ports.store import Store
from segue.runtimes.embedded.recovery import recover
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from segue.workspace.layout import STATE_FOLDER

_SHOWN = 10


def audience(
    name: Annotated[str, Parameter(help="The audience's name.")],
    folder: Folder = Path(),
    *,
    at: str | None = None,
    export: Path | None = None,
    sql: Flag = False,
    json: Json = False,
) -> None:
    """Say who is in an audience, now or at a past moment.

    An audience with `when` is computed from the whole history, by SQL: nothing has to run, and nothing is sent. An
    audience without `when` is kept by actions; it has the members that actions have put in and not taken out. Works
    beside a running server.

    Parameters
    ----------
    at
        The moment (RFC 3339), by default now. Events count from when they happened, whenever they arrived.
    export
        Write the ids of all members to this CSV file.
    sql
        Print the query instead of its result; it runs on `read_segments(".segue/segments")`.
    """
    workspace = load(folder).workspace
    chosen = _choose(name, workspace)
    if chosen.when is None and (at is not None or sql):
        reason = f"The audience {name!r} has no `when`: actions keep it, so there is no query and no past to ask."
        raise SegueError(reason, "Leave --at and --sql out to see who is in it now.")
    now = parse_instant(at) if at is not None else system_clock()
    if sql:
        tell(audience_sql(chosen, workspace, now))
        return
    customers = _members(chosen, workspace, folder / STATE_FOLDER, now)
    if export is not None:
        _write(export, customers)
    if json:
        tell_json({"audience": name, "at": format_instant(now), "size": len(customers), "customers": customers})
        return
    _tell_members(chosen, now, customers, export)


def _choose(name: str, workspace: Workspace) -> Audience:
    declared = {each.audience: each for each in workspace.audiences}
    if name in declared:
        return declared[name]
    close = get_close_matches(name, declared, n=1)
    known = f"There are {', '.join(sorted(declared))}." if declared else "Declare it in a file under audiences/."
    raise SegueError(f"There is no audience {name!r}.", f"Did you mean {close[0]!r}?" if close else known)


def _members(chosen: Audience, workspace: Workspace, state: Path, now: Instant) -> list[CustomerId]:
    with closing(SqliteStore(state, is_reader=True)) as store:
        if chosen.when is None:
            return _kept(chosen.audience, store, workspace)
        with closing(read_log(store, state / "segments", TABLES)) as duck:
            return members(chosen, workspace, duck, now)


def _kept(name: str, store: Store, workspace: Workspace) -> list[CustomerId]:
    """Return the customers whom actions have put into an audience; held-out ones never are."""
    population = recover(store, build_world(workspace), hot_customers=0, dedupe_window=0).population
    return [each for each in population.customer_ids() if _is_member(population.customer(each), name)]


def _is_member(customer: Customer, name: str) -> bool:
    return any(
        membership.kind == "audience" and membership.target == name and not membership.is_ghost
        for membership in customer.outbox.memberships
    )


def _write(path: Path, customers: list[CustomerId]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("customer_id",), *((customer,) for customer in customers)])
    except OSError as error:
        reason = f"{path} cannot be written: {error.strerror}."
        raise SegueError(reason, "Name a file in a folder that exists and can be written.") from None


def _tell_members(chosen: Audience, now: Instant, customers: list[CustomerId], export: Path | None) -> None:
    moment = f"at {format_instant(now)}" if chosen.when else "now; actions keep it"
    tell(f"{chosen.audience}: {plural(len(customers), 'customer')} {moment}")
    for customer in customers[:_SHOWN]:
        tell(f"  {customer}")
    if len(customers) > _SHOWN:
        tell(f"  and {len(customers) - _SHOWN:,} more")
    if export is not None:
        tell(f"Wrote {export}.")
