"""Directly-follows, whole ways and Sankey links against counting by hand and in Python."""

from collections import Counter
from itertools import pairwise
from statistics import median

import pytest

from segue.measurement.paths.cases import Cases, journey_steps, read_cases
from segue.measurement.paths.following import follows, sankey_links, whole_ways
from segue.measurement.paths.results import SankeyLink
from tests.measurement.paths.histories import by_case, cases_of, random_events, spelled


@pytest.mark.parametrize("seed", range(3))
def test_follows_count_pairs_and_their_gaps(seed: int) -> None:
    events = random_events(seed)
    gaps: dict[tuple[str, str], list[float]] = {}
    where: dict[tuple[str, str], set[str]] = {}
    for case, rows in by_case(events).items():
        for (hours, one), (later, other) in pairwise(rows):
            gaps.setdefault((one, other), []).append((later - hours) * 3600)
            where.setdefault((one, other), set()).add(case)

    found = {(each.activity, each.next): each for each in follows(cases_of(events))}

    assert {key: (each.times, each.cases, each.median_seconds) for key, each in found.items()} == {
        key: (len(seconds), len(where[key]), pytest.approx(median(seconds))) for key, seconds in gaps.items()
    }


def test_whole_ways_with_their_shares() -> None:
    first, second = whole_ways(spelled("ab", "ab", "abc", "b"), limit=2)

    assert (first.activities, first.cases, first.share, first.median_seconds) == (("a", "b"), 2, 0.5, 3600.0)
    assert (second.activities, second.cases) == (("a", "b", "c"), 1)


def test_sankey_links_say_where_cases_go_and_end() -> None:
    assert sankey_links(spelled("abc", "ab", "b"), steps=2) == (
        SankeyLink(step=1, source="a", target="b", cases=2),
        SankeyLink(step=1, source="b", target="", cases=1),
        SankeyLink(step=2, source="b", target="", cases=1),
        SankeyLink(step=2, source="b", target="c", cases=1),
    )


@pytest.mark.parametrize("seed", range(3))
def test_as_many_leave_a_place_as_came_to_it(seed: int) -> None:
    links = sankey_links(cases_of(random_events(seed)), steps=8)
    into, out = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for link in links:
        out[link.step, link.source] += link.cases
        into[link.step + 1, link.target] += link.cases

    assert all(into[place] == cases for place, cases in out.items() if place[0] > 1)


def test_events_of_one_moment_have_one_order() -> None:
    forth, back = cases_of([("1", 0.0, "b"), ("1", 0.0, "a")]), cases_of([("1", 0.0, "a"), ("1", 0.0, "b")])

    assert follows(forth) == follows(back)


def test_a_journeys_runs_are_cases() -> None:
    cases: Cases = spelled("a")
    cases.duck.execute('CREATE TABLE steps (run_id VARCHAR, "at" TIMESTAMP, journey VARCHAR, to_step VARCHAR)')
    for row in (("r", "2026-01-01", "win_back", "hello"), ("r", "2026-01-02", "win_back", "offer")):
        cases.duck.execute("INSERT INTO steps VALUES (?, ?, ?, ?)", row)
    cases.duck.execute(
        "INSERT INTO steps VALUES ('r', '2026-01-03', 'win_back', ''), ('s', '2026-01-03', 'other', 'x')"
    )

    (way,) = whole_ways(read_cases(cases.duck, journey_steps("win_back")))

    assert way.activities == ("hello", "offer")
