"""Evidence: what a market is fitted from."""

import numpy as np
from msgspec import structs

from segue.simulation.fitted.history import History
from segue.simulation.fitted.model import ending_of, weigh
from tests.simulation.fitted import made_up


def _with(history: History, probability: list[float]) -> History:
    contacts = history.contacts
    return structs.replace(history, contacts=structs.replace(contacts, probability=np.array(probability)))


def test_what_was_unlikely_counts_for_what_was_not_sent() -> None:
    history = made_up.history(customers=5, weeks=3)
    count = len(history.contacts.at)

    even = weigh(_with(history, [0.5] * count))
    odd = weigh(_with(history, [0.25] + [0.5] * (count - 1)))
    sure = weigh(_with(history, [1.0] * count))

    same = history.contacts.action == history.contacts.action[0]
    assert np.allclose(even[same], even[0])
    assert np.isclose(odd[0] / odd[same][1], 2.0)
    assert (sure == 1.0).all()


def test_customers_are_watched_from_when_they_are_first_seen_until_they_leave() -> None:
    evidence = made_up.evidence(customers=100, weeks=8)
    left = evidence.history.events.customer[evidence.history.events.kind == evidence.ending]

    assert ending_of(made_up.workspace()) == "cancelled"
    assert 7.9 < evidence.weeks.max() <= 8.0
    assert (evidence.weeks[left] < 8.0).all()
    assert np.isclose(np.delete(evidence.weeks, left).min(), 8.0, atol=0.01)
