"""One check of one message at cue-notify's embedded gate (MIT): quiet hours, two caps, a cooldown; SQLite in memory.

Runs under the peer's own interpreter; prints CPU microseconds for each check (median of rounds).
"""

import statistics
import time
from datetime import UTC, datetime, timedelta

from cue_notify.embedded import Gate

ROUNDS, CHECKS = 7, 200


def main() -> None:
    """Print what a check costs a person with a year's worth of allowed messages behind them."""
    clock = [datetime(2026, 1, 5, 10, tzinfo=UTC)]
    gate = Gate(
        timezone="Europe/London",
        quiet_hours=("21:00", "08:00"),
        caps={"promo": [(86_400, 1), (7 * 86_400, 4)]},
        cooldowns={"promo": 7200},
        clock=lambda: clock[0],
    )
    for _ in range(60):
        decision = gate.check("someone", category="promo")
        if str(decision.action).endswith("send"):
            gate.sent(decision)
        clock[0] += timedelta(hours=41)
    costs = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(CHECKS):
            gate.check("someone", category="promo")
            clock[0] += timedelta(seconds=1)
        costs.append((time.process_time() - started) / CHECKS * 1e6)
    print(f"{statistics.median(costs):.1f}")


if __name__ == "__main__":
    main()
