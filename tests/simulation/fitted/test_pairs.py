"""Pairs hold what may have led to what, and nothing else."""

import numpy as np

from segue.model.time import DAY, HOUR
from segue.simulation.fitted.pairs import ANSWER_HOURS, answer_pairs, chain_pairs, observed
from tests.simulation.fitted import made_up


def test_pairs_are_those_that_a_search_finds() -> None:
    history = made_up.history(customers=12, weeks=3)
    events, contacts = history.events, history.contacts

    chains = chain_pairs(history)
    causes = answer_pairs(history, {"email": 2 * DAY}, contacts.at)

    hours = np.subtract.outer(events.at, contacts.at)
    same = np.equal.outer(events.customer, contacts.customer)
    expected = {(int(e), int(c)) for e, c in zip(*np.nonzero(same & (hours > 0) & (hours <= 2 * DAY)), strict=True)}
    assert set(zip(causes.event.tolist(), causes.parent.tolist(), strict=True)) == expected
    gaps = events.at[chains.event] - events.at[chains.parent]
    assert (events.customer[chains.event] == events.customer[chains.parent]).all()
    assert ((gaps >= 0) & (gaps <= 6 * HOUR)).all()
    assert (chains.width > 0).all()


def test_what_is_not_over_yet_is_seen_in_part() -> None:
    even = np.zeros((1, len(ANSWER_HOURS) - 1))
    even[0, 5] = 1.0  # from 12 to 24 hours

    def share(hours: float) -> float:
        return float(observed(round(hours * HOUR), np.array([0]), np.array([2 * DAY]), even)[0])

    assert (share(6.0), share(18.0), share(40.0)) == (0.0, 0.5, 1.0)
