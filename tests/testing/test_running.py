"""Scenarios are told to the production engine; a failing one says what happened instead."""

import shutil
from pathlib import Path

import pytest

from segue.model.errors import WorkspaceError
from segue.testing import run_scenarios

EXAMPLE = Path(__file__).parents[2] / "examples" / "two_channels"

OPENING = """
scenarios:
  - scenario: A story
    given:
      start: "2011-01-03 10:00"
      traits: {email: anna@example.com}
    story:
      - event: item_purchased
        properties: {invoice: A1}
      - at: "2011-01-24 10:00"
        event: item_purchased
        properties: {invoice: A2}
"""
FIRST_LINE = 13


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "two_channels"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("data", "tests", "out", ".segue"))
    (folder / "tests").mkdir()
    return folder


def tell(workspace: Path, *lines: str, opening: str = OPENING):
    story = opening + "".join(f"      - {line}\n" for line in lines)
    (workspace / "tests" / "story.yaml").write_text(story, encoding="utf-8")
    (result,) = run_scenarios(workspace)
    return result


def test_every_scenario_of_the_example_passes():
    results = run_scenarios(EXAMPLE)
    assert len(results) >= 14
    assert [str(result) for result in results if not result.passed] == []


def test_a_result_of_a_story_that_holds_carries_its_timeline(workspace):
    result = tell(workspace, 'expect: {message: reorder_offer, at: "2011-02-17 10:00"}')
    assert result.passed
    assert result.timeline == (
        "2011-01-03 10:00  event item_purchased",
        "2011-01-24 10:00  event item_purchased",
        "2011-02-17 10:00  reorder_offer by email handed over: accepted",
    )


@pytest.mark.parametrize(
    ("line", "expected", "happened"),
    [
        (
            'expect: {message: reorder_offer, at: "2011-02-16 10:00"}',
            "message reorder_offer at 2011-02-16 10:00",
            "No message came until 2011-02-16 10:00. It was never proposed.",
        ),
        (
            'expect: {message: reorder_offer, at: "2011-02-18 10:00"}',
            "message reorder_offer at 2011-02-18 10:00",
            "reorder_offer by email came at 2011-02-17 10:00.",
        ),
        (
            "expect: {message: reorder_offer, channel: display, within: 30d}",
            "message reorder_offer by display within 30d",
            "reorder_offer by email came at 2011-02-17 10:00.",
        ),
        (
            "expect: {message: reorder_offer}",
            "message reorder_offer",
            "No message came until 2011-01-24 10:00. It was never proposed.",
        ),
        (
            'expect_silence: {until: "2011-02-17 10:00"}',
            "silence until 2011-02-17 10:00",
            "reorder_offer by email came at 2011-02-17 10:00.",
        ),
        (
            "expect_silence: {for: 24d}",
            "silence until 2011-02-17 10:00",
            "reorder_offer by email came at 2011-02-17 10:00.",
        ),
        ("expect_member: reorder_due", "the customer in reorder_due", "The customer is in no audience."),
        (
            "{after: 27d, expect_not_member: reorder_due}",
            "the customer not in reorder_due",
            "It has been in it since 2011-02-19 10:00.",
        ),
        (
            "{after: 30d, expect_suppressed: {action: reorder_offer, reason: capped}}",
            "reorder_offer suppressed: capped",
            "It was not suppressed.",
        ),
        (
            "{after: 24d, expect_held: {action: reorder_offer, reason: quiet_deferred}}",
            "reorder_offer held: quiet_deferred",
            "Nothing of it is held.",
        ),
        ("{after: 24d, expect_ghost: {message: reorder_offer}}", "ghost reorder_offer", "No ghost came until"),
        ("report: opened", "a message to be opened", "No message has been sent."),
        (
            '{at: "2011-01-20 10:00"}',
            "a line at 2011-01-20 10:00",
            "It is 2011-01-24 10:00 already; time never goes back.",
        ),
    ],
)
def test_an_unmet_expectation_says_what_happened_instead(workspace, line, expected, happened):
    result = tell(workspace, line)
    assert not result.passed
    assert result.expected == expected
    assert result.happened.startswith(happened)
    assert (result.place.file, result.place.line) == ("tests/story.yaml", FIRST_LINE)
    assert "the story:\n      2011-01-03 10:00  event item_purchased" in str(result)


def test_a_message_that_waits_for_the_morning_is_named_as_the_reason_of_a_failure(workspace):
    late = OPENING.replace("10:00", "23:30")
    result = tell(workspace, 'expect: {message: reorder_offer, at: "2011-02-17 23:30"}', opening=late)
    assert result.happened == (
        "No message came until 2011-02-17 23:30. It is held until 2011-02-18 08:00: quiet_deferred."
    )


def test_a_suppressed_message_is_named_as_the_reason_of_a_failure(workspace):
    nobody = OPENING.replace("{email: anna@example.com}", "{}")
    result = tell(workspace, "expect: {message: reorder_offer, channel: email, within: 30d}", opening=nobody)
    assert "Last it was suppressed: no_channel" in result.happened


def test_a_story_stops_at_its_first_unmet_expectation(workspace):
    result = tell(workspace, "expect_member: reorder_due", 'expect: {message: reorder_offer, at: "2011-02-17 10:00"}')
    assert result.place.line == FIRST_LINE
    assert len(result.timeline) == 2


def test_a_message_is_spoken_of_once(workspace):
    line = 'expect: {message: reorder_offer, at: "2011-02-17 10:00"}'
    result = tell(workspace, line, "expect: {message: reorder_offer}")
    assert (result.passed, result.place.line) == (False, FIRST_LINE + 1)


def test_what_a_customer_reports_changes_the_story(workspace):
    mail = 'expect: {message: reorder_offer, at: "2011-02-17 10:00"}'
    assert tell(workspace, mail, "{after: 3h, report: opened}", "expect_silence: {for: 30d}").passed
    assert not tell(workspace, mail, "{after: 3h, report: delivered}", "expect_silence: {for: 30d}").passed


def test_a_story_can_tell_its_times_in_another_zone(workspace):
    abroad = OPENING.replace("given:", "given:\n      zone: Asia/Tokyo")
    assert tell(workspace, 'expect: {message: reorder_offer, at: "2011-02-17 17:00"}', opening=abroad).passed


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("expct: {message: reorder_offer}", "SG201", "expct"),
        ("expect: {message: reorder_ofer}", "SG301", "Did you mean 'reorder_offer'?"),
        ("expect: {message: reorder_offer, channel: mail}", "SG302", "'mail'"),
        ("expect: {message: reorder_offer, at: tomorrow}", "SG204", "tomorrow"),
        ("expect_member: reorder", "SG308", "reorder_due"),
        ("event: item_purchase", "SG309", "item_purchased"),
        ("expect_suppressed: {action: reorder_offer, reason: caped}", "SG204", "capped"),
        ("{event: item_purchased, expect_member: reorder_due}", "SG204", "2 things"),
        ("{after: soon}", "SG204", "soon"),
    ],
)
def test_a_mistake_in_a_scenario_is_found_with_file_and_line(workspace, line, code, said):
    with pytest.raises(WorkspaceError) as caught:
        tell(workspace, line)
    (finding,) = caught.value.findings
    assert (finding.code, finding.place.file, finding.place.line) == (code, "tests/story.yaml", FIRST_LINE)
    assert said in str(finding)
