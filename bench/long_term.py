"""Long-term value on a market where contacts tire: what each rung of the ladder brings a customer in 120 days.

Every policy learns from the same kind of log: 30 % of decisions are contacts drawn at random. The yardstick is the best
of the policies that only look at the next purchase, with the best weekly cap, learnt from the largest log; all that
learn use the same regressions (`segue.learning.long_term.curves`), so that planning is what differs. Our rung runs
through the product's code: `fit_long_term`, then `ValuePolicy` with its inverse-gap draw. The market is
`bench.fatigue_market`; how it was made, and what its figures are worth: docs/concepts/long-term-value.md.

    python3 dev.py bench long_term [--quick]
"""

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bench import fatigue_market as market
from bench.fatigue_bound import bound
from bench.fatigue_market import Day, Floats, Places, Result, draw_customers, simulate
from bench.report import report
from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.models.long_term import LongTerm
from segue.core.decisioning.policies.value import ValuePolicy
from segue.learning.long_term import DecisionLog, LongTermSettings, fit_long_term
from segue.learning.long_term.log import following
from segue.model.catalogue import ChannelSpec
from segue.model.snapshots import ModelSnapshot
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec, Workspace

DAYS, LOG_DAYS = 120, 30
CONTACTED = 0.3
"""Share of logged decisions that are contacts."""

NAMES = ("one", *market.INPUTS, *market.JUNK, *(f"fatigue_{channel}" for channel in market.CHANNELS), "fatigue_dose")
ARMS = tuple(("offer", channel) for channel in market.CHANNELS)
OPEN_TO = tuple(
    Scored("offer", channel, 0.0, 0.0, {"cost": float(cost)})
    for channel, cost in zip(market.CHANNELS, market.COSTS, strict=True)
)
SILENCE = Scored("", "", 0.0, 0.0)
PRICES = (0.1, 0.2, 0.4, 0.8)
CAPS = (1, 2, 3, 4)


class Counter(Struct, frozen=True):
    """How a policy counts contacts: the share left after a day, and what one tires by channel; learnt where None."""

    decay: float
    doses: tuple[float, ...] | None = None

    @property
    def settings(self) -> LongTermSettings:
        """Return what the planner is told of it."""
        doses = {} if self.doses is None else dict(zip(market.CHANNELS, self.doses, strict=True))
        return LongTermSettings(half_life_days=float(np.log(0.5) / np.log(self.decay)), doses=doses)


PRODUCT_DECAY = 0.5 ** (1.0 / 3.0)
"""What `core.decisioning.context` counts: each contact halves in three days."""

ALIKE = (1.0, 1.0, 1.0, 1.0)
TRUE_DOSES = tuple(market.DOSES.tolist())
PRODUCT = Counter(PRODUCT_DECAY)
COUNTERS = {
    "wrong_decay_low": Counter(0.6, ALIKE),
    "wrong_decay_high": Counter(0.88, ALIKE),
    "equal_doses": Counter(PRODUCT_DECAY, ALIKE),
    "true_decay_and_doses": Counter(market.DECAY, TRUE_DOSES),
}
"""Counters other than the product's own, which learns the doses."""


class Scale(Struct, frozen=True):
    """How large a run is: ``sizes`` are logged decisions, and how many independent logs of that size are tried."""

    customers: int
    sizes: dict[int, int]
    variants_at: int


FULL = Scale(10_000, {6_000: 4, 18_000: 4, 360_000: 1}, 18_000)
QUICK = Scale(1_000, {6_000: 1, 18_000: 1}, 18_000)


