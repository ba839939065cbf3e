"""Figures: ratios with the errors that resampling residents gives, and differences of the same residents."""

import numpy as np
import pytest

from segue.simulation.account import Accounts
from segue.simulation.figures import FIGURES, compare, ratio, shift, tell

RNG = np.random.default_rng(3)
WEEKS = RNG.uniform(2.0, 8.0, 400)
CONTACTS = RNG.poisson(2.0 * WEEKS).astype(float)


def resampled(figure, count: int = 2_000) -> float:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(4)
    return float(np.std([figure(rng.integers(400, size=400)) for _ in range(count)]))


def test_a_ratio_is_of_totals_and_its_error_that_of_drawing_residents_again() -> None:
    found = ratio(CONTACTS, WEEKS)
    assert found.value == pytest.approx(CONTACTS.sum() / WEEKS.sum())
    assert found.error == pytest.approx(resampled(lambda rows: CONTACTS[rows].sum() / WEEKS[rows].sum()), rel=0.08)
    assert (found.low, found.high) == pytest.approx(
        (found.value - 1.96 * found.error, found.value + 1.96 * found.error), rel=1e-4
    )


def test_what_both_arms_have_in_common_cancels() -> None:
    fewer = np.maximum(CONTACTS - (RNG.random(400) < 0.3), 0.0)
    ahead, relative = compare((fewer, WEEKS), (CONTACTS, WEEKS))
    assert ahead.value == pytest.approx((fewer.sum() - CONTACTS.sum()) / WEEKS.sum())
    apart = np.hypot(ratio(fewer, WEEKS).error, ratio(CONTACTS, WEEKS).error)
    assert ahead.error < 0.3 * apart
    assert relative is not None
    assert relative.value == pytest.approx(fewer.sum() / CONTACTS.sum() - 1.0)
    redrawn = resampled(lambda rows: fewer[rows].sum() / CONTACTS[rows].sum())
    assert relative.error == pytest.approx(redrawn, rel=0.08)
    assert relative.low < relative.value < relative.high < 0.0


def test_an_arm_against_itself_is_exactly_level() -> None:
    ahead, relative = compare((CONTACTS, WEEKS), (CONTACTS, WEEKS))
    assert (ahead.value, ahead.error) == (0.0, 0.0)
    assert relative is not None
    assert relative.value == 0.0


def test_a_shift_is_told_of_the_same_residents_before_and_after() -> None:
    fewer, fewest = 0.5 * CONTACTS, 0.25 * CONTACTS
    base = (CONTACTS, WEEKS)
    moved = shift(((fewest, WEEKS), base), ((fewer, WEEKS), base))
    assert moved.value == pytest.approx(-0.25 * CONTACTS.sum() / WEEKS.sum())
    assert moved.error == pytest.approx(0.25 * ratio(*base).error), "what the baselines have in common cancels"
    assert shift((base, base), (base, base)).error == 0.0


def test_a_handful_of_events_is_no_ground_for_percents() -> None:
    rare = np.zeros(400)
    rare[:3] = 1.0
    ahead, relative = compare((rare, WEEKS), (CONTACTS, WEEKS))
    assert ahead.value < 0.0
    assert relative is None


def test_every_figure_is_told_for_every_arm_that_has_it() -> None:
    half = Accounts(0, 2, {"days": np.array([14.0, 7.0]), "contact/email": np.array([4.0, 2.0])}, {})
    busy = Accounts(
        *(0, 2),
        {
            "days": np.array([14.0, 14.0]),
            "contact/email": np.array([6.0, 2.0]),
            "contact/sms": np.array([2.0, 0.0]),
            "report/clicked": np.array([1.0, 1.0]),
            "event/bought": np.array([1.0, 0.0]),
            "sum/bought": np.array([9.0, 0.0]),
            "cost": np.array([1.0, 0.5]),
        },
        {},
    )
    told = tell({"busy": busy, "half": half}, "busy", weeks=2, conversions=("bought",), ending="left")
    found = {(each.arm, each.figure): each.estimate.value for each in told}
    assert found["busy", "messages"] == pytest.approx(10.0 / 4.0)
    assert found["half", "messages"] == pytest.approx(6.0 / 3.0)
    assert found["busy", "clicks"] == pytest.approx(0.2)
    assert found["half", "churn"] == pytest.approx(1.0 / (21.0 / 30.4375))
    assert found["busy", "conversions"] == pytest.approx(0.5)
    assert found["busy", "value"] == pytest.approx((9.0 - 1.5) / 2.0)
    assert ("half", "opt_outs") not in found, "nobody opted out anywhere"
    assert {each.figure for each in told} <= {figure.name for figure in FIGURES}
    assert all((each.ahead is None) == (each.arm == "busy") for each in told)


def test_an_interval_of_what_is_counted_does_not_reach_below_nothing_and_that_of_a_balance_does() -> None:
    few = Accounts(0, 4, {"days": np.full(4, 14.0), "contact/email": np.ones(4), "cost": np.array([9.0, 0, 0, 0])}, {})
    few.columns["opt_out/email"] = np.array([1.0, 0.0, 0.0, 0.0])
    told = {each.figure: each.estimate for each in tell({"few": few}, "few", weeks=2, conversions=(), ending="")}
    assert told["opt_outs"].value == pytest.approx(250.0)
    assert told["opt_outs"].low == 0.0
    assert told["opt_outs"].high > 700.0
    assert told["value"].low < told["value"].value < 0.0 < told["value"].high


def test_an_arm_without_messages_has_no_figure_per_message() -> None:
    days, residents = np.full(40, 14.0), np.arange(40.0)
    busy = Accounts(0, 40, {"days": days, "contact/email": 1.0 + residents, "report/clicked": residents % 2}, {})
    silent = Accounts(0, 40, {"days": days}, {})
    for baseline in ("busy", "silent"):
        told = tell({"busy": busy, "silent": silent}, baseline, weeks=2, conversions=(), ending="")
        clicks = [each for each in told if each.figure == "clicks"]
        assert [(each.arm, each.ahead, each.relative) for each in clicks] == [("busy", None, None)]
        assert {each.arm for each in told if each.figure == "messages"} == {"busy", "silent"}
