"""The lot of the groups, over revisions and epochs, against lots that were made up."""

from math import exp

import pytest
from msgspec.structs import replace

from segue.measurement.reports import make_report
from segue.measurement.reports.lots import check_drawn, check_lots, lot_of
from segue.measurement.reports.period import Lot
from segue.measurement.reports.writing import as_markdown, as_page
from segue.measurement.statistics.split import log_split_evidence
from tests.builders import workspace
from tests.measurement.reports.town import SHOP, entries, period

SMALL = Lot("1", {"holdout": 0.1, "agent": 0.9})
LARGE = Lot("1", {"holdout": 0.5, "agent": 0.5})


def test_the_plan_of_a_revision_has_the_agent_and_nobody_with_no_share() -> None:
    assert lot_of(workspace(groups={"holdout": 0.1, "rules": 0.0}, epoch="7")) == Lot(
        "7", {"holdout": 0.1, "agent": 0.9}
    )
    assert lot_of(workspace(groups={"rules": 1.0})).shares == {"rules": 1.0}


def test_shares_that_changed_are_no_broken_split() -> None:
    drawn = {"a": {"holdout": 1000, "agent": 9000}, "b": {"holdout": 5000, "agent": 5000}}
    check = check_drawn(drawn, {"a": SMALL, "b": LARGE})
    assert not check.is_broken
    assert check.counts == {"holdout": 6000, "agent": 14_000}
    assert check.expected == pytest.approx({"holdout": 0.3, "agent": 0.7})
    assert check_drawn(drawn, {"a": SMALL, "b": SMALL}).is_broken


def test_a_group_of_which_nobody_came_is_a_broken_split() -> None:
    lot = Lot("1", {"holdout": 0.1, "random": 0.05, "agent": 0.85})
    seen = {"holdout": 1000, "agent": 9000, "of no plan": 7}
    assert check_drawn({"a": seen}, {"a": lot}).is_broken
    assert check_drawn({"a": seen}, {"a": lot}).p == pytest.approx(
        exp(-log_split_evidence([1000, 0, 9000], [0.1, 0.05, 0.85]))
    )


def test_the_towns_lot_holds_and_counts_everybody_who_was_drawn() -> None:
    check = check_lots(period())
    assert check is not None
    assert not check.is_broken
    drawn = {d.customer_id: d.group for e in entries() for d in e.decisions if not d.policy.startswith("obligation")}
    assert sum(check.counts.values()) == len(drawn)
    assert check_lots(replace(period(), workspace=replace(SHOP, groups={}))) is None


def test_a_broken_split_comes_first_and_nothing_is_told_to_be_caused() -> None:
    report = make_report(replace(period(), workspace=replace(SHOP, groups={"holdout": 0.85})))
    effects = report.of("effects")
    assert effects is not None
    assert effects.data.readings == ()
    assert report.alarm.startswith("split is broken: do not read (")
    assert report.of("contributions") is None
    paths = report.of("paths_to_conversion")
    assert paths is not None
    assert paths.data["calibrated"] is None
    assert as_markdown(report).splitlines()[2] == f"**{report.alarm}**"
    assert as_page(report).index("split is broken") < as_page(report).index("What orchestration caused")
