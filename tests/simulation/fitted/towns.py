"""The learning shop's town, whose true chances are known, as it is and with the shop changed."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from examples.learning_shop.market import BEGIN, live, people, response
from segue.measurement.segments import read_log
from segue.model.time import DAY, WEEK
from segue.simulation.fitted.history import TABLES, History, last_event, read_history, sampled
from segue.stores.sqlite import SqliteStore
from segue.workspace.layout import STATE_FOLDER
from tests.cli.town import CUSTOMERS, DAYS, town

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SETTLED = 7
"""Days until it makes no difference any more that all customers were new."""


def one_a_week(folder: Path) -> None:
    """Allow one contact a week instead of three."""
    _replace(folder / "contact_rules.yaml", "limit: 3", "limit: 1")


def no_post(folder: Path) -> None:
    """Send nothing by post any more."""
    for action in (folder / "actions").glob("*.yaml"):
        text = action.read_text()
        action.write_text(text[: text.index("  - channel: post")])


def sale_alone(folder: Path) -> None:
    """Offer the sale that interests hardly anybody, and nothing else."""
    for name in ("mugs", "planters"):
        (folder / "actions" / f"{name}.yaml").unlink()
        _replace(folder / "triggers.yaml", f"  - rule: show_{name}\n    trigger: visit\n    action: {name}\n", "")


def teapots(folder: Path) -> None:
    """Offer something that was never offered."""
    mugs = (folder / "actions" / "mugs.yaml").read_text()
    (folder / "actions" / "teapots.yaml").write_text(mugs.replace("action: mugs", "action: teapots"))
    rules = folder / "triggers.yaml"
    rules.write_text(rules.read_text() + "  - {rule: show_teapots, trigger: visit, action: teapots}\n")


def changed(change: Callable[[Path], None]) -> Path:
    """Return a folder with the town's workspace, changed, in which nothing has happened."""
    folder = Path(mkdtemp(prefix="segue-changed-"))
    copytree(town(), folder, ignore=ignore_patterns(STATE_FOLDER), dirs_exist_ok=True)
    change(folder)
    return folder


@cache
def lived(change: Callable[[Path], None]) -> Path:
    """Return the folder after the same town has lived with the changed workspace for as long."""
    folder = changed(change)
    asyncio.run(live(folder, people(CUSTOMERS), DAYS))
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[tuple["DuckDBPyConnection", SqliteStore]]:
    """Yield the folder's log and its store."""
    state = folder / STATE_FOLDER
    with (
        closing(SqliteStore(state, is_reader=True)) as store,
        closing(read_log(store, state / "segments", TABLES)) as duck,
    ):
        yield duck, store


def whole(folder: Path) -> History:
    """Return the folder's history."""
    with opened(folder) as (duck, _):
        return read_history(duck, last_event(duck))


def truth(folder: Path) -> tuple[float, float]:
    """Return contacts, and the orders that they truly lead to, per customer and week once the town has settled.

    The orders are those expected of each contact that was really made, so they hold no chance but that of the contacts.
    """
    history, residents = whole(folder), people(CUSTOMERS)
    number = {}
    for customer, place in zip(history.events.customer.tolist(), range(len(history.events.at)), strict=True):
        traits = sampled(history.events.bodies, place)[0][1]
        if "email" in traits:
            number[customer] = int(str(traits["email"]).partition("@")[0].removeprefix("p"))
    since, count, orders = BEGIN + SETTLED * DAY, 0, 0.0
    received: dict[int, list[int]] = {}
    contacts = history.contacts
    for row in range(len(contacts.at)):
        customer, at = int(contacts.customer[row]), int(contacts.at[row])
        recent = sum(at - earlier < 3 * DAY for earlier in received.setdefault(customer, []))
        received[customer].append(at)
        if at >= since:
            action, channel = history.actions[contacts.action[row]], history.channels[contacts.channel[row]]
            count += 1
            orders += response(residents[number[customer]], action, channel, recent)
    customer_weeks = CUSTOMERS * (history.until - since) / WEEK
    return count / customer_weeks, orders / customer_weeks


def _replace(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
