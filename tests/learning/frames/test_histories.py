"""Histories: what customers did and who they are, as of a moment."""

from contextlib import closing
from pathlib import Path

from segue.learning.frames import TABLES, read_happened, read_trait
from segue.measurement.segments import read_log
from segue.model.events import Incoming
from segue.model.identities import Identifier
from segue.model.ids import EventId
from segue.model.time import HOUR, Instant
from tests.learning.frames.test_reading import LATER, OPEN_TO_ALL, purchase, visits
from tests.learning.shop import BEGIN, log_of, stored


def test_events_and_traits_are_read_as_of_a_moment_for_whoever_they_turned_out_to_be(tmp_path: Path) -> None:
    both = (Identifier("user_id", "ada"), Identifier("user_id", "bob"))
    met = Incoming(identifiers=both, event=None, event_id=EventId("alias"), at=Instant(BEGIN + 5 * HOUR), source="test")
    facts = [*visits(1), *visits(2, name="bob"), purchase(3, 7.0, "bob"), purchase(4, 9.0), met]
    entries = log_of(OPEN_TO_ALL, facts, until=LATER)

    with closing(read_log(stored(entries, OPEN_TO_ALL), tmp_path, TABLES)) as duck:
        everything = read_happened(duck, "bought", of="margin", until=LATER)
        early = read_happened(duck, "bought", until=Instant(BEGIN + 3 * HOUR))
        emails = read_trait(duck, "email", LATER)
        before = read_trait(duck, "email", Instant(BEGIN - HOUR))

    assert everything.amount.tolist() == [7.0, 9.0]
    assert len(set(everything.customer_id)) == 1
    assert everything.at.tolist() == [BEGIN + 3 * HOUR, BEGIN + 4 * HOUR]
    assert early.amount.tolist() == [0.0]
    assert list(emails) == [everything.customer_id[0]]
    assert before == {}
    assert everything.between(BEGIN + 3 * HOUR, BEGIN + 4 * HOUR) == {everything.customer_id[0]}
    assert everything.between(BEGIN + 4 * HOUR, BEGIN + 9 * HOUR) == set()
