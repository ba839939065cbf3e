"""Scoring: facts that are the same when told again on the same day."""

from segue.model.time import DAY, HOUR, Instant
from segue.runtimes.scoring import stated
from tests.learning.shop import BEGIN


def test_a_score_is_a_fact_about_a_customer_once_a_day_and_model() -> None:
    scores = {"ada": 0.4, "bob": 0.1}
    first = list(stated("risk", "v1", scores, BEGIN))
    again = list(stated("risk", "v1", scores, Instant(BEGIN + HOUR)))
    tomorrow = list(stated("risk", "v1", scores, Instant(BEGIN + DAY)))
    other = list(stated("risk", "v2", scores, BEGIN))

    assert [(each.customer_id, each.traits) for each in first] == [("ada", {"risk": 0.4}), ("bob", {"risk": 0.1})]
    assert [each.event_id for each in first] == [each.event_id for each in again]
    assert len({each.event_id for each in (*first, *tomorrow, *other)}) == 6
