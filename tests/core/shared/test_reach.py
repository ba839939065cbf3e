"""Targets are shown by whole periods of a simulated stream, against the least that they can cost."""

from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from msgspec.structs import replace

from segue.core.shared import ReachPlan, compile_shared, fold, subsidy
from segue.core.shared.reach import AHEAD, LEAST_CONTACTS, PUSH, add_pace
from segue.model.catalogue import Capacity
from segue.model.reach import Reach
from segue.model.shared import NOTHING_SHARED, Pace, Shared, Tally
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, workspace

MIDNIGHT = NOW // DAY * DAY
TARGET = ReachPlan("news", target=100, share=0.0, period=DAY, who=None, typical=1.0, most=3.0)
FLOOR = ReachPlan("fair", target=0, share=0.3, period=DAY, who=None, typical=1.0, most=3.0)
BAR = 2.5
"""What a slot brings otherwise: few contacts are worth it by themselves."""


class Day:
    """What a day of a stream came to."""

    def __init__(self) -> None:
        self.reached = 0
        self.others = 0
        self.cost = 0.0
        self.could: list[float] = []

    def least_cost(self, target: int) -> float:
        return sum(max(BAR - worth, 0.0) for worth in sorted(self.could, reverse=True)[:target])


def days(plan: ReachPlan, count: int, arrivals: int, seed: int, night: float = 0.0) -> Iterator[Day]:
    """Yield day after day of people for whom a contact is worth something by chance; three of ten are meant."""
    random, paces = Random(seed), ()
    for day in range(count):
        result = Day()
        for moment in sorted(night + (1.0 - night) * random.random() for _ in range(arrivals)):
            now = Instant(MIDNIGHT + day * DAY + int(moment * DAY))
            is_meant, worth = random.random() < 0.3, random.expovariate(1.0)
            part = (is_meant - plan.share) if plan.share else float(is_meant)
            extra = part * subsidy(paces, plan, now)
            if is_meant:
                result.could.append(worth)
                paces = paces if plan.share else add_pace(paces, plan, "chance", 1.0, now)
            if worth + extra < BAR:
                continue
            if is_meant:
                result.reached += 1
                result.cost += max(BAR - worth, 0.0)
                paces = add_pace(paces, plan, "reached", 1.0, now)
            else:
                result.others += 1
                paces = add_pace(paces, plan, "others", 1.0, now) if plan.share else paces
        yield result


@cache
def reached(target: int, arrivals: int, night: float) -> list[tuple[float, float]]:
    """Return (share of the target reached, times the least cost) of each of 6 days, over 5 streams."""
    plan = replace(TARGET, target=target)
    streams = [list(days(plan, 6, arrivals, seed, night)) for seed in range(5)]
    return [(day.reached / target, day.cost / day.least_cost(target)) for stream in streams for day in stream]


@pytest.mark.parametrize(("target", "arrivals", "often"), [(20, 300, 0.9), (100, 1200, 1.0), (400, 4800, 1.0)])
@pytest.mark.parametrize("night", [0.0, 0.35])
def test_a_target_that_can_be_reached_is_reached_at_little_more_than_the_least_cost(
    target: int, arrivals: int, often: float, night: float
) -> None:
    all_days = reached(target, arrivals, night)
    settled = [day for index, day in enumerate(all_days) if index % 6]
    assert min(share for share, _ in all_days) >= 0.8
    assert sum(share for share, _ in settled) / len(settled) >= 0.99
    assert sum(share >= 1.0 for share, _ in settled) / len(settled) >= often
    assert sum(times for _, times in settled) / len(settled) <= 1.6


def test_without_a_subsidy_the_same_stream_stays_far_behind() -> None:
    day = next(days(replace(TARGET, most=0.0), 1, 1200, 0))
    assert day.reached < 0.5 * TARGET.target
    assert day.cost == 0.0


def test_a_target_beyond_what_can_be_is_missed_at_no_more_than_the_highest_subsidy() -> None:
    plan = replace(TARGET, target=1000, most=1.0)
    for day in days(plan, 3, 1200, 0):
        assert day.reached == sum(worth >= BAR - 1.0 for worth in day.could) or day.reached < len(day.could)
        assert day.cost <= day.reached * plan.most


@pytest.mark.parametrize("seed", range(3))
def test_a_floor_gives_a_share_of_all_contacts_to_whom_it_is_meant_for(seed: int) -> None:
    without = next(days(replace(FLOOR, share=0.5, most=0.0), 1, 4000, seed))
    assert without.reached / (without.reached + without.others) < 0.36
    shares = [day.reached / (day.reached + day.others) for day in days(replace(FLOOR, share=0.5), 5, 4000, seed)]
    assert min(shares[1:]) >= 0.48
    assert sum(shares[1:]) / len(shares[1:]) >= 0.5


def test_a_floor_that_is_kept_anyway_costs_nothing() -> None:
    kept = replace(FLOOR, share=0.1)
    for day in days(kept, 3, 4000, 0):
        assert day.cost <= 0.02 * (day.reached + day.others)


