from msgspec.structs import replace

from segue.simulation.report.doubts import doubts
from segue.simulation.report.findings import Findings
from segue.simulation.report.markdown import markdown
from segue.simulation.report.whole import report_page
from tests.simulation.report.known import AGENT, findings


def counting(counted: dict[str, dict[str, float]], unheard: tuple[str, ...] = ()) -> Findings:
    found = findings()
    spec = replace(found.spec, conversions=(), ending="", values={})
    return replace(found, result=replace(found.result, counted=counted), unheard=unheard, spec=spec)


BUSY = {"usual": {"contact/email": 2.0}, AGENT: {"contact/email": 1.0}, "twin": {"shown/web": 2.0}}


def test_there_is_no_doubt_where_every_arm_reaches_somebody_and_they_differ() -> None:
    assert doubts(counting(BUSY)) == []


def test_an_arm_in_which_nobody_gets_anything_is_named() -> None:
    (doubt,) = doubts(counting(BUSY | {"twin": {"event/visited": 9.0, "contact/email": 0.0}}))
    assert doubt.startswith("Nobody got anything in the arm 'twin'.")
    (doubt,) = doubts(counting({arm: {"event/visited": 9.0} for arm in ("usual", AGENT, "twin")}))
    assert doubt.startswith("Nobody got anything in the arms 'usual', ")


def test_an_arm_that_is_held_out_of_everything_is_meant_to_reach_nobody() -> None:
    found = counting(BUSY | {"twin": {}})
    arms = found.spec.arms | {"twin": replace(found.spec.arms["twin"], groups={"holdout": 1.0})}
    assert doubts(replace(found, spec=replace(found.spec, arms=arms))) == []


def test_arms_that_came_to_the_same_are_named() -> None:
    (doubt,) = doubts(counting(BUSY | {"twin": BUSY["usual"]}))
    assert doubt == "In 'twin' exactly the same happened as in 'usual'."


def test_events_that_no_workspace_declares_are_named_on_the_page_and_in_markdown() -> None:
    found = counting(BUSY, unheard=("ordered", "visited"))
    (doubt,) = doubts(found)
    assert "No workspace declares these events of the market: ordered, visited." in doubt
    assert "ordered, visited" in markdown(found)
    assert "ordered, visited" in report_page(found)


def test_what_the_file_counts_on_and_never_comes_is_named() -> None:
    found = counting(BUSY | {"twin": {"contact/email": 2.0, "event/ordered": 1.0}})
    spec = replace(found.spec, conversions=("ordered", "booked"), ending="cancelled", values={"ordered": "margin"})
    never, worthless = doubts(replace(found, spec=spec))
    assert never == "In no arm there was any of: cancelled, booked. Look whether the market calls them so."
    assert worthless == "'ordered' never says its 'margin' as a number, so that it is worth nothing."
    (never,) = doubts(replace(found, spec=replace(spec, conversions=("ordered",), values={})))
    assert "any of: cancelled." in never
