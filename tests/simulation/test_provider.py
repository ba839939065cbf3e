"""Providers: failures, dead addresses and lost receipts at the rates that they are declared with."""

from statistics import fmean

import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.time import MINUTE
from segue.simulation.dice import Dice
from segue.simulation.provider import USUAL, Provider

DICE = [Dice("market", number) for number in range(4_000)]


def test_by_default_everything_goes_well() -> None:
    assert {USUAL.answer(dice, "email", "offer/1", 1) for dice in DICE[:50]} == {DeliveryStatus.ACCEPTED}
    assert not any(USUAL.is_dead(dice, "email") for dice in DICE[:50])
    assert all(USUAL.receipt_after(dice, "email", "offer/1", DeliveryStatus.OPENED) is not None for dice in DICE[:50])


def test_rates_are_kept() -> None:
    provider = Provider(fails=0.2, bounces=0.1, lost=0.3, delay=5 * MINUTE)
    failed = [provider.answer(dice, "email", "offer/1", 1) == DeliveryStatus.RETRYABLE for dice in DICE]
    assert fmean(failed) == pytest.approx(0.2, abs=0.02)
    assert fmean(provider.is_dead(dice, "email") for dice in DICE) == pytest.approx(0.1, abs=0.015)
    after = [provider.receipt_after(dice, "email", "offer/1", DeliveryStatus.OPENED) for dice in DICE]
    told = [each for each in after if each is not None]
    assert 1.0 - len(told) / len(after) == pytest.approx(0.3, abs=0.02)
    assert fmean(told) == pytest.approx(5 * MINUTE, rel=0.06)


def test_another_attempt_is_another_chance_and_a_dead_address_stays_dead() -> None:
    provider = Provider(fails=0.5, bounces=0.5)
    answers = {provider.answer(DICE[0], "email", "offer/1", attempt) for attempt in range(20)}
    assert answers == {DeliveryStatus.ACCEPTED, DeliveryStatus.RETRYABLE}
    assert provider.is_dead(DICE[0], "email") == provider.is_dead(Dice("market", 0), "email")
