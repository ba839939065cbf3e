"""What the policies are tried on: streams of customers with what each arm would bring, or brought.

Synthetic streams know every arm's chance, so regret is exact. Real logs know the outcome of the arm that was drawn.
"""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.models.shape import SILENCE, Arm

Floats = NDArray[np.float64]

CHANNELS, OFFERS, INPUTS = 4, 3, 32
BASE, COMMON_SD, BLOCK_SD, OWN_SD = -3.6, 0.1, 0.24, 0.1
"""Log-odds of the factored streams: at a random moment 9 % respond, to the best message 34 %, to nothing 3 %."""

FACTORED_STEPS, DELAY_STEPS = 20_000, 40_000
DELAY_MEAN, DELAY_WINDOW = 3_000, 10_000
SEND_COST = 0.06
DIGITS_PASSES = 3


class Stream(Struct):
    """One run's customers in order.

    Attributes:
        x: (n, d) inputs; the first is 1, the others of like size.
        arms: K candidates' blocks, as the product would make them; silence last where it may be chosen.
        words: (K,) the same for a learner that takes words: (namespace, word) each; none for silence.
        outcomes: (n, K) what each arm would bring, the same for every policy; of a log (n, 1), what the logged brought.
        costs: (K,) what choosing an arm costs for certain.
        chances: (n, K) expected outcome of each arm; None for a log.
        logged: (n,) the arm that a uniform draw had chosen; None where all outcomes are known.
        is_weighted: a log with too many arms to wait for a match: each row counts by its weight instead.
        delays: (n,) steps until an outcome is seen, within the window; None where at once.
    """

    name: str
    x: Floats
    arms: tuple[Arm, ...]
    words: tuple[tuple[tuple[str, str], ...], ...]
    outcomes: Floats
    costs: Floats
    chances: Floats | None = None
    logged: NDArray[np.intp] | None = None
    is_weighted: bool = False
    delays: Floats | None = None
    window: int = 0


