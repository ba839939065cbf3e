"""Differences between workspaces, in words."""

from pathlib import Path

import pytest

from segue.model.snapshots import Linear, ModelSnapshot, ScoreModel
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.workspace import read
from segue.workspace.differences import Difference, differences
from tests.workspace import club
from tests.workspace.shop import write_shop

NURTURE, REORDER = "journeys/nurture.yaml", "journeys/reorder.yaml"
HELLO = "actions/hello.yaml"


def club_workspace(folder: Path, replaced: dict[str, str] | None = None) -> Workspace:
    return read(write_shop(folder, replaced, club.FILES))


@pytest.mark.parametrize(
    ("file", "there", "instead", "about", "words"),
    [
        (NURTURE, "after: 3d", "after: 5d", "journey nurture", "step `breathe` waits 5d instead of 3d"),
        (
            NURTURE,
            "    kind: set_trait\n    set: {vip: orders_30d > 3}",
            "    kind: wait\n    after: 1d",
            "journey nurture",
            "step `mark`: wait 1d instead of set vip = orders_30d > 3",
        ),
        (
            NURTURE,
            "  - id: again\n",
            "  - {id: rest, kind: wait, after: 1h}\n  - id: again\n",
            "journey nurture",
            "new step `rest`, after `other`: wait 1h",
        ),
        (
            NURTURE,
            "on: {kind: event, event: signed_up}",
            "on: {kind: event, event: seat_taken}",
            "journey nurture",
            "is entered by seat_taken instead of signed_up",
        ),
        (NURTURE, "  debounce: 5min", "  when: vip\n  debounce: 5min", "journey nurture", "entry now needs vip"),
        (NURTURE, "limit: 100", "limit: 50", "journey nurture", "entry: rate: limit is 50 instead of 100"),
        (
            NURTURE,
            "{option: more, next: round",
            "{option: more, next: end",
            "journey nurture",
            "step `pick`: options more: next is end instead of round",
        ),
        (
            NURTURE,
            "    goto: nudge\n",
            "    hurry: 0\n",
            "journey nurture",
            "on: no more seat_taken: go to nudge",
        ),
        (
            NURTURE,
            "within: 10d",
            "within: 20d",
            "journey nurture",
            "stages consideration: within is 20d instead of 10d",
        ),
        (
            NURTURE,
            "journey: nurture\n",
            "journey: nurture\nstatus: paused\n",
            "journey nurture",
            "status is paused instead of live",
        ),
        (HELLO, "tags: [news]", "tags: [news, first]", "action hello", "tags is news, first instead of news"),
        (
            HELLO,
            "  - channel: email\n    template: hello.txt\n",
            "",
            "action hello",
            "variants: no more email (template hello.txt)",
        ),
        ("themes.yaml", "lead: 1d", "lead: 2d", "theme reorder", "lead is 2d instead of 1d"),
        ("capacities.yaml", "limit: 50.5", "limit: 60", "capacity budget", "limit is 60 instead of 50.5"),
        (
            "contact_rules.yaml",
            "limit: 4, cal",
            "limit: 3, cal",
            "contact_rules",
            "caps weekly: limit is 3 instead of 4",
        ),
        ("triggers.yaml", "at_least: 3", "at_least: 4", "trigger busy", "at_least is 4 instead of 3"),
        ("segue.yaml", "latency: 3s", "latency: 1min", "channel sms", "latency is 60s instead of 3s"),
        ("segue.yaml", "hours_by: country", "hours_by: phone", "workspace", "hours_by is phone instead of country"),
    ],
)
def test_a_change_is_said_in_words(tmp_path: Path, file: str, there: str, instead: str, about: str, words: str) -> None:
    assert club.FILES[file].count(there) == 1
    before = club_workspace(tmp_path / "before")

    after = club_workspace(tmp_path / "after", {file: club.FILES[file].replace(there, instead)})

    assert Difference(about, words) in differences(before, after)
    assert {each.about for each in differences(before, after)} == {about}


def test_what_is_new_and_what_is_gone_is_told_by_name(tmp_path: Path) -> None:
    whole = club_workspace(tmp_path / "whole")
    less = read(write_shop(tmp_path / "less", {REORDER: None, NURTURE: None}, club.FILES))

    assert [str(each.words) for each in differences(less, whole)] == [
        "new: entered by signed_up, 11 steps",
        "new: entered by lapsed, 5 steps",
    ]
    assert {each.words for each in differences(whole, less)} == {"is gone"}


def test_steps_that_come_in_another_order_are_told(tmp_path: Path) -> None:
    before = club_workspace(tmp_path / "before")
    head, tail = club.FILES[NURTURE].split("  - id: again\n    kind: wait\n    receptive: 2d\n")
    moved = head.replace("  - id: mark\n", "  - id: again\n    kind: wait\n    receptive: 2d\n  - id: mark\n") + tail

    (difference,) = differences(before, club_workspace(tmp_path / "after", {NURTURE: moved}))

    assert difference.words.startswith("the steps come in another order: greet, breathe, tone, nudge, again, mark")


def test_nothing_has_changed_in_an_equal_workspace(tmp_path: Path) -> None:
    assert differences(club_workspace(tmp_path / "one"), club_workspace(tmp_path / "two")) == ()


def test_another_model_is_told_by_its_version_and_never_by_its_numbers() -> None:
    body = ScoreModel("risk", Linear(("one",), 1.0, (0.0,), (0.0,), (1.0,)))
    old, new = (
        ModelSnapshot(kind="churn", version=version, trained_from=Instant(0), trained_to=Instant(0), rows=1, body=body)
        for version in ("a1", "b2")
    )
    without, with_old, with_new = (
        Workspace(name="s", models=models) for models in ({}, {"churn": old}, {"churn": new})
    )

    assert differences(with_old, with_new) == (
        Difference("model churn", "b2 decides instead of a1, trained to 1970-01-01"),
    )
    assert differences(without, with_new) == (Difference("model churn", "b2 decides, trained to 1970-01-01"),)
    assert differences(with_old, without) == (Difference("model churn", "is gone"),)
    assert differences(with_old, with_old) == ()
