"""How fast a placement gets its answer over HTTP: latency of ``POST /v1/decide`` under an open-loop load.

The real server with 24 standing actions, 12 of them with conditions over features; 2,000 customers with ten events
each. Every answer comes after the decision is durable.

    python3 dev.py bench decide
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import httpx2

from bench.load.bare import bare
from bench.load.open_loop import Answers, Load, open_loop
from bench.load.served import Address, cpu_seconds, served
from bench.report import report

CUSTOMERS = 2_000
EVENTS_EACH = 10
SECONDS = 20.0
RATE, FAST_RATE = 300, 1000
ROUNDS = 3

SEGUE = """
name: decide_bench
channels:
  site: {type: website}
placements:
  hero: {}
"""
FEATURES = """
traits:
  first_name: {type: text}
  plan: {type: text}
features:
  orders: {kind: count, event: order_completed}
  orders_30d: {kind: count, event: order_completed, window: 30d}
  revenue: {kind: sum, event: order_completed, of: revenue}
  revenue_30d: {kind: sum, event: order_completed, of: revenue, window: 30d}
  last_order: {kind: recency, event: order_completed}
  products: {kind: distinct, event: order_completed, of: sku}
  views_7d: {kind: count, event: page_viewed, window: 7d}
  interest: {kind: count, event: page_viewed, half_life: 7d}
"""
EVENTS = """
events:
  order_completed:
    properties: {revenue: number, sku: text}
  page_viewed:
    properties: {path: text}
"""
CONDITIONS = (
    "orders > 3",
    "revenue_30d > 50",
    "last_order < days(30)",
    "products >= 2 and plan != 'free'",
    "views_7d > 1 or interest > 2",
    "orders_30d == 0",
)


class Run(NamedTuple):
    """One measurement: what came back, and the server's CPU microseconds for each answer."""

    answers: Answers
    cpu_us: float


def main() -> None:
    """Measure, print one table, write ``bench/results/decide.json``."""
    with tempfile.TemporaryDirectory() as folder, served(write_workspace(Path(folder))) as address, bare() as nothing:
        fill(address)
        rounds = [(measure_bare(nothing), measure(address, RATE)) for _ in range(ROUNDS)]
        refused = measure_refused(address)
        fast = measure(address, FAST_RATE)
    baseline, ours = (_median_run(runs) for runs in zip(*rounds, strict=True))
    ratio = _p99(ours) / _p99(baseline)
    rows: list[tuple[object, ...]] = [
        (f"bare uvicorn, a constant (median of {ROUNDS} runs)", RATE, *_figures(*baseline)),
        ("HTTP and keys alone (refused)", RATE, *_figures(*refused)),
        (f"decide at {RATE}/s (median of {ROUNDS} runs)", RATE, *_figures(*ours)),
        (f"decide at {FAST_RATE}/s", FAST_RATE, *_figures(*fast)),
    ]
    figures = {
        "baseline_p99_ms_at_300": _p99(baseline),
        "ratio_p99": ratio,
        "floor_p99_ms_at_300": _p99(refused),
        **_named_figures(RATE, *ours),
        **_named_figures(FAST_RATE, *fast),
    }
    columns = ["what", "asked/s", "answered/s", "p50 ms", "p99 ms", "max ms", "server CPU us each"]
    report("decide", columns, rows, figures)
    every = "; ".join(f"{_p99(baseline):.1f} and {_p99(ours):.1f}" for baseline, ours in rounds)
    print(f"p99 of bare and decide at {RATE}/s, run by run: {every} ms. Median decide over median bare: {ratio:.1f}.")
    print("Goal: p99 under 10 ms at 300/s. Pega's contract: under 100 ms.")


