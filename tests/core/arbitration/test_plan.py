from typing import Any

import pytest

from segue.core.arbitration.ledger import Memory
from segue.core.arbitration.plan import RulesPlan, compile_contact_rules
from segue.core.shared import compile_shared
from segue.model.catalogue import Capacity, Theme
from segue.model.contact_rules import Cap, ContactRules, QuietHours
from segue.model.journeys import Entry, Journey
from segue.model.steps import Exit
from segue.model.time import DAY, HOUR, MINUTE
from tests.builders import EMAIL, action, workspace


def compiled(**declared: Any) -> RulesPlan:
    whole = workspace(**declared)
    return compile_contact_rules(whole, compile_shared(whole))


def journey(name: str, status: Any) -> Journey:
    return Journey(journey=name, status=status, entry=Entry(trigger="ordered"), steps=(Exit(id="end"),))


def test_durations_are_microseconds() -> None:
    plan = compiled(contact_rules=ContactRules(min_gap="3h", arbitration_window="10min"))
    assert (plan.min_gap, plan.arbitration_window) == (3 * HOUR, 10 * MINUTE)


@pytest.mark.parametrize(
    ("declared", "memory"),
    [
        ({}, Memory(60 * DAY, {})),
        ({"contact_rules": ContactRules(caps=())}, Memory(60 * DAY, {})),
        (
            {"contact_rules": ContactRules(caps=(Cap(cap="yearly", limit=9, window="365d"),))},
            Memory(365 * DAY, {}),
        ),
        ({"contact_rules": ContactRules(caps=(Cap(cap="c", limit=9, calendar="month"),))}, Memory(60 * DAY, {})),
        (
            {"actions": (action(theme="slow"),), "themes": {"slow": Theme(window="80d", lead="2d")}},
            Memory(82 * DAY, {}),
        ),
        ({"actions": (action(give_up_after=3),)}, Memory(60 * DAY, {"offer": 4})),
    ],
)
def test_contacts_are_remembered_as_long_as_any_rule_looks_back(declared: dict[str, Any], memory: Memory) -> None:
    assert compiled(**declared).memory == memory


@pytest.mark.parametrize(
    ("scope", "is_by_channel"),
    [("all", True), ("channel", True), ("theme", False), ("journey", False), ("action", False), ("tag", False)],
)
def test_only_caps_over_all_or_by_channel_look_the_same_to_every_candidate_of_a_channel(
    scope: Any, is_by_channel: bool
) -> None:
    rules = ContactRules(caps=(Cap(cap="c", limit=1, window="1d", scope=scope),))
    assert compiled(contact_rules=rules).is_by_channel is is_by_channel


@pytest.mark.parametrize(
    ("declared", "is_particular", "has_turns"),
    [
        ({"actions": (action(),)}, False, False),
        ({"actions": (action(theme="free"),), "themes": {"free": Theme()}}, False, False),
        ({"actions": (action(theme="one"),), "themes": {"one": Theme(exclusive="price")}}, True, False),
        ({"actions": (action(needs=("image",)),)}, True, False),
        ({"actions": (action(give_up_after=1),)}, True, False),
        ({"actions": (action(),), "capacities": {"mails": Capacity(limit=1, per="1h")}}, False, True),
        ({"capacities": {"mails": Capacity(limit=1, per="1h")}}, False, False),
        ({"contact_rules": ContactRules(arbitration_window="1h")}, False, True),
    ],
)
def test_what_a_workspace_does_not_use_is_not_asked_about(
    declared: dict[str, Any], is_particular: bool, has_turns: bool
) -> None:
    plan = compiled(**declared)
    assert (plan.is_particular, plan.has_turns) == (is_particular, has_turns)


def test_paused_journeys_and_budgets_are_known_by_name() -> None:
    plan = compiled(
        journeys=(journey("welcome", "live"), journey("reorder", "paused"), journey("old", "draining")),
        channels=(EMAIL,),
        capacities={"mails": Capacity(limit=1, per="1h"), "spend": Capacity(limit=1, per="1d", counts="cost")},
    )
    assert (plan.paused, plan.budgets) == (("reorder",), ("spend",))


def test_quiet_hours_for_some_channels_are_looked_at_channel_by_channel() -> None:
    night = QuietHours(start="21:00", end="08:00")
    assert not compiled(contact_rules=ContactRules(quiet_hours=(night,))).has_quiet_channels
    loud = QuietHours(start="12:00", end="13:00", channels=("email",))
    assert compiled(contact_rules=ContactRules(quiet_hours=(night, loud))).has_quiet_channels
