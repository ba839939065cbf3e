"""Scales: where amounts stand, and which are written down."""

import pytest

from segue.measurement.drawing.numbers import SHARE
from segue.measurement.drawing.scale import scale

NAN, INFINITE = float("nan"), float("inf")


def test_amounts_stand_evenly_between_round_ends() -> None:
    found = scale([0.3, 9.7], 100.0, 200.0)
    assert (found.low, found.high, found.step) == (0.0, 10.0, 2.0)
    assert [found.place(each) for each in (0.0, 5.0, 10.0)] == [100.0, 150.0, 200.0]
    assert [(tick.place, tick.words) for tick in found.ticks()] == [
        (100.0 + 10.0 * amount, str(amount)) for amount in (0, 2, 4, 6, 8, 10)
    ]


def test_it_can_run_upwards() -> None:
    found = scale([0.0, 4.0], 200.0, 100.0)
    assert found.place(1.0) == 175.0


def test_what_is_outside_stands_at_the_edge_and_what_is_no_number_is_ignored() -> None:
    found = scale([1.0, None, NAN, INFINITE, 3.0], 0.0, 10.0)
    assert found.high <= 3.0
    assert found.place(INFINITE) == 10.0
    assert found.place(-INFINITE) == 0.0


def test_a_tight_scale_ends_just_outside_and_has_round_ticks_within() -> None:
    found = scale([1.02, 1.98], 0.0, 100.0, is_tight=True)
    assert 0.9 < found.low < 1.02
    assert 1.98 < found.high < 2.1
    assert all(found.low <= tick.value <= found.high for tick in found.ticks())


@pytest.mark.parametrize("amounts", [[], [None, NAN], [0.0], [0.0, 0.0], [7.0], [-7.0, -7.0], [1e-9], [1e9]])
@pytest.mark.parametrize("with_zero", [True, False])
def test_there_is_a_scale_for_whatever_there_is(amounts: list[float | None], with_zero: bool) -> None:
    found = scale(amounts, 0.0, 100.0, with_zero=with_zero)
    assert found.low < found.high
    assert len(found.ticks()) >= 2
    assert all(found.low <= each <= found.high for each in amounts if each is not None and each == each)


def test_ticks_have_as_many_digits_as_they_need() -> None:
    assert [tick.words for tick in scale([0.0, 0.1], 0.0, 1.0, unit=SHARE).ticks()] == [
        f"{each} %" for each in (0, 2, 4, 6, 8, 10)
    ]
    assert [tick.words for tick in scale([0.0, 0.001], 0.0, 1.0).ticks()] == [
        f"0.00{each:02}" for each in (0, 2, 4, 6, 8, 10)
    ]
