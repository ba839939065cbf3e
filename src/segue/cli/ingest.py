"""segue ingest: read a file of events into the workspace's store."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from segue.cli.clock import system_clock
from segue.cli.console import columns, say, tell, tell_json
from segue.cli.event_files import EventFile
from segue.cli.options import Flag, Json
from segue.model.events import Incoming
from segue.ports.store import DeadLetter
from segue.server.site import Site, running
from segue.sources.files import DeadRow
from segue.workspace import LoadedWorkspace, load

ROWS_AT_ONCE = 2_000
TELL_EVERY = 20_000


def ingest(
    file: Annotated[Path, Parameter(help="CSV, JSON lines or Parquet.")],
    /,
    *,
    workspace: Annotated[Path, Parameter(help="The workspace.")] = Path(),
    source: str | None = None,
    development: Flag = False,
    json: Json = False,
) -> None:
    """Read a file of events into the store, and carry out what is decided about them now.

    Reading the same file again changes nothing: its rows keep their ids. To see first what would be decided, without
    sending anything, use `segue replay`.

    Parameters
    ----------
    source
        The mapping under sources/; by default the one whose `files` match.
    development
        Messages become files instead of being sent.
    """
    loaded = load(workspace)
    rows = EventFile(loaded, file, source)
    result = asyncio.run(_ingest(loaded, rows, is_development=development))
    if json:
        tell_json(result)
        return
    for line in columns([(name, f"{count:,}") for name, count in result.items() if isinstance(count, int)], right=[1]):
        tell(line)
    for reason, count in result["dead"].items():
        tell(f"  dead: {reason} {count:,}")


async def _ingest(loaded: LoadedWorkspace, rows: EventFile, *, is_development: bool) -> dict[str, Any]:
    counted: Counter[str] = Counter()
    dead: Counter[str] = Counter()
    url = loaded.server.public_url
    async with running(loaded, public_url=url, is_development=is_development) as site:
        batch: list[Incoming | DeadRow] = []
        for row in rows.read():
            batch.append(row)
            if len(batch) == ROWS_AT_ONCE:
                await _take_in(site, batch, counted, dead)
                if rows.rows % TELL_EVERY == 0:
                    say(f"{rows.rows:,} rows")
                batch = []
        await _take_in(site, batch, counted, dead)
        await site.runtime.drain()
        decided = site.runtime.stats()
    return {
        "rows": rows.rows,
        "accepted": counted["accepted"],
        "duplicates": counted["duplicate"],
        "dead_letters": counted["dead"],
        "customers": decided.customers,
        "chosen": sum(decided.chosen.values()),
        "silences": decided.silences,
        "dead": dict(dead),
    }


async def _take_in(site: Site, batch: list[Incoming | DeadRow], counted: Counter[str], dead: Counter[str]) -> None:
    letters = [_letter(row) for row in batch if isinstance(row, DeadRow)]
    facts = [row for row in batch if isinstance(row, Incoming)]
    if letters:
        await site.runtime.set_aside(letters)
        counted["dead"] += len(letters)
        dead.update(letter.code for letter in letters)
    if facts:
        for receipt in await site.runtime.submit(facts):
            counted[receipt.status] += 1
            if receipt.status == "dead":
                dead[receipt.reason] += 1


def _letter(row: DeadRow) -> DeadLetter:
    at = system_clock() if row.at is None else row.at
    return DeadLetter(event_id=row.event_id, at=at, code=row.reason, source=row.source, detail=row.detail)