def digits(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return handwritten digits to be named: 1 for the right name of ten, no silence; three passes, shuffled."""
    from sklearn.datasets import load_digits

    rng = np.random.default_rng((seed, 1))
    pixels, labels = load_digits(return_X_y=True)
    order = np.concatenate([rng.permutation(len(labels)) for _ in range(DIGITS_PASSES)])[:steps]
    right = np.eye(10)[labels[order]]
    names = [str(digit) for digit in range(10)]
    arms, words = _on_one_channel("web", names)
    return Stream("digits", _with_one(_standardised(pixels)[order]), arms, words, right, np.zeros(10), chances=right)


def factored(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return 4 channels x 3 offers, and silence: log-odds add over channel, offer and a little of each one's own."""
    rng = np.random.default_rng((seed, 2))
    x = _inputs(rng, steps or FACTORED_STEPS)
    return _messages("factored", rng, x, _chances(x, _weights(rng)))


def switch(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return the factored stream with everything that channels and offers do drawn anew in the middle."""
    rng = np.random.default_rng((seed, 3))
    x = _inputs(rng, steps or FACTORED_STEPS)
    half = len(x) // 2
    before, after = _weights(rng), _weights(rng)
    after[-1] = before[-1]
    return _messages("switch", rng, x, np.concatenate((_chances(x[:half], before), _chances(x[half:], after))))


def drift(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return the factored stream, its effects turning steadily into those of another draw from start to end."""
    rng = np.random.default_rng((seed, 4))
    x = _inputs(rng, steps or FACTORED_STEPS)
    before, after = _weights(rng), _weights(rng)
    angle = np.linspace(0.0, np.pi / 2.0, len(x))[:, None]
    logits = np.cos(angle) * (x @ before[:-1].T) + np.sin(angle) * (x @ after[:-1].T)
    base = (x @ before[-1])[:, None]
    return _messages("drift", rng, x, _expit(np.concatenate((base + logits, base), axis=1)))


def delay(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return the factored stream, twice as long, whose outcomes are seen late; after the window they are lost."""
    rng = np.random.default_rng((seed, 5))
    x = _inputs(rng, steps or DELAY_STEPS)
    stream = _messages("delay", rng, x, _chances(x, _weights(rng)))
    pace = len(x) / DELAY_STEPS
    stream.delays = rng.exponential(DELAY_MEAN * pace, len(x))
    stream.window = int(DELAY_WINDOW * pace)
    return stream


def hillstrom(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return Hillstrom's e-mail test (2008), rows shuffled: men's, women's or no e-mail; visits in two weeks."""
    return _hillstrom("hillstrom", seed, data, steps, 0.0)


def hillstrom_net(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return the same where an e-mail costs 0.06 visits, so that silence is sometimes right."""
    return _hillstrom("hillstrom_net", seed, data, steps, SEND_COST)


def open_bandit(seed: int, data: Path, steps: int | None = None) -> Stream:
    """Return the uniform log of the Open Bandit Dataset's sample: 80 items in 3 positions, clicks, in order of time."""
    import duckdb

    columns = "item_id, position, click, user_feature_0, user_feature_1, user_feature_2, user_feature_3"
    source = _file(data, "obd_all_random*.parquet")
    rows = duckdb.execute(f"SELECT {columns} FROM read_parquet(?) ORDER BY timestamp", [str(source)]).fetchall()[:steps]
    with gzip.open(_file(data, "obd_all_items*.csv.gz"), "rt", encoding="utf-8") as file:
        items = sorted(csv.DictReader(file), key=lambda item: int(item["item_id"]))
    arms = tuple(_item(item) for item in items)
    words = tuple((("a", item["item_id"]), ("c", item["item_feature_1"][:6])) for item in items)
    seen = np.column_stack([_levels([str(row[column]) for row in rows]) for column in (1, 3, 4, 5, 6)])
    return Stream(
        "open_bandit",
        _with_one(seen),
        arms,
        words,
        np.array([[float(row[2])] for row in rows]),
        np.zeros(len(arms)),
        logged=np.array([row[0] for row in rows], dtype=np.intp),
        is_weighted=True,
    )


def _hillstrom(name: str, seed: int, data: Path, steps: int | None, cost: float) -> Stream:
    with gzip.open(_file(data, "hillstrom*.csv.gz"), "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    order = np.random.default_rng((seed, 6)).permutation(len(rows))[:steps]
    rows = [rows[index] for index in order]
    numbers = np.array([[float(row[key]) for key in ("recency", "mens", "womens", "newbie")] for row in rows])
    money = np.log1p([[float(row["history"])] for row in rows])
    levels = [_levels([row[key] for row in rows]) for key in ("zip_code", "channel")]
    arms, words = _on_one_channel("email", ["Mens E-Mail", "Womens E-Mail"])
    segments = ["Mens E-Mail", "Womens E-Mail", "No E-Mail"]
    return Stream(
        name,
        _with_one(_standardised(np.column_stack((numbers, money, *levels)))),
        (*arms, SILENCE),
        (*words, ()),
        np.array([[float(row["visit"])] for row in rows]),
        np.array([cost, cost, 0.0]),
        logged=np.array([segments.index(row["segment"]) for row in rows], dtype=np.intp),
    )


def _item(item: dict[str, str]) -> Arm:
    return (
        ("channel:web", 1.0),
        (f"action:{item['item_id']}", 1.0),
        (f"category:{item['item_feature_1'][:6]}", 1.0),
        ("content:feature", float(item["item_feature_0"])),
        (f"own:{item['item_id']}/web", 1.0),
    )


def _file(data: Path, pattern: str) -> Path:
    """Return the file of ``data`` that matches ``pattern``; the first by name."""
    found = sorted(data.glob(pattern))
    if not found:
        raise FileNotFoundError(f"There is no {pattern} in {data}: give its folder by --data.")
    return found[0]


def _levels(words: list[str]) -> Floats:
    """Return 1 where a row has a level, for all but the commonest."""
    values, counts = np.unique(words, return_counts=True)
    others = np.delete(values, int(counts.argmax()))
    return (np.array(words)[:, None] == others).astype(np.float64)


def _inputs(rng: np.random.Generator, n: int) -> Floats:
    return _with_one(rng.normal(size=(n, INPUTS - 1)))


def _weights(rng: np.random.Generator) -> Floats:
    """Return (K, d): log-odds of each message's effect, and last of doing nothing."""

    def block(sd: float) -> Floats:
        return rng.normal(size=INPUTS) * sd

    channels = [block(BLOCK_SD) for _ in range(CHANNELS)]
    offers = [block(BLOCK_SD) for _ in range(OFFERS)]
    messages = [channel + offer + block(OWN_SD) for channel in channels for offer in offers]
    common = block(COMMON_SD)
    common[0] += BASE
    return np.array([*messages, common])


def _chances(x: Floats, weights: Floats) -> Floats:
    logits = x @ weights.T
    logits[:, :-1] += logits[:, -1:]
    return _expit(logits)


def _messages(name: str, rng: np.random.Generator, x: Floats, chances: Floats) -> Stream:
    pairs = [(f"c{channel}", f"o{offer}") for channel in range(CHANNELS) for offer in range(OFFERS)]
    arms: list[Arm] = [
        ((f"channel:{c}", 1.0), (f"action:{o}", 1.0), ("category:marketing", 1.0), (f"own:{o}/{c}", 1.0))
        for c, o in pairs
    ]
    words = [(("c", c), ("o", o), ("a", f"{c}{o}")) for c, o in pairs]
    outcomes = (rng.random(chances.shape) < chances).astype(np.float64)
    return Stream(name, x, (*arms, SILENCE), (*words, ()), outcomes, np.zeros(len(arms) + 1), chances=chances)


def _on_one_channel(channel: str, names: list[str]) -> tuple[tuple[Arm, ...], tuple[tuple[tuple[str, str], ...], ...]]:
    """Return arms of actions that share one channel and one category, and their words."""
    arms: tuple[Arm, ...] = tuple(
        (
            (f"channel:{channel}", 1.0),
            (f"action:{name}", 1.0),
            ("category:marketing", 1.0),
            (f"own:{name}/{channel}", 1.0),
        )
        for name in names
    )
    return arms, tuple((("a", name.replace(" ", "_")),) for name in names)


def _with_one(values: Floats) -> Floats:
    return np.column_stack((np.ones(len(values)), values))


def _standardised(values: Floats) -> Floats:
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def _expit(logits: Floats) -> Floats:
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


STREAMS: dict[str, Callable[[int, Path, int | None], Stream]] = {
    "digits": digits,
    "factored": factored,
    "switch": switch,
    "drift": drift,
    "delay": delay,
    "hillstrom": hillstrom,
    "hillstrom_net": hillstrom_net,
    "open_bandit": open_bandit,
}