def write_workspace(folder: Path) -> Path:
    """Write the benchmark's workspace."""
    (folder / "actions").mkdir()
    (folder / "segue.yaml").write_text(SEGUE)
    (folder / "features.yaml").write_text(FEATURES)
    (folder / "events.yaml").write_text(EVENTS)
    for number in range(24):
        condition = f'eligible_when: "{CONDITIONS[number % len(CONDITIONS)]}"\n' if number % 2 else ""
        (folder / f"actions/offer_{number}.yaml").write_text(
            f"action: offer_{number}\nvalue: {1 + number % 7}\nstanding: true\n{condition}variants:\n"
            "  - channel: site\n    placement: hero\n"
            f'    content: {{title: "Offer {number} for {{{{ customer.first_name }}}}"}}\n'
        )
    return folder


def fill(address: Address) -> None:
    """Send the customers' history."""
    begin = perf_counter()
    with httpx2.Client(
        base_url=f"http://{address.host}:{address.port}",
        headers={"authorization": f"Bearer {address.key}"},
        timeout=60,
    ) as http:
        for start in range(0, CUSTOMERS, 100):
            calls = [call for user in range(start, start + 100) for call in _history(user)]
            assert http.post("/v1/batch", json={"batch": calls}).status_code == 200
    print(f"{CUSTOMERS * (EVENTS_EACH + 1):,} events taken in {perf_counter() - begin:.1f} s")


def measure(address: Address, rate: int) -> Run:
    """Ask at ``rate``; every answer must be a decision."""
    return _measure(address, _asking(), rate)


def measure_refused(address: Address) -> Run:
    """Ask for a placement that does not exist: what HTTP, keys and this machine's noise cost without a decision."""
    body = json.dumps({"customer": {"user_id": "u1"}, "placement": "nowhere"}).encode()
    return _measure(address, [body], RATE, status=404)


def measure_bare(address: Address) -> Run:
    """Ask the server that does nothing, with bodies as long as those that ask ours."""
    return _measure(address, _asking(), RATE)


def _asking() -> list[bytes]:
    return [
        json.dumps({"customer": {"user_id": f"u{user}"}, "placement": "hero", "context": {"page": "/"}}).encode()
        for user in range(CUSTOMERS)
    ]


def _measure(address: Address, bodies: list[bytes], rate: int, *, status: int = 200) -> Run:
    load = Load(address.host, address.port, "/v1/decide", address.key, bodies, rate, SECONDS)
    cpu_before = cpu_seconds(address.pid)
    answers = open_loop(load)
    assert set(answers.statuses) == {status}, answers.statuses
    cpu = cpu_seconds(address.pid) - cpu_before
    return Run(answers, cpu / (rate * SECONDS) * 1e6)


def _median_run(runs: Sequence[Run]) -> Run:
    return sorted(runs, key=_p99)[len(runs) // 2]


def _p99(run: Run) -> float:
    return run.answers.quantile(0.99)


def _figures(answers: Answers, cpu_us: float) -> tuple[float, ...]:
    return answers.achieved, answers.quantile(0.5), answers.quantile(0.99), answers.quantile(1), cpu_us


def _named_figures(rate: int, answers: Answers, cpu_us: float) -> dict[str, float]:
    return {
        f"p99_ms_at_{rate}": answers.quantile(0.99),
        f"p50_ms_at_{rate}": answers.quantile(0.5),
        f"achieved_at_{rate}": answers.achieved,
        f"cpu_us_at_{rate}": cpu_us,
    }


def _history(user: int) -> list[dict[str, object]]:
    traits = {"firstName": f"Name{user}", "plan": "pro" if user % 3 else "free"}
    calls: list[dict[str, object]] = [{"type": "identify", "userId": f"u{user}", "traits": traits}]
    for number in range(EVENTS_EACH):
        if (user + number) % 3:
            properties: dict[str, object] = {"path": f"/p/{number}"}
            calls.append({"type": "page", "userId": f"u{user}", "properties": properties})
        else:
            properties = {"revenue": 5.0 + number, "sku": f"s{number % 4}"}
            calls.append({"type": "track", "event": "Order Completed", "userId": f"u{user}", "properties": properties})
    return calls


if __name__ == "__main__":
    main()
