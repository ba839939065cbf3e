"""Dice: the same name gives the same number, another name another one, and they are spread as they say."""

from hashlib import blake2b
from statistics import fmean, pstdev, variance

import pytest

from segue.simulation.dice import Dice

DICE = [Dice("market", number) for number in range(4_000)]


def test_a_draw_has_a_name() -> None:
    assert Dice("market", 7).uniform("opens", 3) == Dice("market", 7).uniform("opens", 3)
    others = {
        Dice("market", 7).uniform("opens", 4),
        Dice("market", 8).uniform("opens", 3),
        Dice("m", 7).uniform("opens", 3),
    }
    assert len(others | {Dice("market", 7).uniform("opens", 3)}) == 4


def test_a_draw_is_a_hash_of_market_customer_and_name() -> None:
    digest = blake2b(b"7\x1fopens\x1f3", digest_size=8, key=blake2b(b"market").digest()).digest()
    assert Dice("market", 7).uniform("opens", 3) == (int.from_bytes(digest, "big") >> 11) / 2.0**53


def test_asking_for_one_thing_changes_nothing_about_another() -> None:
    asked = Dice("market", 7)
    asked.uniform("something else")
    assert asked.uniform("opens") == Dice("market", 7).uniform("opens")


def test_numbers_are_spread_as_they_say() -> None:
    uniform = [dice.uniform("u") for dice in DICE]
    assert 0.0 <= min(uniform) < 0.01
    assert 0.99 < max(uniform) < 1.0
    assert fmean(uniform) == pytest.approx(0.5, abs=0.015)
    normal = [dice.normal("n") for dice in DICE]
    assert (fmean(normal), pstdev(normal)) == (pytest.approx(0.0, abs=0.05), pytest.approx(1.0, abs=0.05))
    assert fmean(dice.exponential(3.0, "e") for dice in DICE) == pytest.approx(3.0, rel=0.05)
    assert fmean(dice.happens(0.2, "h") for dice in DICE) == pytest.approx(0.2, abs=0.02)
    logs = sorted(dice.lognormal(5.0, 0.7, "l") for dice in DICE)
    assert logs[len(logs) // 2] == pytest.approx(5.0, rel=0.05)


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0])
def test_counts_are_poisson(mean: float) -> None:
    counts = [dice.count(mean, "c") for dice in DICE]
    assert fmean(counts) == pytest.approx(mean, abs=0.1)
    assert variance(counts) == pytest.approx(mean, rel=0.1, abs=1e-9)
