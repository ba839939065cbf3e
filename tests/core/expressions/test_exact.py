"""Sums whose value does not depend on the order of their terms; found values that once did."""

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.expressions import Scope, compile_library, parse, state_key
from segue.core.expressions.exact import add_decayed, add_exactly
from segue.model.catalogue import FeatureSpec

HALF_LIFE, AT = 9 * 86_400_000_000, 1_772_323_200_000_000
SPEND = {"spend": FeatureSpec(kind="sum", event="order", of="amount", half_life="9d")}


@given(st.lists(st.floats(-1e12, 1e12), max_size=20))
def test_partials_hold_the_exact_total(amounts: list[float]) -> None:
    partials: list[float] = [0.0]
    for amount in amounts:
        partials = add_exactly(partials, amount)
    assert fsum(partials) == fsum(amounts)


def test_an_amount_too_small_to_remember_breaks_no_tie_whichever_comes_first() -> None:
    tiny = 4.163188900124331e-52
    assert _worth([0.0, tiny, 1667.0, 1668.0]) == _worth([tiny, 0.0, 1667.0, 1668.0])


def test_a_decayed_amount_is_worth_half_after_its_half_life() -> None:
    assert _worth([8.0], AT + HALF_LIFE) == pytest.approx(4.0)


def test_what_has_faded_for_a_thousand_half_lives_is_nothing() -> None:
    assert _worth([8.0], AT + 3_000 * HALF_LIFE) == 0.0


def _worth(amounts: list[float], now: int = AT) -> float:
    state: list[float] | None = None
    for amount in amounts:
        state = add_decayed(state, AT, amount, HALF_LIFE)
    read = compile_library({"spend": parse("spend", Scope(features=SPEND), "number")}, SPEND)["spend"]
    worth: float = read({}, {state_key("spend", SPEND["spend"]): state}, {}, {}, now)
    return worth
