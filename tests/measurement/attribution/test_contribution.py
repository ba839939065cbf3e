"""What channels add by their ghosts: by hand, and the variance against resampling of customers."""

import math

import duckdb
import numpy as np
import pytest

from segue.measurement.attribution.contribution import contributions
from segue.measurement.quantiles import student_quantile
from segue.model.errors import SegueError
from tests.measurement.attribution.known_truth import known_market


def test_one_channel_is_the_difference_of_two_rates() -> None:
    buyers = {*range(0, 400, 10), 400, 450}
    rows = [("push", number, number >= 400, float(number in buyers)) for number in range(500)]
    channel, everything = contributions(_table(rows), "decided")

    mean, ghost_mean = 0.1, 0.02
    error = math.sqrt(mean * (1 - mean) / 399 + ghost_mean * (1 - ghost_mean) / 99)
    assert (channel.contacts, channel.ghosts) == (400, 100)
    assert channel.per_contact.estimate == pytest.approx(mean - ghost_mean)
    assert channel.per_contact.high == pytest.approx(mean - ghost_mean + student_quantile(0.975, 99) * error)
    assert channel.incremental.estimate == pytest.approx(400 * 0.08)
    assert everything.channel == ""
    assert everything.incremental.high == pytest.approx(channel.incremental.high)


def test_contacts_of_one_customer_are_not_independent() -> None:
    rng = np.random.default_rng(4)
    rows = []
    for customer in range(600):
        habit, is_ghost = rng.normal(5, 2), bool(rng.random() < 0.3)
        rows += [
            ("email", customer, is_ghost, float(habit + rng.normal(0, 0.5))) for _ in range(int(rng.integers(1, 6)))
        ]
        rows += [("sms", customer, bool(rng.random() < 0.4), float(habit + rng.normal(0, 0.5)))]
    found = {each.channel: each for each in contributions(_table(rows), "decided")}
    resampled = _resampled(rows, rng)

    for channel, values in resampled.items():
        half = (found[channel].incremental.high - found[channel].incremental.low) / 2
        assert half / student_quantile(0.975, 150) == pytest.approx(float(np.std(values)), rel=0.12)


def _resampled(rows: list[tuple[str, int, bool, float]], rng: np.random.Generator) -> dict[str, list[float]]:
    """Return increments of each channel and of all, at the contacts' real number, of samples of whole customers."""
    customers = np.array([row[1] for row in rows])
    values = np.array([row[3] for row in rows])
    ghosts = np.array([row[2] for row in rows])
    names = np.array([row[0] for row in rows])
    found: dict[str, list[float]] = {"email": [], "sms": [], "": []}
    for _ in range(600):
        weights = np.bincount(rng.integers(0, 600, 600), minlength=600)[customers]
        every = 0.0
        for channel in ("email", "sms"):
            sent, held = (names == channel) & ~ghosts, (names == channel) & ghosts
            difference = np.average(values[sent], weights=weights[sent]) - np.average(
                values[held], weights=weights[held]
            )
            found[channel].append(float(sent.sum() * difference))
            every += found[channel][-1]
        found[""].append(every)
    return found


def test_intervals_cover_the_truth_of_small_markets_at_their_level() -> None:
    covered = []
    for seed in range(30):
        market = known_market(100 + seed, customers=20_000)
        for each in contributions(market.duck, "decided"):
            truth = market.truth[each.channel] if each.channel else sum(market.truth.values())
            covered.append(each.incremental.covers(truth))

    assert len(covered) == 150
    assert 0.90 <= np.mean(covered) <= 0.99


def test_a_channel_without_ghosts_cannot_be_compared() -> None:
    rows = [("push", number, False, 1.0) for number in range(10)]
    with pytest.raises(SegueError, match="0 held out"):
        contributions(_table(rows), "decided")
    with pytest.raises(SegueError, match="There are no contacts"):
        contributions(_table([]), "decided")


def _table(rows: list[tuple[str, int, bool, float]]) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect()
    duck.execute("CREATE TABLE decided (channel VARCHAR, customer_id BIGINT, is_ghost BOOLEAN, conversions DOUBLE)")
    if rows:
        columns = {
            name: np.array(part) for name, part in zip(("c", "i", "g", "v"), zip(*rows, strict=True), strict=True)
        }
        columns["c"] = columns["c"].astype(object)
        duck.register("given", columns)
        duck.execute("INSERT INTO decided SELECT c, i, g, v FROM given")
    return duck
