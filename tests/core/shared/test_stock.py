from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.shared import SharedPlan, compile_shared, fold, happened, promised, stock_left, undone
from segue.core.shared.stock import sold
from segue.core.view import View
from segue.model.shared import NOTHING_SHARED, Shared, Tally
from segue.model.time import DAY, Instant, format_instant
from tests.builders import NOW, action, fact, plan, profile, workspace

BOUGHT = Tally("stock", "offer", 1.0)


def shared_plan(*channels: str, **declared: Any) -> SharedPlan:
    return compile_shared(workspace(actions=(action("offer", *channels, stock=3, converted_by="order", **declared),)))


def seen(name: str = "order", at: int = NOW, late_after: int = 3 * DAY) -> View:
    return View(profile(), fact(name, at), NOW, "UTC", late_after=late_after)


def test_each_success_takes_one_whoever_it_is_of() -> None:
    assert happened(shared_plan(), seen()) == (BOUGHT,)
    assert happened(shared_plan(), seen("view")) == ()
    assert happened(shared_plan(stock_taken_by="contact"), seen()) == ()


def test_history_takes_nothing_nor_does_what_happened_before_the_stock_was_counted() -> None:
    assert happened(shared_plan(), seen(at=NOW - 3 * DAY)) == (BOUGHT,)
    assert happened(shared_plan(), seen(at=NOW - 3 * DAY - 1)) == ()
    counted = shared_plan(stock_as_of=format_instant(NOW))
    assert happened(counted, seen(at=NOW - 1)) == ()
    assert happened(counted, seen()) == (Tally("stock", f"offer@{format_instant(NOW)}", 1.0),)


def test_a_contact_takes_one_and_gives_it_back_when_it_fails() -> None:
    declared = shared_plan("email", "website", stock_taken_by="contact")
    offer = plan(action("offer", "email", "website", stock=3, converted_by="order"))
    assert promised(declared, offer, offer.variants["email"], seen()) == (BOUGHT,)
    assert promised(declared, offer, offer.variants["website"], seen()) == ()
    assert undone(declared, "offer", "email", NOW, seen()) == (Tally("stock", "offer", -1.0),)
    assert undone(shared_plan(), "offer", "email", NOW, seen()) == ()


@given(st.lists(st.sampled_from((1.0, -1.0)), max_size=30))
def test_what_is_left_is_what_there_was_less_what_is_gone(amounts: list[float]) -> None:
    declared, shared, gone = shared_plan(), NOTHING_SHARED, 0.0
    for amount in amounts:
        shared = fold(shared, (Tally("stock", "offer", amount),), NOW, declared)
        gone = max(gone + amount, 0.0)
    assert stock_left(shared, declared.stocks["offer"]) == max(3.0 - gone, 0.0)


@pytest.mark.parametrize("key", ["other", "offer@2020-01-01"])
def test_a_count_that_nothing_declares_is_ignored(key: str) -> None:
    assert fold(NOTHING_SHARED, (Tally("stock", key, 1.0),), NOW, shared_plan()) is NOTHING_SHARED


def test_a_new_count_begins_with_another_moment() -> None:
    recounted = shared_plan(stock_as_of="2026-03-01")
    assert stock_left(Shared(stock={"offer": 3.0}), recounted.stocks["offer"]) == 3.0
    assert sold((recounted.stocks["offer"],), fact("order", Instant(0)), Instant(0), DAY) == ()
