"""segue plan-batch: the next best action of a whole base at once, under everything that its customers share."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.clock import system_clock
from segue.cli.console import tell, tell_json
from segue.cli.options import Flag, Folder, Json
from segue.model.errors import SegueError
from segue.model.time import parse_instant

MOST_DAYS = 31


def plan_batch(
    folder: Folder = Path(),
    *,
    table: Path | None = None,
    capacities: Path | None = None,
    actions: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    days: int = 1,
    at: str | None = None,
    trait: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)] = (),
    floors: bool = True,
    out: Path | None = None,
    contacts: Flag = False,
    plain: Flag = False,
    json: Json = False,
) -> None:
    """Plan who gets which action on which day, so that together it brings most and nothing shared is exceeded.

    Every customer in the store is scored by the workspace's policy, as far as the gate lets them be contacted; or
    everything comes from a table. Nothing is sent. Each customer gets at most one contact in a plan.

    Parameters
    ----------
    table
        Plan from this CSV or Parquet file instead: columns customer, action, channel, value, and cost where a
        capacity counts it; value is what the contact brings more than silence, net of its cost.
    capacities
        A file like capacities.yaml, instead of the workspace's; needed with a table.
    actions
        Only these actions.
    days
        Days to plan, the first one what is left of today (UTC).
    at
        Plan as if it were this moment (RFC 3339), by default now.
    trait
        Traits of the customers to put into the plan, such as the one that holds an identifier.
    floors
        Reach the targets of reach.yaml, whatever it costs; --no-floors leaves them out.
    out
        Write the plan to this file, .parquet or .csv: a row for each customer.
    contacts
        Write only those who get something, for `segue ingest`.
    plain
        Compute with numpy also where numba is installed.
    """
    from segue.cli.plan_batch_files import scores_of_store, scores_of_table, write_batch
    from segue.cli.plan_batch_report import lines_of, report_of
    from segue.learning.allocation.batch import make_batch
    from segue.learning.allocation.rooms import plan_days

    if not 1 <= days <= MOST_DAYS:
        raise SegueError(f"A plan of {days} days is not possible.", f"Name 1 to {MOST_DAYS} days.")
    moments = plan_days(parse_instant(at) if at is not None else system_clock(), days)
    if table is not None:
        scores = scores_of_table(table, capacities, actions)
    else:
        scores = scores_of_store(folder, capacities, actions, moments, trait)
    batch = make_batch(scores, moments, has_floors=floors, engine="numpy" if plain else "best")
    report = report_of(batch)
    if out is not None:
        write_batch(out, batch, only_contacts=contacts)
    if json:
        tell_json(report)
        return
    for line in lines_of(report):
        tell(line)
    if out is not None:
        tell(f"Wrote {out}.")
