"""Frames read from the log: each decision with what happened in its own window, and with nothing else."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from segue.core.decisioning.rewards import options_of, window_of
from segue.core.world import World, build_world
from segue.learning.frames import TABLES, Frame, read_frame, reading
from segue.learning.online import Online, arm_of
from segue.measurement.segments import read_log
from segue.model.events import Identified, Incoming, Merged
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, Instant
from segue.ports.store import Entry
from segue.stores.memory import MemoryStore
from tests.learning.shop import BEGIN, a_shop, a_tracked, framed, history, log_of, stored, told

SHOP = a_shop()
OPEN_TO_ALL = a_shop(groups={})
LATER = Instant(BEGIN + 60 * DAY)
ENTRIES = log_of(SHOP, history(customers=24, visits=8))


def visits(*hours: int, name: str = "ada") -> list[Incoming]:
    """What a customer does who never answers a message."""
    traits = {"email": f"{name}@example.com", "buyer": False}
    known = Identified(event_id=EventId(""), customer_id=CustomerId(""), at=BEGIN, traits=traits)
    return [told(name, known, "who")] + [
        told(name, a_tracked("visited", Instant(BEGIN + hour * HOUR)), f"visit{hour}") for hour in hours
    ]


def purchase(hour: float, margin: float = 10.0, name: str = "ada") -> Incoming:
    return told(name, a_tracked("bought", Instant(BEGIN + int(hour * HOUR)), margin=margin), f"bought{hour}")


def ledger(entries: Sequence[Entry], world: World) -> dict[tuple[str, int], list[float]]:
    """Return what the online learner booked for each decision in the end, by customer and moment."""
    online = Online.begin(world)
    booked: dict[tuple[str, int], list[float]] = {}
    for entry in entries:
        online.look(entry.now)
        online.take(entry, world)
        customer_id = entry.event.customer_id
        for opened in online._open.get(customer_id, ()):
            booked[customer_id, opened.at] = list(opened.lesson.amounts)
    return booked


def rows(frame: Frame) -> dict[tuple[str, int], list[float]]:
    keys = zip(frame.customer_id.tolist(), frame.at.tolist(), strict=True)
    return dict(zip(keys, frame.rewards.tolist(), strict=True))


def test_a_frame_and_the_online_learner_book_the_same(tmp_path: Path) -> None:
    frame = framed(ENTRIES, SHOP, tmp_path, include_open=True)
    booked = ledger(ENTRIES, build_world(SHOP))

    assert rows(frame) == {key: pytest.approx(amounts) for key, amounts in booked.items()}
    assert frame.rewards.sum() > 0.0


def test_a_frame_holds_what_decisions_were_made_from(tmp_path: Path) -> None:
    frame = framed(ENTRIES, SHOP, tmp_path, include_open=True)
    world = build_world(SHOP)
    decisions = [each for entry in ENTRIES for each in entry.decisions if arm_of(each, world) is not None]

    assert frame.inputs == world.context.names
    assert frame.decision_id.tolist() == [each.decision_id for each in decisions]
    assert np.array_equal(frame.x, [each.context for each in decisions])
    assert frame.closes_at.tolist() == [each.at + window_of(each, SHOP) for each in decisions]
    for row, decision in enumerate(decisions):
        open_to = options_of(decision)
        found = frame.considered[row]
        assert [(each.action, each.channel, each.scores, each.probability) for each in found] == [
            (each.action, each.channel, each.scores, each.probability) for each in open_to
        ]
        assert open_to[frame.chosen[row]].key == decision.chosen


def test_for_those_held_out_nothing_was_done(tmp_path: Path) -> None:
    frame = framed(ENTRIES, SHOP, tmp_path, include_open=True)
    ghosts = frame.take(frame.is_ghost)

    assert len(ghosts) > 5
    assert set(ghosts.group) == {"holdout"}
    assert ghosts.is_silent.all()
    assert (ghosts.probability == 1.0).all()
    assert (ghosts.cost == 0.0).all()
    assert {frame.considered[row][frame.chosen[row]].action for row in np.flatnonzero(frame.is_ghost)} > {"voucher"}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(1, 300), max_size=6, unique=True),
)
def test_only_what_happens_in_a_decisions_window_counts_for_it(
    tmp_path_factory: pytest.TempPathFactory, visited: list[int], bought: list[int]
) -> None:
    facts = [*visits(*visited), *(purchase(hour + 0.5) for hour in bought)]
    entries = log_of(OPEN_TO_ALL, facts, until=LATER)
    frame = framed(entries, OPEN_TO_ALL, tmp_path_factory.mktemp("log"), now=LATER)

    assert sorted(frame.at) == [BEGIN + hour * HOUR for hour in sorted(visited)]
    assert (frame.closes_at - frame.at == 3 * DAY).all()
    for row, at in enumerate(frame.at):
        inside = [hour for hour in bought if at < BEGIN + (hour + 0.5) * HOUR <= at + 3 * DAY]
        assert frame.objective("bought")[row] == min(len(inside), 1)
        assert frame.objective("margin")[row] == pytest.approx(10.0 * len(inside))


def test_what_is_told_late_counts_from_when_it_happened(tmp_path: Path) -> None:
    late = structs.replace(purchase(3), at=Instant(BEGIN + 400 * HOUR))  # it arrives long after the window
    entries = log_of(OPEN_TO_ALL, [*visits(1, 2, 200), late])
    frame = framed(entries, OPEN_TO_ALL, tmp_path, now=LATER)

    assert frame.objective("bought").tolist() == [1.0, 1.0, 0.0]


def test_windows_that_are_still_open_are_left_out_unless_they_are_asked_for(tmp_path: Path) -> None:
    entries = log_of(OPEN_TO_ALL, [*visits(1, 100), purchase(101)])
    now = Instant(BEGIN + 102 * HOUR)

    closed = framed(entries, OPEN_TO_ALL, tmp_path, now=now)
    everything = framed(entries, OPEN_TO_ALL, tmp_path, now=now, include_open=True)

    assert closed.objective("bought").tolist() == [0.0]
    assert everything.is_closed.tolist() == [True, False]
    assert everything.objective("bought").tolist() == [0.0, 1.0]


def test_a_frame_as_of_a_past_moment_knows_nothing_of_later(tmp_path: Path) -> None:
    entries = log_of(OPEN_TO_ALL, [*visits(1, 100), purchase(50)])

    before = framed(entries, OPEN_TO_ALL, tmp_path, now=Instant(BEGIN + 40 * HOUR), include_open=True)
    since = framed(entries, OPEN_TO_ALL, tmp_path, now=LATER, since=Instant(BEGIN + 10 * HOUR))

    assert before.at.tolist() == [BEGIN + HOUR]
    assert before.rewards.sum() == 0.0
    assert since.at.tolist() == [BEGIN + 100 * HOUR]


def test_customers_who_turned_out_to_be_one_share_decisions_and_rewards(tmp_path: Path) -> None:
    facts = [*visits(1, name="ada"), *visits(2, name="bob"), purchase(3, name="bob")]
    both = (Identifier("user_id", "ada"), Identifier("user_id", "bob"))
    met = Incoming(identifiers=both, event=None, event_id=EventId("alias"), at=Instant(BEGIN + 5 * HOUR), source="test")
    entries = log_of(OPEN_TO_ALL, [*facts, met, purchase(6, name="ada")], until=LATER)
    assert any(isinstance(entry.event, Merged) for entry in entries)
    frame = framed(entries, OPEN_TO_ALL, tmp_path, now=LATER)

    assert len(set(frame.customer_id)) == 1
    assert frame.objective("margin").tolist() == [20.0, 20.0]  # what bob did before is theirs together


def test_contexts_of_earlier_revisions_are_read_by_name(tmp_path: Path) -> None:
    entries = log_of(OPEN_TO_ALL, [*visits(1), purchase(2)], until=LATER)
    changed = structs.replace(OPEN_TO_ALL, learning=structs.replace(OPEN_TO_ALL.learning, context=("buyer", "visits")))
    before, after = build_world(OPEN_TO_ALL), build_world(changed)
    assert before.context.names != after.context.names
    layouts = {before.revision: before.context.names, after.revision: after.context.names}

    with closing(read_log(stored(entries, OPEN_TO_ALL), tmp_path, TABLES)) as duck:
        frame = read_frame(duck, changed, now=LATER, inputs=layouts)
        unknown = read_frame(duck, changed, now=LATER, inputs={after.revision: after.context.names})

    logged = dict(zip(before.context.names, entries[1].decisions[0].context, strict=True))
    assert frame.inputs == after.context.names
    assert frame.x.tolist() == [[logged[name] for name in frame.inputs]]
    assert len(unknown) == 0


def test_an_empty_log_makes_an_empty_frame(tmp_path: Path) -> None:
    with closing(read_log(MemoryStore(), tmp_path, TABLES)) as duck:
        frame = read_frame(duck, SHOP, now=LATER)

    assert len(frame) == len(frame.considered) == 0
    assert frame.x.shape == (0, len(frame.inputs))
    assert frame.reward(SHOP.learning.objectives).tolist() == []


def test_slices_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = framed(ENTRIES, SHOP, tmp_path, include_open=True)
    monkeypatch.setattr(reading, "SLICE", 7)
    sliced = framed(ENTRIES, SHOP, tmp_path, include_open=True)

    for name in ("decision_id", "x", "closes_at", "action", "probability", "chosen", "cost", "rewards"):
        assert np.array_equal(getattr(whole, name), getattr(sliced, name)), name
    assert whole.considered[:] == sliced.considered[:]
