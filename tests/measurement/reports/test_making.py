"""Each section against the same figure counted by hand from the log's entries."""

from collections import Counter, defaultdict
from statistics import fmean

import pytest

from bench.known_truth import HOLDOUTS
from segue.measurement.reports.effects import VALUE, effects_section
from segue.measurement.reports.unusual import unusual_section
from segue.model.time import DAY, Instant
from tests.measurement.reports.town import entries, period, whole
from tests.simulation.shop import BEGIN


def assigned() -> dict[str, tuple[str, int]]:
    """The group of each customer's first decision, and its moment."""
    found: dict[str, tuple[str, int]] = {}
    for entry in entries():
        for decision in entry.decisions:
            if not decision.policy.startswith("obligation"):
                found.setdefault(decision.customer_id, (decision.group, decision.at))
    return found


def margins() -> dict[str, float]:
    """What each assigned customer brought from the first decision on."""
    first, found = assigned(), defaultdict(float)
    for entry in entries():
        name = entry.event.customer_id
        if name in first and entry.event.at >= first[name][1]:
            found[name] += sum(reward.amount for reward in entry.rewards)
    return found


def test_every_section_is_there_and_says_whether_it_proves_anything() -> None:
    names = {each.name: each.is_causal for each in whole().sections}
    assert {name for name, is_causal in names.items() if is_causal} == {"effects", "contributions"}
    assert {"outcomes", "orchestration", "paths_to_conversion", "ways", "cohorts", "unusual"} <= names.keys()
    assert all(each.lead and each.notes for each in whole().sections)
    assert whole().of("nonsense") is None


def test_effects_are_means_from_the_first_decision_on() -> None:
    found = whole().of("effects")
    assert found is not None
    reading = next(each for each in found.data.readings if each.metric == "margin")
    groups, brought = assigned(), margins()
    for group, mean in (("agent", reading.arm_mean), ("holdout", reading.control_mean)):
        cap = reading.capping.cap
        mine = [min(brought.get(name, 0.0), cap) for name, (its, _) in groups.items() if its == group]
        assert mean == pytest.approx(fmean(mine))
    assert reading.control_units + reading.arm_units == len(groups)
    assert {each.metric for each in found.data.readings} == {VALUE, "margin"}


def test_contributions_compare_customers_with_those_a_holdout_left_out() -> None:
    found = whole().of("contributions")
    assert found is not None
    by_part = {each.channel: each for each in found.data}
    assert set(by_part) == {"email", "sms", "welcome"}
    decided: dict[str, dict[str, tuple[bool, str, int]]] = defaultdict(dict)
    for entry in entries():
        for decision in entry.decisions:
            chosen = next(each for each in decision.considered if each.key == decision.chosen)
            if chosen.action and decision.group != "holdout":
                for part in {chosen.channel, chosen.source.removeprefix("journey:")} & by_part.keys():
                    told = (decision.is_ghost, chosen.detail, decision.at)
                    decided[part].setdefault(decision.customer_id, told)
    for part, each in by_part.items():
        name = {"email": "without_email", "sms": "without_sms", "welcome": "without_welcome"}[part]
        sent = {who: at for who, (ghost, _, at) in decided[part].items() if not ghost}
        left_out = {who: at for who, (ghost, kept, at) in decided[part].items() if ghost and kept == name}
        assert (each.contacts, each.ghosts) == (len(sent), len(left_out))
        for group, mean in ((sent, each.mean), (left_out, each.ghost_mean)):
            brought = [
                sum(r.amount for e in entries() if e.event.customer_id == who and e.event.at >= at for r in e.rewards)
                for who, at in group.items()
            ]
            assert mean == pytest.approx(fmean(brought))
        assert 0.1 < each.ghosts / (each.contacts + each.ghosts) < 0.4, HOLDOUTS[name].share


def test_outcomes_and_treatment_are_counted_by_group() -> None:
    outcomes, treated = whole().of("outcomes"), whole().of("orchestration")
    assert outcomes is not None
    assert treated is not None
    groups, brought = assigned(), margins()
    agent = next(each for each in outcomes.data.groups if each.group == "agent")
    mine = [brought.get(name, 0.0) for name, (group, _) in groups.items() if group == "agent"]
    assert agent.customers == len(mine)
    assert agent.value == pytest.approx(fmean(mine))
    assert agent.converting == pytest.approx(fmean(each > 0 for each in mine))
    assert outcomes.data.sooner[0].against == "holdout"
    held = next(each for each in treated.data.groups if each.group == "holdout")
    assert held.messages == 0.0
    contacts = sum(
        bool(next(c for c in d.considered if c.key == d.chosen).action) and not d.is_ghost
        for entry in entries()
        for d in entry.decisions
        if d.group == "agent"
    )
    weeks = sum((entries()[-1].event.at - at) / (7 * DAY) for _, (group, at) in groups.items() if group == "agent")
    told = next(each for each in treated.data.groups if each.group == "agent")
    assert told.messages == pytest.approx(contacts / weeks, rel=0.02)
    lost = Counter(
        str(c.suppressed)
        for entry in entries()
        for d in entry.decisions
        for c in d.considered
        if c.suppressed and not c.until and c.key != "silence"
    )
    assert {each.reason: each.times for each in treated.data.suppressed} == lost


def test_ways_hold_every_run_of_the_journey() -> None:
    ways = whole().of("ways")
    assert ways is not None
    (welcome,) = ways.data
    runs = {move.run_id for entry in entries() for move in entry.moved if move.journey == "welcome"}
    assert welcome.drop_off.cases == len(runs)
    assert welcome.ways[0].activities[0] == "hello"


def test_a_cohort_begins_with_everybody_active() -> None:
    cohorts = whole().of("cohorts")
    assert cohorts is not None
    assert all(cell.active == cell.customers for cell in cohorts.data if cell.age == 0)


def test_what_is_not_there_has_no_section() -> None:
    early = period(end=Instant(BEGIN + 10 * DAY))
    assert unusual_section(early) is None
    assert effects_section(early) is not None
