"""Paths at scale: 100,000 customers' contacts and conversions to Markov credits and Sankey links, and the rest.

python -m bench.measure_paths [--quick]
"""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

import duckdb
import numpy as np

from bench.report import report
from segue.measurement.attribution import Paths, attribute, collect_paths, contact_links
from segue.measurement.paths import (
    Cases,
    detours,
    follows,
    funnel,
    read_cases,
    sankey_links,
    shortcuts,
    whole_ways,
)

Result = TypeVar("Result")

PATHS = 100_000
CHANNELS = ("email", "push", "sms", "web", "display", "search", "social", "call", "app", "post")
GOAL_SECONDS = 0.5
CASES = '(SELECT customer_id AS case_id, "at", channel AS activity FROM contacts)'
HEADERS = ("work", "rows", "CPU s", "wall s", "goal s")


def contacts_on(duck: duckdb.DuckDBPyConnection, paths: int) -> None:
    """Create ``contacts`` (4 a customer on average, 10 channels) and ``conversions`` (one in ten customers)."""
    rng = np.random.default_rng(11)
    lengths = rng.geometric(0.25, paths)
    customers = np.repeat(np.arange(paths), lengths)
    columns = {
        "customer_id": customers,
        "second": rng.integers(0, 29 * 86_400, len(customers)),
        "number": np.minimum(rng.geometric(0.3, len(customers)) - 1, len(CHANNELS) - 1),
    }
    duck.register("given", columns)
    names = "['" + "', '".join(CHANNELS) + "']"
    duck.execute(
        f"""
        CREATE TABLE contacts AS SELECT customer_id, TIMESTAMP '2026-01-01' + to_seconds(second) AS "at",
            {names}[number + 1] AS channel FROM given
        """
    )
    buyers = {"customer_id": np.flatnonzero(rng.random(paths) < 0.1)}
    duck.register("given", buyers)
    duck.execute("""
        CREATE TABLE conversions AS SELECT customer_id, TIMESTAMP '2026-01-30' AS "at", 40.0 AS value FROM given
    """)


def bench_paths(paths: int = PATHS) -> tuple[list[tuple[object, ...]], dict[str, float]]:
    """Return the rows of the table, and ``seconds_paths_100k``: CPU seconds on one thread from unordered contacts and
    conversions to Markov credits and Sankey links.
    """
    duck = duckdb.connect(config={"threads": 1})
    contacts_on(duck, paths)
    ((events,),) = duck.execute("SELECT count(*) FROM contacts").fetchall()
    rows: list[tuple[object, ...]] = []
    cpu: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Result]) -> Result:
        busy, clock = time.process_time(), time.perf_counter()
        found = work()
        cpu[name] = time.process_time() - busy
        rows.append((name, events, f"{cpu[name]:.3f}", f"{time.perf_counter() - clock:.3f}", None))
        return found

    collected = timed("collect paths", lambda: collect_paths(duck, "contacts", "conversions"))
    timed("Markov credits", lambda: attribute(collected, "markov"))
    timed("Sankey links, 6 contacts", lambda: contact_links(collected))
    asked = sum(cpu.values())
    rows.append(("Markov and Sankey from rows", events, f"{asked:.3f}", None, GOAL_SECONDS))
    cases = timed("order cases of any activity", lambda: read_cases(duck, CASES))
    for name, work in _others(collected, cases).items():
        timed(name, work)
    return rows, {"seconds_paths_100k": asked, **{f"seconds_{_key(name)}": used for name, used in cpu.items()}}


def _others(collected: Paths, cases: Cases) -> dict[str, Callable[[], object]]:
    expected = CHANNELS[:4]
    return {
        "Shapley credits": lambda: attribute(collected, "shapley"),
        "Sankey links of cases, 6 steps": lambda: sankey_links(cases),
        "directly follows, median gaps": lambda: follows(cases),
        "whole ways": lambda: whole_ways(cases),
        "funnel of 4 in 7 days": lambda: funnel(cases, expected, window_days=7),
        "shortcuts": lambda: shortcuts(cases, expected),
        "detours": lambda: detours(cases, expected),
    }


def _key(name: str) -> str:
    return "_".join(name.replace(",", "").lower().split())


if __name__ == "__main__":
    table, figures = bench_paths(2_000 if "--quick" in sys.argv else PATHS)
    report("measure_paths", HEADERS, table, figures)
