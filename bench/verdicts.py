"""Verdicts against known truth: how often `segue experiment` says something wrong, on experiments of many builds.

Each case draws experiments whose truth is known, writes them as files, has them read as the command reads them (what is
not named is guessed), and compares the verdicts of the primary metric with the truth. Wrong is: better where the arm is
not better, worse where it is not worse, no effect as large as 5 % where there is one, a verdict on a broken split, a
sound split called broken. Promised: a split that chance gives less than once in 1,000 is not read, so a sound one is
called broken once in 1,000; and of sound experiments at most one in 20 is told wrong, in all arms together.

    python -m bench.verdicts [--quick] [--experiments N] [--seed S]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from bench.report import report, show
from segue.cli.experiment_files import Asked, read
from segue.measurement.experiments.results import Report

Rows = Mapping[str, Any]
RATE = 0.1
DAY = 86_400
PROMISED = 0.05


class Made(Struct, frozen=True, eq=False):
    """An experiment that was made up.

    Attributes:
        tables: (n,) columns by name: one table, or two: assignments and events.
        asked: the options it is read with.
        lifts: the true lift of each arm on the primary metric; None where the split is broken.
    """

    tables: tuple[Rows, ...]
    asked: Asked
    lifts: dict[str, float] | None


Maker = Callable[[np.random.Generator], Made]


def main(arguments: list[str] | None = None) -> None:
    """Draw, read, count; print, and write ``bench/results/verdicts.json``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few experiments, to see that it runs")
    parser.add_argument("--experiments", type=int, default=400, help="of each case")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    count = 3 if options.quick else options.experiments
    begin = time.process_time()
    rows, figures = [], {"experiments": float(count), "goal_wrong": PROMISED}
    for name, maker in CASES.items():
        wrong, found, called_broken = tally(maker, count, np.random.default_rng([options.seed, len(rows)]))
        key = name.replace(" ", "_").replace(",", "").replace("%", "pc").replace("/", "_")
        figures |= {f"wrong_{key}": wrong, f"found_{key}": found, f"broken_{key}": called_broken}
        rows.append((name, f"{wrong:.3f}", f"{found:.3f}", f"{called_broken:.3f}"))
    figures["cpu_seconds"] = round(time.process_time() - begin, 1)
    headers = ("experiments", "told wrong", "effect found", "split called broken")
    if options.quick:
        show(headers, rows)
    else:
        report("verdicts", headers, rows, figures)


