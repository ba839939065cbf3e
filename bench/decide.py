"""How fast a placement gets its answer over HTTP: latency of ``POST /v1/decide`` under an open-loop load.

The real server with 24 standing actions, 12 of them with conditions over features; 2,000 customers with ten events
each. Every answer comes after the decision is durable.

    python3 dev.py bench decide
"""

import json
import tempfile
from pathlib import Path
from time import perf_counter

import httpx2

from bench.load.open_loop import Answers, Load, open_loop
from bench.load.served import Address, cpu_seconds, served
from bench.report import report

CUSTOMERS = 2_000
EVENTS_EACH = 10
SECONDS = 20.0
RATES = (300, 1000)

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


def main() -> None:
    """Measure, print one table, write ``bench/results/decide.json``."""
    with tempfile.TemporaryDirectory() as folder, served(write_workspace(Path(folder))) as address:
        fill(address)
        floor = measure_floor(address)
        measured = {rate: measure(address, rate) for rate in RATES}
    rows: list[tuple[object, ...]] = [("HTTP alone (refused)", RATES[0], *_figures(*floor))]
    figures = {"floor_p99_ms_at_300": floor[0].quantile(0.99)}
    for rate, (answers, cpu_us) in measured.items():
        rows.append((f"decide at {rate}/s", rate, *_figures(answers, cpu_us)))
        figures |= {
            f"p99_ms_at_{rate}": answers.quantile(0.99),
            f"p50_ms_at_{rate}": answers.quantile(0.5),
            f"achieved_at_{rate}": answers.achieved,
            f"cpu_us_at_{rate}": cpu_us,
        }
    report(
        "decide", ["what", "asked/s", "answered/s", "p50 ms", "p99 ms", "max ms", "server CPU us each"], rows, figures
    )
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


def measure(address: Address, rate: int) -> tuple[Answers, float]:
    """Ask at ``rate`` and return the answers, every one of them a decision, and the server's CPU time for each."""
    bodies = [
        json.dumps({"customer": {"user_id": f"u{user}"}, "placement": "hero", "context": {"page": "/"}}).encode()
        for user in range(CUSTOMERS)
    ]
    answers, cpu_us = _measure(address, bodies, rate)
    assert set(answers.statuses) == {200}, answers.statuses
    return answers, cpu_us


def measure_floor(address: Address) -> tuple[Answers, float]:
    """Ask for a placement that does not exist: what HTTP, keys and this machine's noise cost without a decision."""
    body = json.dumps({"customer": {"user_id": "u1"}, "placement": "nowhere"}).encode()
    answers, cpu_us = _measure(address, [body], RATES[0])
    assert set(answers.statuses) == {404}, answers.statuses
    return answers, cpu_us


def _measure(address: Address, bodies: list[bytes], rate: int) -> tuple[Answers, float]:
    load = Load(address.host, address.port, "/v1/decide", address.key, bodies, rate, SECONDS)
    cpu_before = cpu_seconds(address.pid)
    answers = open_loop(load)
    cpu = cpu_seconds(address.pid) - cpu_before
    return answers, cpu / (rate * SECONDS) * 1e6


def _figures(answers: Answers, cpu_us: float) -> tuple[float, ...]:
    return answers.achieved, answers.quantile(0.5), answers.quantile(0.99), answers.quantile(1), cpu_us


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
