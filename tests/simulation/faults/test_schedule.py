from collections import Counter
from random import Random

from segue.simulation.faults.schedule import DRAWN, NONE, Faults, Odds, draw_faults

NOT_DRAWN = ("pause_max", "clock_step_max")


def test_a_seed_draws_the_same_faults_and_another_one_others() -> None:
    assert draw_faults(Random("1")) == draw_faults(Random("1"))
    assert draw_faults(Random("1")) != draw_faults(Random("2"))


def test_every_fault_is_missing_in_some_seeds_and_there_in_others() -> None:
    drawn = [draw_faults(Random(f"{seed}/faults")) for seed in range(200)]
    names = [name for name in Faults.__struct_fields__ if name not in NOT_DRAWN]
    there = Counter(name for each in drawn for name in names if getattr(each, name))
    assert {name: there[name] for name in names if not 60 < there[name] < 140} == {}


def test_without_faults_nothing_goes_wrong() -> None:
    assert not any(
        getattr(NONE, name) for name in NONE.__struct_fields__ if name not in ("pause_max", "clock_step_max")
    )


def test_all_faults_are_drawn_but_for_how_far_and_how_long() -> None:
    assert set(DRAWN) | set(NOT_DRAWN) == set(Faults.__struct_fields__)


def test_a_fault_strikes_at_its_rate_and_is_counted() -> None:
    struck = Counter[str]()
    odds = Odds(Faults(slow=0.25), Random(1), struck)
    assert sum(odds.strikes("slow") for _ in range(1000)) == struck["slow"]
    assert 200 < struck["slow"] < 300
    assert not any(odds.strikes("rejected") for _ in range(100))