class Counted:
    """A policy's own count of contacts by channel, and how many there were in the last seven days."""

    def __init__(self, count: int, decay: float) -> None:
        self.counts = np.zeros((count, len(market.CHANNELS)))
        self._decay = decay
        self._week = np.zeros((7, count), dtype=np.int64)

    def contexts(self, day: Day) -> Floats:
        """Return what the policy sees of everybody: (n, len(NAMES))."""
        return np.column_stack([np.ones(len(day.x)), day.x, np.log1p(self.counts), self.counts.sum(axis=1)])

    def of_week(self) -> Places:
        """Return the contacts of the six days before."""
        return np.asarray(self._week.sum(axis=0))

    def add(self, day: Day, arms: Places) -> None:
        """Count the contacts of ``day``."""
        sent = np.flatnonzero(arms >= 0)
        self._week[(day.number + 1) % 7] = 0
        self._week[day.number % 7] = arms >= 0
        self.counts[sent, arms[sent]] += 1.0
        self.counts *= self._decay


class Run:
    """One market, its table so far, and its figures."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.customers = draw_customers(scale.customers, seed=1)
        self.rows: list[tuple[object, ...]] = []
        self.figures: dict[str, float] = {}

    def simulate(self, choose: Callable[[Day, Counted], Places], decay: float = PRODUCT_DECAY) -> Result:
        """Return what a policy brings that is given its own count of contacts."""
        counted = Counted(self.scale.customers, decay)
        return simulate(
            self.customers,
            DAYS,
            seed=1,
            choose=lambda day: choose(day, counted),
            watch=lambda day, arms, margin, withdraws: counted.add(day, arms),
        )

    def tell(self, name: str, results: Sequence[Result], decisions: int = 0, seconds: float = 0.0) -> float:
        """Add a row to the table and return the mean value a customer."""
        values = [result.value for result in results]
        self.rows.append(
            (
                name,
                f"{decisions:,}" if decisions else "",
                float(np.mean(values)),
                float(min(values)) if len(values) > 1 else None,
                f"{np.mean([result.reachable for result in results]):.2f}",
                f"{np.mean([result.weekly for result in results]):.2f}",
                f"{seconds:.1f}" if seconds else "",
            )
        )
        print(*self.rows[-1], file=sys.stderr)
        return float(np.mean(values))


def main() -> None:
    """Run every rung, print the table, write ``bench/results/long_term.json``."""
    is_quick = "--quick" in sys.argv[1:]
    run = Run(QUICK if is_quick else FULL)
    fixed(run)
    knowing = run.tell("everything known (500 customers)", [bound(500 if not is_quick else 60, DAYS)])
    run.figures["bound"] = round(knowing, 2)
    log = logged(max(run.scale.sizes), 100, PRODUCT_DECAY)
    best = shortsighted(run, log)
    run.figures["best_capped_myopic"] = round(best, 2)
    for size, repeats in run.scale.sizes.items():
        logs = [log] if size == len(log.arm) else [logged(size, 100 + n, PRODUCT_DECAY) for n in range(repeats)]
        run.tell("fitted Q, linear", [fitted_q(run, logs[0])], size)
        gain(run, "", logs, Counter(PRODUCT_DECAY), best)
        gain(run, "_known_doses", logs, Counter(PRODUCT_DECAY, TRUE_DOSES), best)
    for name, counter in COUNTERS.items():
        size = run.scale.variants_at
        logs = [logged(size, 100 + n, counter.decay) for n in range(run.scale.sizes[size])]
        gain(run, f"_{name}", logs, counter, best)
    headers = ["policy", "logged decisions", "value a customer", "worst log", "reachable", "contacts a week", "fit s"]
    report("long_term_quick" if is_quick else "long_term", headers, run.rows, run.figures)


def gain(run: Run, name: str, logs: Sequence[DecisionLog], counter: Counter, best: float) -> None:
    """Try our rung on ``logs``; its figures are relative to the best capped myopic policy: mean and worst log."""
    results, begin = [], time.process_time()
    policies = [learned(log, counter) for log in logs]
    seconds = (time.process_time() - begin) / len(logs)
    for policy in policies:
        results.append(run.simulate(planned(policy), counter.decay))
    size = len(logs[0].arm)
    mean = run.tell(f"long-term value{name.replace('_', ' ')}", results, size, seconds)
    key = f"gain{name}" if name.startswith("_wrong") else f"gain_{size // 1000}k{name}"
    run.figures[key] = round(mean / best - 1.0, 4)
    run.figures[f"{key}_worst_log"] = round(min(result.value for result in results) / best - 1.0, 4)


def fixed(run: Run) -> None:
    """Add the policies that learn nothing."""
    count = run.scale.customers
    chance = np.random.default_rng(7)
    run.tell("silence", [run.simulate(lambda day, counted: np.full(count, -1))])
    for name, share in (("random, 30 %", CONTACTED), ("always", 1.0)):
        result = run.simulate(
            lambda day, counted, share=share: np.where(
                chance.random(count) < share, chance.integers(len(ARMS), size=count), -1
            )
        )
        run.tell(name, [result])


def shortsighted(run: Run, log: DecisionLog) -> float:
    """Add the policies that look at the next purchase only; return the best value under a weekly cap."""
    counting = [place for place, name in enumerate(NAMES) if name.startswith("fatigue_")]
    blind_x = log.x.copy()
    blind_x[:, counting] = 0.0
    blind, seeing = (LongTerm(fit_long_term(each)[0]) for each in (replace(log, x=blind_x), log))
    size = len(log.arm)
    run.tell("myopic", [run.simulate(greedy(blind))], size)
    capped = [run.tell(f"myopic, {cap} a week", [run.simulate(greedy(blind, cap=cap))], size) for cap in CAPS]
    run.tell("myopic, fatigue as inputs", [run.simulate(greedy(seeing))], size)
    for price in PRICES:
        run.tell(f"myopic, a contact costs {price} more", [run.simulate(greedy(blind, price=price))], size)
    return max(capped)


def greedy(model: LongTerm, cap: int = 0, price: float = 0.0) -> Callable[[Day, Counted], Places]:
    """Return the policy that takes what brings most until the next decision, if that is more than it costs."""
    columns = [NAMES.index(name) for name in model.reads]

    def choose(day: Day, counted: Counted) -> Places:
        x, dose = model.read(counted.contexts(day)[:, columns])
        worth = model.weigh(x, dose, ARMS).gain - market.COSTS - price
        may = counted.of_week() < cap if cap else np.ones(len(x), dtype=bool)
        return np.where(may & (worth.max(axis=1) > 0.0), worth.argmax(axis=1), -1)

    return choose


def learned(log: DecisionLog, counter: Counter) -> ValuePolicy:
    """Return the product's policy, learnt from ``log``."""
    model, _ = fit_long_term(log, counter.settings)
    last = Instant(DAYS * DAY)
    snapshot = ModelSnapshot(
        kind="long_term", version="1", trained_from=Instant(0), trained_to=last, rows=len(log.arm), body=model
    )
    channels = tuple(ChannelSpec(name=channel, family="message") for channel in market.CHANNELS)
    spec = PolicySpec(name="value")
    return ValuePolicy(Workspace(name="market", policy=spec, channels=channels, models={"long_term": snapshot}))


