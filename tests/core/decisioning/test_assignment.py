from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.decisioning.assignment import assign, merge_assignments
from segue.model.assignments import Assignment
from segue.model.ids import CustomerId
from segue.model.time import Instant
from tests.builders import NOW, customer, workspace

SHARES = {"holdout": 0.1, "random": 0.05, "rules": 0.25}
SHOP = workspace(groups=SHARES)


def groups_of(shop: object = SHOP, count: int = 20_000) -> list[str]:
    assert isinstance(shop, type(SHOP))
    return [assign(customer(customer_id=CustomerId(f"c{n}")), shop, NOW).group for n in range(count)]


def test_groups_get_the_shares_they_were_promised() -> None:
    counts = Counter(groups_of())
    for group, share in {**SHARES, "agent": 0.6}.items():
        assert abs(counts[group] / 20_000 - share) < 4 * (share * (1 - share) / 20_000) ** 0.5, group
    assert counts.total() == 20_000


@pytest.mark.parametrize(
    ("groups", "expected"), [({}, {"agent"}), ({"holdout": 0.0}, {"agent"}), ({"rules": 1.0}, {"rules"})]
)
def test_the_agent_gets_whoever_is_left(groups: dict[str, float], expected: set[str]) -> None:
    assert set(groups_of(workspace(groups=groups), 500)) == expected


def test_a_customer_is_assigned_once_and_stays_whatever_the_shares_become() -> None:
    ada = customer()
    first = assign(ada, SHOP, NOW)
    assert first == Assignment(first.group, "1", "ada", NOW, is_mixed=False)
    later = assign(replace(ada, assignment=first), workspace(groups={"holdout": 1.0}), Instant(NOW + 5))
    assert later is first


def test_a_new_epoch_draws_again_for_the_same_unit() -> None:
    assigned = Assignment("holdout", "1", "first-seen", NOW, is_mixed=True)
    again = assign(customer(assignment=assigned), workspace(groups=SHARES, epoch="2"), Instant(NOW + 5))
    assert (again.epoch, again.unit, again.at, again.is_mixed) == ("2", "first-seen", NOW + 5, False)
    expected = assign(customer(customer_id=CustomerId("first-seen")), workspace(groups=SHARES, epoch="2"), NOW).group
    assert again.group == expected


def test_the_groups_of_two_epochs_are_independent() -> None:
    both = Counter(zip(groups_of(), groups_of(workspace(groups=SHARES, epoch="2")), strict=True))
    held_twice = both[("holdout", "holdout")] / 20_000
    assert abs(held_twice - 0.01) < 4 * (0.01 * 0.99 / 20_000) ** 0.5


def test_another_seed_draws_other_groups() -> None:
    assert groups_of(count=200) != groups_of(workspace(groups=SHARES, seed="another"), 200)


EARLIER = Assignment("holdout", "1", "anonymous", Instant(1))
LATER = Assignment("agent", "1", "ada", Instant(2))


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (None, None, None),
        (LATER, None, LATER),
        (None, LATER, LATER),
        (LATER, EARLIER, replace(EARLIER, is_mixed=True)),
        (replace(LATER, group="holdout"), EARLIER, EARLIER),
        (replace(LATER, group="holdout", is_mixed=True), EARLIER, replace(EARLIER, is_mixed=True)),
        # An assignment of a former epoch says nothing about this one.
        (replace(LATER, epoch="2"), EARLIER, replace(LATER, epoch="2")),
        (replace(LATER, epoch="2"), replace(EARLIER, is_mixed=True), replace(LATER, epoch="2")),
    ],
)
def test_a_merge_keeps_the_earlier_group_and_counts_different_ones_as_mixed(
    ours: Assignment | None, theirs: Assignment | None, expected: Assignment | None
) -> None:
    assert merge_assignments(ours, theirs) == expected
    assert merge_assignments(theirs, ours) == expected


assignments = st.none() | st.builds(
    Assignment,
    st.sampled_from(["agent", "holdout"]),
    st.just("1"),
    st.sampled_from(["ada", "bob"]),
    st.integers(0, 2).map(Instant),
    st.booleans(),
)


@given(assignments, assignments, assignments)
def test_the_order_of_merges_does_not_matter(
    one: Assignment | None, two: Assignment | None, three: Assignment | None
) -> None:
    # Two units cannot have one moment and two groups: a unit's group is a function of its name.
    known = {(each.unit, each.at): each.group for each in (one, two, three) if each}
    one, two, three = (each and replace(each, group=known[each.unit, each.at]) for each in (one, two, three))
    assert merge_assignments(merge_assignments(one, two), three) == merge_assignments(
        one, merge_assignments(two, three)
    )
