"""Rewinding: what was known of customers at a past moment is what a policy would have seen of them then."""

from contextlib import closing
from pathlib import Path

import pytest

from segue.core.world import build_world
from segue.measurement.audiences import TABLES
from segue.measurement.segments import read_log
from segue.model.catalogue import FeatureSpec
from segue.model.time import DAY, HOUR, Instant
from segue.runtimes.rewinding import customers_at
from tests.learning.frames.test_reading import LATER, visits
from tests.learning.shop import BEGIN, a_shop, log_of, stored

FEATURES = {
    "visits": FeatureSpec(kind="count", event="visited", window="30d"),
    "since_visit": FeatureSpec(kind="recency", event="visited"),
    "clicks": FeatureSpec(kind="count", event="message_clicked", where='event.theme == "spring"'),
}
SHOP = a_shop(groups={}, features=FEATURES)


def test_the_past_is_seen_as_the_decisions_of_then_saw_it(tmp_path: Path) -> None:
    entries = log_of(SHOP, visits(1, 30, 200), until=LATER)
    names = build_world(SHOP).context.names

    with closing(read_log(stored(entries, SHOP), tmp_path, TABLES)) as duck:
        for decision in (each for entry in entries for each in entry.decisions):
            known = customers_at(duck, SHOP, decision.at)
            logged = dict(zip(names, decision.context, strict=True))
            assert known.customer_id.tolist() == [decision.customer_id]
            told = dict(zip(known.inputs, known.x[0].tolist(), strict=True))
            assert told == {name: pytest.approx(logged[name]) for name in known.inputs}


def test_inputs_that_the_log_does_not_tell_are_left_out(tmp_path: Path) -> None:
    entries = log_of(SHOP, visits(1), until=LATER)
    with closing(read_log(stored(entries, SHOP), tmp_path, TABLES)) as duck:
        known = customers_at(duck, SHOP, LATER)

    assert known.inputs == ("visits", "since_visit", "buyer", "known_for")


def test_nobody_is_known_before_they_came(tmp_path: Path) -> None:
    entries = log_of(SHOP, visits(24), until=LATER)
    with closing(read_log(stored(entries, SHOP), tmp_path, TABLES)) as duck:
        before, after = (customers_at(duck, SHOP, Instant(at)) for at in (BEGIN - HOUR, BEGIN + 40 * DAY))

    assert before.x.shape == (0, 4)
    assert after.x.shape == (1, 4)
    assert after.x[0, 0] == 0.0  # the visit was longer ago than the feature looks back
