"""The Complete Journey example: its stories, its numbers, and on a part of the real households that nothing is lost."""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import NamedTuple

import pytest

from bench.complete_journey.__main__ import arbitrate, contacts_of
from bench.complete_journey.account import Account
from bench.complete_journey.rows import EXAMPLE, Rows, is_here, write_events
from bench.complete_journey.values import worth_of_offers
from bench.complete_journey.weeks import Week, per_household_week, planned
from segue.model.time import DAY
from segue.testing import run_scenarios
from segue.workspace import load

needs_data = pytest.mark.skipif(not is_here(), reason="the Complete Journey data is not on this machine")


class Part(NamedTuple):
    """A part of the households: how many rows, their contacts as sent, and the account of the replay."""

    rows: Rows
    before: Counter[Week]
    account: Account


def test_the_stories_of_the_example_hold():
    results = run_scenarios(EXAMPLE)
    assert [result.name for result in results if not result.passed] == []
    assert results


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Part:
    """One household in sixty, as sent and arbitrated."""
    events = tmp_path_factory.mktemp("rows") / "complete_journey_part.parquet"
    rows = write_events(events, every=60)
    return Part(rows, planned(events), arbitrate(events).account)


@needs_data
def test_every_assignment_ends_contacted_or_with_one_reason(part: Part):
    assignments = [*part.account.assignments.values(), *part.account.refused]
    assert len({(each.household, each.campaign) for each in assignments}) == part.rows.assigned > 80
    assert all(assignment.outcome for assignment in assignments)
    assert not any(assignment.is_open for assignment in assignments), "a week after the last campaign nothing may wait"


@needs_data
def test_no_household_gets_more_than_two_contacts_a_week_where_as_sent_they_would(part: Part):
    after = per_household_week(contacts_of(part.account))
    assert max(part.before.values()) > 2
    assert max(after.values()) <= 2
    assert sum(after.values()) < sum(part.before.values())


@needs_data
def test_no_household_hears_of_two_lines_of_coupons_in_six_days(part: Part):
    theme_of = {action.action: action.theme for action in load(EXAMPLE).workspace.actions}
    heard: dict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for each in part.account.assignments.values():
        heard[each.household] += [(at, theme_of[each.offer]) for at, _ in each.sent]
    changes = 0
    for contacts in heard.values():
        for (at, theme), (later, other) in pairwise(sorted(contacts)):
            changes += theme != other
            assert theme == other or later - at >= 6 * DAY
    assert changes > 10, "nobody was in two lines at all"


@needs_data
def test_the_values_in_the_actions_are_those_of_the_data():
    actions = {action.action: action for action in load(EXAMPLE).workspace.actions}
    worths, _ = worth_of_offers()
    shipped = {name: (action.value, action.variants[1].lift) for name, action in actions.items()}
    assert shipped == {worth.offer: (worth.value, worth.email_lift) for worth in worths}
