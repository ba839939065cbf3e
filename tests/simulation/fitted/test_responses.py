"""Responses are as often as they were drawn."""

from functools import cache

import numpy as np

from segue.simulation.fitted.design import Design
from segue.simulation.fitted.history import Floats
from segue.simulation.fitted.model import Evidence
from segue.simulation.fitted.regression import means_of
from segue.simulation.fitted.responses import Responses, fit_responses, tells_of
from tests.simulation.fitted import made_up


@cache
def _evidence() -> Evidence:
    return made_up.evidence()


@cache
def _responses() -> Responses:
    return fit_responses(_evidence(), np.ones(300), None)


def _mean(weights: Floats, action: str) -> float:
    evidence = _evidence()
    mine = evidence.history.contacts.action == evidence.history.actions.index(action)
    return float(means_of("chances", evidence.x[mine] @ weights).mean())


def test_opens_differ_by_action_and_clicks_do_not() -> None:
    found = _responses()

    assert abs(_mean(found.opens, "mugs") - 0.5) < 0.04
    assert abs(_mean(found.opens, "planters") - 0.2) < 0.04
    assert abs(_mean(found.clicks, "mugs") - _mean(found.clicks, "planters")) < 0.06


def test_opt_outs_and_leaving_are_rare() -> None:
    found = _responses()
    weekly = float(means_of("chances", np.array([found.leaving[0]]))[0])

    assert abs(_mean(found.opt_outs, "mugs") - made_up.OPTED_OUT) < 0.01
    assert abs(weekly - made_up.LEFT) < 0.007


def test_customers_who_are_alike_are_not_made_to_differ() -> None:
    assert _responses().opens_more.std() < 0.25


def test_a_channel_tells_that_has_told() -> None:
    assert tells_of(_evidence()) == [True]
    assert isinstance(_evidence().design, Design)