# -- step by step ---------------------------------------------------------------------------------------------------


def paced(**fields: float) -> tuple[Pace, ...]:
    return (Pace("news", MIDNIGHT // DAY, **({"reached": 0.0, "chances": 0.0, "stepped_at": MIDNIGHT} | fields)),)  # type: ignore[arg-type]


def test_a_night_in_which_nobody_could_be_reached_changes_no_price() -> None:
    paces = add_pace(paced(price=0.5), TARGET, "chance", 1.0, Instant(MIDNIGHT + 9 * HOUR))
    assert paces[0].price == 0.5


def test_a_slice_without_a_contact_raises_the_price_and_one_with_more_than_its_part_lowers_it() -> None:
    behind = add_pace(paced(price=0.5, chances=5.0), TARGET, "chance", 1.0, Instant(MIDNIGHT + HOUR))
    ahead = add_pace(paced(price=0.5, chances=5.0, reached=3.0), TARGET, "chance", 1.0, Instant(MIDNIGHT + HOUR))
    assert behind[0].price == pytest.approx(0.53)
    assert ahead[0].price == pytest.approx(0.5 + 0.03 * (1 - 3 / (100 / 90)))


def test_once_the_target_is_reached_nothing_is_subsidised_until_the_next_period() -> None:
    done = paced(price=1.0, reached=100.0)
    assert subsidy(done, TARGET, Instant(MIDNIGHT + 2 * HOUR)) == 0.0
    assert subsidy(done, TARGET, Instant(MIDNIGHT + DAY)) == 1.0


def test_what_is_missing_late_is_pushed() -> None:
    noon, late = Instant(MIDNIGHT + 12 * HOUR), Instant(MIDNIGHT + 24 * HOUR - 1)
    at_noon = subsidy((), TARGET, noon)
    assert at_noon == pytest.approx(PUSH * (0.5 / 0.9) ** 3 * (1.0 + AHEAD / 10))
    assert subsidy((), TARGET, late) == TARGET.most


def test_the_price_of_a_floor_moves_with_each_contact() -> None:
    one = add_pace((), FLOOR, "others", 1.0, NOW)
    other = add_pace((), FLOOR, "reached", 1.0, NOW)
    assert one[0].price == pytest.approx(0.3 * (0.3 + AHEAD * (0.21 / LEAST_CONTACTS) ** 0.5) / LEAST_CONTACTS**0.5)
    assert other[0].price == 0.0
    assert (other[0].reached, other[0].chances) == (1.0, 1.0)


def test_what_was_not_carried_out_is_taken_back() -> None:
    once = add_pace((), TARGET, "reached", 1.0, NOW)
    assert add_pace(once, TARGET, "reached", -1.0, NOW)[0].reached == 0.0


def test_a_clock_that_goes_back_changes_nothing_but_what_is_counted() -> None:
    paces = add_pace(paced(price=0.5, chances=5.0, stepped_at=NOW), TARGET, "chance", 1.0, MIDNIGHT)  # type: ignore[arg-type]
    assert (paces[0].price, paces[0].stepped_at, paces[0].chances) == (0.5, NOW, 6.0)


def test_a_period_of_another_length_starts_anew_and_keeps_its_price() -> None:
    weekly = replace(TARGET, period=7 * DAY)
    paces = add_pace(paced(price=0.5, reached=7.0), weekly, "reached", 1.0, NOW)
    assert (paces[0].period, paces[0].reached, paces[0].price) == (NOW // (7 * DAY), 1.0, 0.5)


def test_the_fold_counts_for_declared_targets_only_and_keeps_them_in_order() -> None:
    plan = compile_shared(
        workspace(
            actions=(action(value=4.0, cost=1.0),),
            reach={"z": Reach(at_least=2, per="1d"), "a": Reach(share=0.2, per="1d")},
            capacities={"mails": Capacity(limit=9, per="1d")},
        )
    )
    tallies = (Tally("reached", "z", 1.0), Tally("others", "a", 1.0), Tally("reached", "gone", 1.0))
    shared: Shared = fold(NOTHING_SHARED, tallies, NOW, plan)
    assert [(pace.reach, pace.reached, pace.chances) for pace in shared.paces] == [("a", 0.0, 1.0), ("z", 1.0, 0.0)]


@pytest.mark.parametrize(
    ("declared", "most", "expected"),
    [({"value": 4.0, "cost": 1.0}, None, (3.0, 9.0)), ({"cost": 0.5}, None, (0.5, 1.5)), ({}, 3.0, (1.0, 3.0))],
)
def test_subsidies_are_of_the_size_of_what_the_contacts_are_worth_or_cost(
    declared: dict[str, float], most: float | None, expected: tuple[float, float]
) -> None:
    whole = workspace(actions=(action(**declared),), reach={"news": Reach(at_least=2, most=most)})
    plan = compile_shared(whole).reaches["news"]
    assert (plan.typical, plan.most) == expected