def tally(maker: Maker, count: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return of ``count`` experiments the shares that are told wrong, found all effects of, and said to be broken."""
    wrong = found = broken = 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            made = maker(rng)
            said = look(made, Path(folder))
            is_broken = said.split is not None and said.split.is_broken
            broken += is_broken
            wrong += is_wrong(said, made)
            found += not is_broken and made.lifts is not None and is_found(said, made.lifts)
    return wrong / count, found / count, broken / count


def look(made: Made, folder: Path) -> Report:
    """Return what `segue experiment` says of the files of ``made``."""
    paths = [_write(rows, folder / f"table{place}.parquet") for place, rows in enumerate(made.tables)]
    if len(paths) == 1:
        return read(paths[0], None, None, made.asked).report
    return read(None, paths[0], paths[1], made.asked).report


def is_wrong(said: Report, made: Made) -> bool:
    """Return whether anything that ``said`` concludes of the primary metric is not so."""
    is_broken = said.split is not None and said.split.is_broken
    if made.lifts is None or is_broken:
        return is_broken != (made.lifts is None) or bool(said.readings)
    for each in said.readings:
        lift, kind = made.lifts[each.arm], each.verdict.kind
        if each.is_primary and (
            (kind == "better" and lift <= 0.0)
            or (kind == "worse" and lift >= 0.0)
            or (kind == "no_effect_as_large" and abs(lift) >= made.asked.smallest)
        ):
            return True
    return False


def is_found(said: Report, lifts: Mapping[str, float]) -> bool:
    """Return whether every arm's effect on the primary metric is named with its direction."""
    told = {each.arm: each.verdict.kind for each in said.readings if each.is_primary}
    return all(told[arm] == ("better" if lift > 0.0 else "worse") for arm, lift in lifts.items() if lift)


def _write(rows: Rows, path: Path) -> Path:
    import duckdb

    with duckdb.connect() as duck:
        duck.register("rows", dict(rows))
        duck.execute(f"COPY (FROM rows) TO '{path}' (FORMAT parquet)")
    return path


# -- what experiments are made of ----------------------------------------------------------------------------------


def lot(rng: np.random.Generator, count: int, shares: Mapping[str, float]) -> Any:
    """Return (count,) the arm of each customer."""
    return rng.choice(list(shares), count, p=list(shares.values()))


def rates(rng: np.random.Generator, arms: Any, lifts: Mapping[str, float], rate: Any = RATE) -> Any:
    """Return (n,) whether each converted."""
    factor = np.ones(len(arms))
    for arm, lift in lifts.items():
        factor[arms == arm] += lift
    return (rng.random(len(arms)) < rate * factor).astype(np.int64)


def revenue(rng: np.random.Generator, converted: Any, spread: float = 1.5) -> Any:
    """Return (n,) what each spent: lognormal amounts of those who converted, heavy-tailed."""
    return np.where(converted, np.round(rng.lognormal(3.0, spread, len(converted)), 2), 0.0)


def table(
    count: int,
    shares: Mapping[str, float],
    lifts: Mapping[str, float],
    *,
    metric: str = "converted",
    drawn: Mapping[str, float] | None = None,
    **asked: Any,
) -> Maker:
    """Return a maker of tables with a row for each customer.

    Args:
        lifts: of the arms that have one.
        drawn: what the lot really gives, where that is not ``shares``: then the split is broken.
    """

    def make(rng: np.random.Generator) -> Made:
        arms = lot(rng, count, drawn or shares)
        converted = rates(rng, arms, lifts)
        rows = {
            "customer_id": np.arange(count),
            "variant": arms,
            "converted": converted,
            "revenue": revenue(rng, converted),
        }
        others = {arm: lifts.get(arm, 0.0) for arm in shares if arm != "control"}
        options: dict[str, Any] = {"primary": (metric,), **asked}
        return Made((rows,), Asked(**options), None if drawn else others)

    return make


EVEN = {"control": 0.5, "email": 0.5}
SMALL_CONTROL = {"control": 0.1, "email": 0.9}
THREE = {"control": 1 / 3, "email": 1 / 3, "sms": 1 / 3}


def lost(rng: np.random.Generator) -> Made:
    """Of the arm's customers who did not convert a twelfth is missing: they look like an effect."""
    (rows,) = table(20_000, EVEN, {})(rng).tables
    keep = (rows["variant"] == "control") | (rows["converted"] == 1) | (rng.random(20_000) > 1.0 / 12.0)
    return Made(({name: column[keep] for name, column in rows.items()},), Asked(primary=("converted",)), None)


def repeated(rng: np.random.Generator) -> Made:
    """Rows come twice, some of them with the other arm's name; some have no arm, some no customer."""
    (rows,) = table(20_000, EVEN, {})(rng).tables
    again = rng.choice(20_000, 1200, replace=False)
    places = np.concatenate([np.arange(20_000), again])
    arms = rows["variant"][places].astype(object)
    arms[20_000:20_300] = np.where(arms[20_000:20_300] == "control", "email", "control")
    arms[rng.choice(20_000, 300, replace=False)] = None
    table_ = {name: column[places] for name, column in rows.items()} | {"variant": arms}
    return Made((table_,), Asked(unit="customer_id", primary=("converted",)), {"email": 0.0})


def orders(lift: float) -> Maker:
    """Return a maker of tables with a row for each order: customers who order more are in more rows."""

    def make(rng: np.random.Generator) -> Made:
        customers = 4000
        arms, often = lot(rng, customers, EVEN), 1 + rng.poisson(rng.gamma(0.5, 8.0, customers))
        usual = rng.lognormal(3.0, 0.8, customers) * np.where(arms == "email", 1.0 + lift, 1.0)
        who = np.repeat(np.arange(customers), often)
        spent = np.round(usual[who] * rng.lognormal(0.0, 0.3, len(who)), 2)
        rows = {"customer_id": who, "variant": arms[who], "revenue": spent}
        return Made((rows,), Asked(), {"email": lift})

    return make


def covariates(lift: float) -> Maker:
    """Return a maker of tables with a segment and last month's spend, both from before; clusters differ tenfold."""

    def make(rng: np.random.Generator) -> Made:
        count = 20_000
        segments = rng.choice(["new", "light", "heavy", "vip"], count, p=[0.5, 0.3, 0.17, 0.03])
        base = np.select([segments == "new", segments == "light", segments == "heavy"], [0.03, 0.08, 0.2], 0.35)
        arms = lot(rng, count, EVEN)
        converted = rates(rng, arms, {"email": lift}, base)
        rows = {
            "customer_id": np.arange(count),
            "variant": arms,
            "segment": segments,
            "last_month": np.round(rng.gamma(2.0, 40.0 * base), 2),
            "converted": converted,
        }
        return Made((rows,), Asked(covariates=("segment", "last_month"), primary=("converted",)), {"email": lift})

    return make


def events(lift: float, shares: Mapping[str, float], metric: str = "order:any:14") -> Maker:
    """Return a maker of assignments and events: events from before the assignment, of nobody assigned and too late for
    the window; assignments told twice, some of them later to the other arm.
    """

    def make(rng: np.random.Generator) -> Made:
        count = 15_000
        arms, assigned = lot(rng, count, shares), rng.integers(0, 20 * DAY, count)
        usual = rng.gamma(0.6, 0.4, count)
        factor = np.where(arms == "email", 1.0 + lift, 1.0)
        who, at = _happened(rng, assigned, usual, -14 * DAY, 0)
        for begin, end in ((0, 14 * DAY), (14 * DAY, 28 * DAY)):
            more = _happened(rng, assigned, usual * factor, begin, end)
            who, at = np.concatenate([who, more[0]]), np.concatenate([at, more[1]])
        strangers = rng.integers(count, 2 * count, 2000)
        who, at = np.concatenate([who, strangers]), np.concatenate([at, rng.integers(0, 40 * DAY, 2000)])
        happened = {
            "customer_id": who,
            "at": at + 1_700_000_000,
            "name": np.where(rng.random(len(who)) < 0.8, "order", "visit"),
            "amount": np.round(rng.lognormal(3.0, 1.5, len(who)), 2),
        }
        again = rng.choice(count, 450, replace=False)
        other = np.where(rng.random(450) < 0.5, arms[again], np.where(arms[again] == "email", "control", "email"))
        told = {
            "customer_id": np.concatenate([np.arange(count), again]),
            "variant": np.concatenate([arms, other]),
            "at": np.concatenate([assigned, assigned[again] + rng.integers(1, 9 * DAY, 450)]) + 1_700_000_000,
        }
        return Made((told, happened), Asked(metrics=(metric,), before=14.0), {"email": lift})

    return make


def _happened(rng: np.random.Generator, assigned: Any, rate: Any, begin: int, end: int) -> tuple[Any, Any]:
    """Return who did something, and when: ``rate`` times on average from ``begin`` to ``end`` after the assignment."""
    who = np.repeat(np.arange(len(assigned)), rng.poisson(rate))
    return who, assigned[who] + rng.integers(begin, end, len(who))


CASES: dict[str, Maker] = {
    "no effect, rate, 2,000": table(2000, EVEN, {}),
    "no effect, rate, 40,000": table(40_000, EVEN, {}),
    "no effect, heavy revenue": table(20_000, EVEN, {}, metric="revenue"),
    "no effect, heavy revenue, 10/90": table(30_000, SMALL_CONTROL, {}, metric="revenue"),
    "no effect, three arms": table(30_000, THREE, {}),
    "no effect, guessed all over": table(20_000, EVEN, {}, primary=()),
    "no effect, repeated and mixed rows": repeated,
    "no effect, a row for each order": orders(0.0),
    "no effect, covariates": covariates(0.0),
    "no effect, assignments and events": events(0.0, EVEN),
    "no effect, events, 10/90, revenue": events(0.0, SMALL_CONTROL, "order:sum:14"),
    "no effect, anytime": table(20_000, EVEN, {}, looks="anytime", planned=20_000),
    "1 % lift, equal arms": table(40_000, EVEN, {"email": 0.01}),
    "5 % lift, equal arms": table(40_000, EVEN, {"email": 0.05}),
    "6 % less, equal arms": table(100_000, EVEN, {"email": -0.06}),
    "30 % lift": table(20_000, EVEN, {"email": 0.3}),
    "30 % lift, 10/90": table(20_000, SMALL_CONTROL, {"email": 0.3}),
    "60 % lift, heavy revenue": table(40_000, EVEN, {"email": 0.6}, metric="revenue"),
    "30 % lift of one of three arms": table(30_000, THREE, {"email": 0.3}),
    "30 % lift, covariates": covariates(0.3),
    "30 % lift, assignments and events": events(0.3, EVEN),
    "20 % lift, a row for each order": orders(0.2),
    "broken, 52/48, nobody told": table(40_000, EVEN, {}, drawn={"control": 0.52, "email": 0.48}),
    "broken, 12/88, 10/90 told": table(
        20_000, SMALL_CONTROL, {}, split="0.1,0.9", drawn={"control": 0.12, "email": 0.88}
    ),
    "broken, one of three": table(30_000, THREE, {"sms": 0.2}, drawn={"control": 0.35, "email": 0.35, "sms": 0.3}),
    "broken, who did not convert is missing": lost,
}
"""By name."""


if __name__ == "__main__":
    main()
