import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported, Tick, Tracked
from segue.model.identities import Identifier
from segue.model.ids import EventId
from segue.model.time import DAY, HOUR, SECOND, Duration, Instant
from segue.ports.store import Entry
from segue.runtimes.ordering import in_order, order_key
from segue.runtimes.replay import Replayed, replay
from tests.runtimes.support import tracked, world

START = 1_600_000_000 * SECOND
ROOT = Path(__file__).parents[2]


def history(people: int = 30, seed: int = 7) -> list:
    """A shuffled history of some people over a month, with duplicates."""
    chance = random.Random(seed)
    facts = []
    for number in range(people * 10):
        name = chance.choice(("signed_up", "left", "bought"))
        at = START + chance.randrange(30 * DAY)
        total = {"total": chance.randrange(100)} if name == "bought" else {}
        facts.append(tracked(number, name, f"u{chance.randrange(people)}", at=at, **total))
    return facts + facts[:10]


def test_facts_are_sorted_with_and_without_the_disk() -> None:
    facts = history()
    expected = sorted(facts, key=order_key)
    assert list(in_order(facts)) == expected
    assert list(in_order(facts, chunk=7)) == expected
    assert list(in_order([])) == []


def test_every_fact_is_advanced_a_duplicate_or_a_dead_letter() -> None:
    facts = [*history(), tracked(9999, "bought", "null")]
    result = replay(world(), facts)
    assert result.received == len(facts)
    assert result.duplicates == 10
    assert result.dead_letters == {"no_identifier": 1}
    assert result.events["tracked"] == len(facts) - 11


def test_the_order_of_the_file_does_not_matter() -> None:
    facts = history()
    assert replay(world(), facts) == replay(world(), list(reversed(facts)))


def test_timers_fire_at_their_own_moment_between_facts() -> None:
    entries: list[Entry] = []
    facts = [tracked(1, "left", at=START), tracked(2, "signed_up", "u2", at=START + 5 * DAY)]
    replay(world(), facts, sink=entries.append)
    ticks = [entry for entry in entries if isinstance(entry.event, Tick)]
    assert ticks[0].now == ticks[0].event.at == START + HOUR
    assert [entry.now for entry in entries] == sorted(entry.now for entry in entries)


def test_no_timer_fires_after_the_last_fact_unless_asked() -> None:
    facts = [tracked(1, "left", at=START)]
    assert "tick" not in replay(world(), facts).events
    assert replay(world(), facts, until=Instant(START + DAY)).events["tick"] == 1


def test_deliveries_are_accepted_at_once_by_default() -> None:
    result = replay(world(), [tracked(1, "signed_up", at=START)])
    assert result.commands == {"mail": 1}
    assert result.events == {"tracked": 1, "delivery_reported": 1}


def test_channels_may_react_later() -> None:
    def reject(command, now):  # type: ignore[no-untyped-def]
        report = DeliveryReported(
            event_id=EventId(f"r{command.delivery_id}{now}"),
            customer_id=command.customer_id,
            at=now + HOUR,
            delivery_id=command.delivery_id,
            status=DeliveryStatus.RETRYABLE,
        )
        return [(Duration(HOUR), report)]

    entries: list[Entry] = []
    replay(
        world(), [tracked(1, "signed_up", at=START)], react=reject, until=Instant(START + 2 * DAY), sink=entries.append
    )
    reports = [entry for entry in entries if isinstance(entry.event, DeliveryReported)]
    assert reports[0].now == START + HOUR
    assert len(reports) > 1, "the core tries again"


def test_an_anonymous_history_is_merged_into_the_user() -> None:
    device = Identifier("anonymous_id", "d1")
    facts = [
        tracked(1, "bought", "", at=START, others=(device,), total=10),
        tracked(2, "bought", "u1", at=START + 1, others=(device,), total=5),
        tracked(3, "bought", "", at=START + 2, others=(device,), total=1),
    ]
    entries: list[Entry] = []
    result = replay(world(), facts, sink=entries.append)
    assert result.customers == 1
    assert result.events == {"tracked": 3, "merged": 1}
    assert len({entry.event.customer_id for entry in entries[1:]}) == 1


def test_a_poison_fact_harms_nobody_else() -> None:
    broken = tracked(5, "bought", "u9", at=START + 5)
    event = broken.event
    assert isinstance(event, Tracked)
    huge = Tracked(
        event_id=event.event_id,
        customer_id=event.customer_id,
        at=event.at,
        name="bought",
        properties={"total": 10**400},
    )
    import msgspec

    result = replay(world(), [tracked(1, "signed_up", at=START), msgspec.structs.replace(broken, event=huge)])
    assert result.dead_letters == {"engine_error": 1}
    assert result.customers == 1


SCRIPT = """
import sys
from segue.runtimes.replay import replay
from tests.runtimes.support import world
from tests.runtimes.test_replay import history
result = replay(world(groups={"holdout": 0.2, "random": 0.2}), history(60))
print(result.decisions_digest, result.states_digest, result.decisions)
"""


@pytest.mark.parametrize("seeds", [("0", "1234")])
def test_two_processes_with_other_hash_seeds_say_the_same_bytes(seeds: tuple[str, str]) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    ]
    assert said[0] == said[1]
    assert int(said[0].split()[-1]) > 100


def test_the_result_is_one_value() -> None:
    assert isinstance(replay(world(), []), Replayed)