def planned(policy: ValuePolicy) -> Callable[[Day, Counted], Places]:
    """Return draws from what ``policy`` says of everybody; of the first customers it is asked one by one as well."""
    chance = np.random.default_rng(11)

    def choose(day: Day, counted: Counted) -> Places:
        contexts = counted.contexts(day)
        odds = policy.many(NAMES, contexts, (*OPEN_TO, SILENCE))
        if day.number % 30 == 0:
            for row in range(3):
                context = Context(tuple(contexts[row].tolist()), NAMES, "message", Instant(day.number * DAY))
                alone = policy.probabilities(context, [*policy.score(context, OPEN_TO), SILENCE])
                assert np.allclose(alone, odds[row], atol=1e-9)
        arms = (np.cumsum(odds, axis=1) < chance.random(len(odds))[:, None]).sum(axis=1)
        return np.where(arms < len(ARMS), arms, -1)

    return choose


def fitted_q(run: Run, log: DecisionLog, gamma: float = 0.99, sweeps: int = 200) -> Result:
    """Return what fitted Q iteration brings, linear in inputs and count for each arm (Ernst, Geurts and Wehenkel 2005).

    Whoever withdraws goes on buying as silence does.
    """
    first, second, days = following(log)
    features = _features(log.x)
    rows = np.concatenate([first, np.flatnonzero(log.opted_out)])
    reward = log.reward - np.where(log.arm >= 0, market.COSTS[log.arm], 0.0)
    idle = float(log.reward[log.arm < 0].mean()) / (1.0 - gamma ** float(days.mean()))
    arms = [np.flatnonzero(log.arm[rows] == arm) for arm in range(-1, len(ARMS))]
    designs = [features[rows[each]] for each in arms]
    solvers = [np.linalg.solve(d.T @ d + np.eye(d.shape[1]), d.T) for d in designs]
    target = reward[rows].copy()
    weights = np.zeros((len(ARMS) + 1, features.shape[1]))
    for _ in range(sweeps):
        ahead = (features[second] @ weights.T).max(axis=1)
        later = np.concatenate([gamma**days * ahead, np.full(len(rows) - len(first), gamma * idle)])
        target = reward[rows] + later
        weights = np.array([solver @ target[each] for solver, each in zip(solvers, arms, strict=True)])

    def choose(day: Day, counted: Counted) -> Places:
        return (_features(counted.contexts(day)) @ weights.T).argmax(axis=1) - 1

    return run.simulate(choose)


