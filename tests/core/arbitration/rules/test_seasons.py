from typing import Any

import pytest

from segue.core.arbitration.rules.seasons import (
    check_blackouts,
    check_season,
    compile_blackouts,
    compile_seasons,
    say_window,
)
from segue.core.arbitration.verdicts import Verdict
from segue.model.catalogue import Window
from segue.model.contact_rules import Blackout
from segue.model.decisions import Reason
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, workspace

TODAY, TOMORROW = "2026-03-02", "2026-03-03"
MIDNIGHT = Instant(NOW + 12 * HOUR)


def season(*windows: Window, now: int = NOW, zone: str = "UTC", workspace_zone: str = "UTC") -> Verdict | None:
    whole = workspace(actions=(action(calendar=windows), action("always")), zone=workspace_zone)
    plans = compile_seasons(whole)
    assert [*plans] == ["offer"]
    return check_season(plans["offer"], Instant(now), zone)


def dark(*blackouts: Blackout, channel: str = "email", now: int = NOW, **about: Any) -> Verdict | None:
    return check_blackouts(action(**about), channel, compile_blackouts(blackouts, "UTC"), Instant(now), "UTC")


def ineligible(detail: str, until: int = 0) -> Verdict:
    return Verdict(Reason.INELIGIBLE, detail, Instant(until))


def test_an_action_waits_for_its_next_window_and_after_the_last_is_refused_for_good() -> None:
    assert season(Window(begins=TODAY, ends=TODAY)) is None
    assert season(Window(begins=TOMORROW)) == ineligible(f"calendar: from {TOMORROW}", MIDNIGHT)
    assert season(Window(ends="2026-03-01")) == ineligible("calendar: until 2026-03-01")
    assert season(Window(ends="2026-03-01"), Window(weekdays=("tue", "thu"))) == ineligible(
        "calendar: until 2026-03-01; on tue, thu", MIDNIGHT
    )


def test_a_window_is_on_the_customers_clock_or_on_the_workspaces() -> None:
    late = MIDNIGHT - HOUR
    assert season(Window(ends=TODAY), now=late, zone="Europe/Berlin") == ineligible(f"calendar: until {TODAY}")
    assert season(Window(ends=TODAY, zone="workspace"), now=late, zone="Europe/Berlin") is None


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, True),
        ({"category": "service"}, False),
        ({"category": "transactional"}, False),
        ({"channel": "sms"}, False),
        ({"name": "other"}, False),
    ],
)
def test_a_blackout_stops_what_it_names(about: dict[str, Any], expected: bool) -> None:
    blackout = Blackout(blackout="mourning", begins=TODAY, ends=TODAY, channels=("email",), actions=("offer",))
    found = dark(blackout, **about)
    assert found == (ineligible("blackout: mourning", MIDNIGHT) if expected else None)


def test_outside_of_it_a_blackout_stops_nothing() -> None:
    assert dark(Blackout(blackout="later", begins=TOMORROW)) is None


def test_blackouts_that_follow_one_another_are_waited_for_together() -> None:
    first = Blackout(blackout="first", begins=TODAY, ends=TODAY)
    second = Blackout(blackout="second", begins=TOMORROW, ends=TOMORROW)
    assert dark(first, second) == ineligible("blackout: first", MIDNIGHT + DAY)


def test_what_one_blackout_drops_no_other_holds_and_one_without_an_end_holds_nothing() -> None:
    hold = Blackout(blackout="hold", begins=TODAY, ends=TOMORROW)
    drop = Blackout(blackout="drop", begins=TODAY, ends=TODAY, then="drop")
    assert dark(hold, drop) == ineligible("blackout: hold")
    assert dark(Blackout(blackout="for_good", begins=TODAY)) == ineligible("blackout: for_good")


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(begins=TODAY, ends=TOMORROW), f"{TODAY} to {TOMORROW}"),
        (Window(begins=TODAY), f"from {TODAY}"),
        (Window(ends=TODAY, weekdays=("sat", "sun")), f"until {TODAY} on sat, sun"),
    ],
)
def test_a_window_is_said_in_words(window: Window, words: str) -> None:
    assert say_window(window) == words
