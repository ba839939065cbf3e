"""Whether what the long-term benchmark shows holds where contacts tire otherwise: its market with other constants.

    python3 -m bench.fatigue_variations

Nothing was set with these markets in view. 3,000 customers; the yardstick learns from 120,000 decisions, our rung from
18,000, three times.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from msgspec.structs import replace

from bench import fatigue_market as market
from bench.long_term import CAPS, NAMES, PRODUCT, PRODUCT_DECAY, Run, Scale, greedy, learned, logged, planned
from bench.report import report
from segue.core.decisioning.models.long_term import LongTerm
from segue.learning.long_term import fit_long_term

VARIATIONS: dict[str, dict[str, object]] = {
    "withdrawals twice as likely": {"HAZARD": 2.0 * market.HAZARD},
    "fatigue passes half as fast": {"DECAY": market.DECAY**0.5},
    "two light channels, two heavy": {"DOSES": np.array([0.5, 0.5, 1.5, 1.5])},
    "all channels alike": {"DOSES": np.ones(4)},
}
SCALE = Scale(3_000, {18_000: 3}, 18_000)
_YARDSTICK = 120_000


@contextmanager
def changed(constants: Mapping[str, object]) -> Iterator[None]:
    """Give the market other constants for a while."""
    before = {name: getattr(market, name) for name in constants}
    try:
        for name, value in constants.items():
            setattr(market, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(market, name, value)


def compared() -> tuple[float, float, float]:
    """Return the best capped myopic policy's value a customer, then our rung's mean and its worst log's."""
    run = Run(SCALE)
    log = logged(_YARDSTICK, 300, PRODUCT_DECAY)
    blind = log.x.copy()
    blind[:, [place for place, name in enumerate(NAMES) if name.startswith("fatigue_")]] = 0.0
    model = LongTerm(fit_long_term(replace(log, x=blind))[0])
    best = max(run.simulate(greedy(model, cap=cap)).value for cap in CAPS)
    logs = [logged(size, 300 + n, PRODUCT_DECAY) for size, times in SCALE.sizes.items() for n in range(times)]
    values = [run.simulate(planned(learned(each, PRODUCT))).value for each in logs]
    return best, float(np.mean(values)), min(values)


def main() -> None:
    """Compare on each variation, print the table, write ``bench/results/fatigue_variations.json``."""
    rows, figures = [], {}
    for name, constants in VARIATIONS.items():
        with changed(constants):
            best, mean, worst = compared()
        rows.append((name, best, mean, worst, f"{mean / best - 1.0:+.1%}"))
        key = name.replace(",", "").replace(" ", "_")
        figures |= {f"gain_{key}": round(mean / best - 1.0, 4), f"gain_{key}_worst_log": round(worst / best - 1.0, 4)}
    headers = ["market", "best capped myopic", "value from 18,000", "worst log", "gain"]
    report("fatigue_variations", headers, rows, figures)


if __name__ == "__main__":
    main()