def _features(x: Floats) -> Floats:
    count = x[:, -1:]
    return np.column_stack([x, count**2, np.log1p(count)])


def logged(size: int, seed: int, decay: float) -> DecisionLog:
    """Return a log of ``size`` exploring decisions; the last of each customer is left out, its end was not seen."""
    customers = draw_customers(size // 20 + 10, seed)
    count = len(customers.organic)
    chance, counted = np.random.default_rng((seed, 3)), Counted(count, decay)
    seen: list[tuple[Floats, Places, Floats, Floats]] = []

    def explore(day: Day) -> Places:
        arms = chance.integers(len(ARMS), size=count)
        return np.where(chance.random(count) < CONTACTED, arms, -1)

    def watch(day: Day, arms: Places, margin: Floats, withdraws: Floats) -> None:
        seen.append((counted.contexts(day), np.where(day.is_open, arms, -2), margin, withdraws))
        counted.add(day, arms)

    simulate(customers, LOG_DAYS, seed, explore, watch)
    arms = np.array([each[1] for each in seen])
    until = np.vstack([np.zeros(count), np.cumsum([each[2] for each in seen], axis=0)])
    withdrew = np.array([each[3] for each in seen])
    rows = []
    for customer in range(count):
        days = np.flatnonzero(arms[:, customer] > -2)
        ends = np.append(days[1:], LOG_DAYS)
        kept = len(days) if len(days) and withdrew[days[-1], customer] else len(days) - 1
        rows += [
            (customer, day, until[end, customer] - until[day, customer])
            for day, end in zip(days[:kept], ends[:kept], strict=True)
        ]
    customer, day, reward = (np.array(column) for column in zip(*rows[:size], strict=True))
    arm = arms[day, customer]
    return DecisionLog(
        customer=customer,
        at=day * DAY,
        inputs=NAMES,
        x=np.array([each[0] for each in seen])[day, customer],
        arms=ARMS,
        arm=arm,
        probability=np.where(arm < 0, 1.0 - CONTACTED, CONTACTED / len(ARMS)),
        reward=reward,
        opted_out=withdrew[day, customer],
        costs=market.COSTS,
    )


if __name__ == "__main__":
    main()
