"""Fits recover the chances that a history was drawn from, and know how far off they may be."""

from functools import cache

import numpy as np

from segue.simulation.fitted.fitting import draw_markets, fit_market
from segue.simulation.fitted.model import Evidence, Fit
from tests.simulation.fitted import made_up

ORDERED, VISITED = 1, 2


@cache
def _evidence() -> Evidence:
    return made_up.evidence()


@cache
def _markets() -> list[Fit]:
    return draw_markets(_evidence(), 8, 3)


def _led_to(fit: Fit, action: str) -> float:
    """Return how many orders a contact leads to on average, as the fit has it."""
    evidence = _evidence()
    contacts = evidence.history.contacts
    mine = contacts.action == evidence.history.actions.index(action)
    clicked = (contacts.clicked_at < evidence.history.until).astype(float)
    opened = (contacts.opened_at < evidence.history.until).astype(float)
    x = np.column_stack([evidence.x, np.maximum(opened, clicked), clicked])
    return float((np.exp(x @ fit.answer[ORDERED]) * fit.answer_more[ORDERED][contacts.customer])[mine].mean())


def test_orders_are_shared_out_over_habit_chain_and_contact() -> None:
    fit = fit_market(_evidence())

    assert abs(fit.rates[:, VISITED].mean() - made_up.VISITS) < 0.2
    assert abs(fit.chain[VISITED, ORDERED] - made_up.FOLLOWED) < 0.02
    assert abs(_led_to(fit, "mugs") - 0.15) < 0.03
    assert abs(_led_to(fit, "planters") - 0.02) < 0.015


def test_customers_differ_as_much_as_they_did() -> None:
    spread = fit_market(_evidence()).rates[:, VISITED].std()

    # Rates were drawn with a standard deviation of 3 / sqrt(3); shrinking keeps most of it over eight weeks.
    assert 1.2 < spread < 2.0


def test_orders_that_nobody_was_sent_anything_for_are_not_credited() -> None:
    history = made_up.history(customers=200)
    shuffled = np.random.default_rng(5).permutation(200)
    strangers = made_up.history(customers=200, seed=9).contacts
    moved = type(strangers)(shuffled[strangers.customer], *[getattr(strangers, n) for n in _REST])
    plain = type(history)(**{**{n: getattr(history, n) for n in history.__struct_fields__}, "contacts": moved})
    found = made_up.gather_evidence(plain, {}, made_up.workspace())

    fit = fit_market(found)

    opened = (moved.opened_at < plain.until).astype(float)
    clicked = (moved.clicked_at < plain.until).astype(float)
    expected = np.exp(np.column_stack([found.x, opened, clicked]) @ fit.answer[ORDERED])
    # Contacts of other people: an order in eleven contacts comes within two days by chance alone.
    assert expected.mean() < 0.025


_REST = ("action", "channel", "at", "opened_at", "clicked_at", "probability", "opted_out_at")


def test_drawn_markets_differ_as_the_truth_may() -> None:
    drawn = np.array([_led_to(fit, "mugs") for fit in _markets()])

    assert 0.003 < drawn.std() < 0.03
    assert drawn.min() - 0.02 < 0.15 < drawn.max() + 0.02


def test_what_was_never_sent_differs_from_market_to_market_as_much_as_is_believed() -> None:
    evidence = _evidence()
    seen = evidence.design.place["channel", "email"]
    unseen = evidence.design.place["channel", "sms"]

    weights = np.array([fit.opens for fit in _markets()])

    assert weights[:, unseen].std() > 0.4
    assert weights[:, unseen].std() > weights[:, seen].std() / 2


def test_the_same_seed_draws_the_same_markets() -> None:
    first, second = draw_markets(_evidence(), 1, 3)[0], _markets()[0]

    assert all(np.array_equal(a, b) for a, b in ((first.rates, second.rates), (first.opens, second.opens)))
