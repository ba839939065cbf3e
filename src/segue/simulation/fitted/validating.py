"""Validating: a market fitted from the first part of a log, judged on the rest of it, which it has not seen."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from segue.core.world import build_world
from segue.model.time import NEVER, WEEK, Instant
from segue.ports.store import Store
from segue.simulation.account import Accounts
from segue.simulation.figures import Estimate
from segue.simulation.fitted.fitting import draw_markets
from segue.simulation.fitted.history import Floats, History, Ints, read_history
from segue.simulation.fitted.model import ending_of, gather_evidence
from segue.simulation.fitted.pooling import predicted
from segue.simulation.fitted.running import Progress, Stage, ageless, run_in
from segue.simulation.fitted.starting import Start, start_at

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEVEL = 0.9
LEAST_WEEKS = 3


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was counted in the later part of the log, and what the market had said.

    Attributes:
        name: as in `Accounts`, such as ``event/ordered``; ``week`` is from 1, 0 for all of them.
        predicted: with its 90 % interval.
    """

    name: str
    week: int
    actual: float
    predicted: Estimate

    @property
    def is_inside(self) -> bool:
        """Whether the interval holds what came."""
        return self.predicted.low <= self.actual <= self.predicted.high


class Validation(Struct, frozen=True, kw_only=True):
    """How good a market was that was fitted from the log up to ``cut``.

    Attributes:
        customers: who were known by then; the others are left out of both.
        checks: totals first, then week by week.
        notes: what is to be known of the comparison.
    """

    cut: Instant
    until: Instant
    weeks: int
    customers: int
    markets: int
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def totals(self) -> tuple[Check, ...]:
        """The checks of the whole period."""
        return tuple(each for each in self.checks if each.week == 0)

    @property
    def weekly(self) -> tuple[Check, ...]:
        """The checks of single weeks."""
        return tuple(each for each in self.checks if each.week > 0)

    @property
    def verdict(self) -> str:
        """How many of the true counts lie within their intervals, in a sentence."""
        inside = [sum(each.is_inside for each in part) for part in (self.totals, self.weekly)]
        words = f"{inside[0]} of {len(self.totals)} counts lie within their {LEVEL:.0%} intervals"
        if self.weekly:
            words += f", and {inside[1]} of {len(self.weekly)} weekly ones"
        period = "week" if self.weeks == 1 else f"{self.weeks} weeks"
        return f"{words}, in the {period} that the fit had not seen."


def validate(
    duck: "DuckDBPyConnection",
    store: Store,
    until: Instant,
    *,
    markets: int,
    seed: int,
    share: float = 1 / 3,
    progress: Progress | None = None,
) -> Validation | None:
    """Return how well the rest of the log was foretold; None where it is too short (`LEAST_WEEKS`).

    Args:
        duck: a connection with the log's views (`history.TABLES`).
        until: the log's end.
        share: of the log that is left out of the fit, in whole weeks.
    """
    whole = read_history(duck, until)
    length = (until - whole.begin) / WEEK
    weeks = max(int(length * share), 1)
    if length < LEAST_WEEKS:
        return None
    cut = Instant(until - weeks * WEEK)
    start = start_at(store, cut)
    early = read_history(duck, cut)
    if start.workspace is None or not early.customers:
        return None
    known = {name: each.profile.traits for name, each in start.customers.items()}
    evidence = gather_evidence(early, known, start.workspace)
    place = {name: number for number, name in enumerate(early.customers)}
    chosen = [(place[name], each) for name, each in start.customers.items() if name in place]
    ending = ending_of(start.workspace)
    stage = Stage(evidence, chosen, cut, weeks, f"validation/{seed}", start.shared, start.learned, ending)
    world, found = build_world(ageless(start.workspace)), []
    for number, market in enumerate(draw_markets(evidence, markets, seed)):
        found.append(run_in(market, number, world, stage)[0])
        if progress is not None:
            progress(1)
    names = {early.customers[number] for number, _ in chosen}
    return Validation(
        cut=cut,
        until=until,
        weeks=weeks,
        customers=len(chosen),
        markets=markets,
        checks=tuple(_checks(found, _counted(whole, names, cut), weeks)),
        notes=tuple(_notes(duck, start, whole, names, cut)),
    )


def _checks(found: list[Accounts], actual: dict[str, Ints], weeks: int) -> Iterator[Check]:
    names = sorted({*actual, *(name for each in found for name in each.columns if name.startswith(_LOOKED_AT))})
    empty, nothing = np.zeros(weeks), np.zeros(0, dtype=np.int64)
    series: dict[str, tuple[Floats, list[Floats]]] = {}
    for name in names:
        came = np.bincount(actual.get(name, nothing), minlength=weeks).astype(np.float64)
        series[name] = (came, [each.weekly.get(name, empty) for each in found])
    for name, (came, weekly) in series.items():
        foretold = predicted([float(each.sum()) for each in weekly], LEVEL)
        yield Check(name=name, week=0, actual=float(came.sum()), predicted=foretold)
    for name, (came, weekly) in series.items() if weeks > 1 else ():
        for week in range(weeks):
            foretold = predicted([float(each[week]) for each in weekly], LEVEL)
            yield Check(name=name, week=week + 1, actual=float(came[week]), predicted=foretold)


_LOOKED_AT = ("event/", "contact/", "report/opened", "report/clicked", "opt_out/")


def _counted(history: History, names: set[str], cut: Instant) -> dict[str, Ints]:
    """Return the weeks (from 0) in which what `_LOOKED_AT` says happened to customers known by ``cut``."""
    known = np.array([name in names for name in history.customers], dtype=bool)
    events, contacts = history.events, history.contacts
    found: dict[str, Ints] = {}

    def count(name: str, customer: Ints, at: Ints, size: Ints | int = 1) -> None:
        mine = known[customer] & (at >= cut) & (at < history.until)
        if mine.any():
            weeks = np.repeat((at - cut) // WEEK, np.where(mine, size, 0))
            found[name] = np.concatenate([found.get(name, at[:0]), weeks])

    for kind, name in enumerate(history.kinds):
        rows = events.kind == kind
        count(f"event/{name}", events.customer[rows], events.at[rows], events.size[rows])
    for channel, name in enumerate(history.channels):
        rows = contacts.channel == channel
        count(f"contact/{name}", contacts.customer[rows], contacts.at[rows])
        count(f"opt_out/{name}", contacts.customer[rows], np.minimum(contacts.opted_out_at[rows], NEVER))
    count("report/opened", contacts.customer, contacts.opened_at)
    count("report/clicked", contacts.customer, contacts.clicked_at)
    for whose, where, at in history.withdrawals:
        count(f"opt_out/{where}", np.array([whose]), np.array([at]))
    return found


def _notes(duck: "DuckDBPyConnection", start: Start, whole: History, names: set[str], cut: Instant) -> Iterator[str]:
    changed = duck.execute(
        'SELECT count(DISTINCT revision) FROM decisions WHERE epoch_us("at") >= ? AND epoch_us("at") < ?',
        [cut, whole.until],
    ).fetchone()
    if changed is not None and changed[0] > 1:
        yield (
            f"The workspace changed in these weeks ({changed[0]} revisions); it was simulated as of their beginning."
        )
    late = len(set(whole.customers) - names)
    if late:
        yield f"{late:,} customers who came later are left out of both."
