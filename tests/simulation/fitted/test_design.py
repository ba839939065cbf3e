"""A design says the same of many contacts and of one."""

import numpy as np
import pytest

from segue.simulation.fitted.design import healed, read_traits, tiredness
from tests.simulation.fitted import made_up


def test_one_contact_has_the_linear_predictor_of_its_row() -> None:
    evidence = made_up.evidence(customers=20, weeks=3)
    design, contacts, history = evidence.design, evidence.history.contacts, evidence.history
    weights = np.random.default_rng(1).normal(size=len(design.columns))
    tired = tiredness(history)

    for row in (0, 7, len(contacts.at) - 1):
        action, channel = history.actions[contacts.action[row]], history.channels[contacts.channel[row]]
        traits = evidence.traits.values[contacts.customer[row]].tolist()
        one = design.linear(weights.tolist(), action, channel, traits)
        one += design.moment(weights.tolist(), float(tired[row]), int(contacts.at[row]))
        assert one == pytest.approx(float(evidence.x[row] @ weights))


def test_traits_are_numbers_with_unknown_ones_in_the_middle() -> None:
    known = [{"young": True, "name": f"n{n}", "kind": "ab"[n % 2], "age": n} for n in range(10)]

    found = read_traits([*known, {}])

    assert found.names == ("age", "kind=b", "young") or found.names == ("age", "kind=b")
    assert found.values[-1, 0] == 0.0


def test_fatigue_halves() -> None:
    assert healed(4.0, 6 * 86_400_000_000) == 1.0


def test_customers_tire_of_their_own_contacts_alone() -> None:
    history = made_up.history(customers=10, weeks=3)

    tired = tiredness(history)

    first = [int(np.flatnonzero(history.contacts.customer == each)[0]) for each in range(10)]
    assert all(tired[row] == 0.0 for row in first)
    assert tired.max() > 0.5
