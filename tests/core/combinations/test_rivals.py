"""Pools, themes, capacities, best hours, groups and prices together: who waits, who goes, and that all of it ends."""

from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from segue.model.catalogue import Capacity, Theme
from segue.model.contact_rules import Cap, QuietHours
from segue.model.deliveries import DeliveryStatus
from segue.model.journeys import ExitRule, Handler
from segue.model.shared import Outlook
from segue.model.steps import Choose, EventMatch, MessageGroup, Option, Propose, Wait, Webhook
from segue.model.time import DAY, HOUR, MINUTE
from segue.model.workspace import PolicySpec
from tests.builders import action
from tests.core.combinations.shop import (
    accept,
    actions_sent,
    ends,
    journey,
    rules,
    sent,
    shop,
    somebody,
    where,
)
from tests.core.living import Living

REST = Wait(id="rest", after="20d")
NIGHT = (QuietHours(start="21:00", end="08:00"),)


def final_reasons(living: Living, name: str) -> list[str]:
    return [
        str(row.suppressed or "")
        for transition in living.transitions
        for decision in transition.decisions
        for row in decision.considered
        if row.action == name and not row.until
    ]


def test_a_goal_reached_as_the_pool_closes_takes_its_candidate_out_of_the_contest() -> None:
    care = journey(
        "care", Propose(id="mail", action="dear", deadline="3d"), REST, event="view", goal=EventMatch(event="order")
    )
    other = journey("other", Propose(id="mail", action="cheap", deadline="3d"), REST, event="look")
    world = shop(
        care,
        other,
        contact_rules=rules(arbitration_window="1h"),
        actions=(action("dear", "email", value=9.0), action("cheap", "email", value=1.0)),
    )
    living = somebody(world)
    living.does("view")
    living.does("look")
    living.after(HOUR - 1)
    living.now += 1  # type: ignore[assignment]
    living.does("order")
    assert actions_sent(living) == ["cheap"]
    assert final_reasons(living, "dear") == ["already_converted"]


def test_a_handler_that_leaves_a_step_leaves_its_late_answers_behind() -> None:
    care = journey(
        "care",
        Propose(id="mail", action="offer", deadline="9d"),
        Wait(id="rest", after="20d"),
        event="view",
        on=(Handler(event="again", goto="mail"),),
    )
    living = somebody(shop(care, contact_rules=rules(quiet_hours=NIGHT, arbitration_window="1h")))
    living.does("view")
    for _ in range(3):
        living.after(20 * MINUTE)
        living.does("again")
    living.after(DAY)
    assert actions_sent(living) == ["offer"]
    assert where(living) == {"care": "rest"}
    assert sorted(final_reasons(living, "offer")) == ["", "exit_event", "exit_event", "exit_event"]


def test_a_message_in_flight_whose_step_was_left_is_not_handed_over_and_its_word_moves_nothing() -> None:
    care = journey(
        "care",
        Webhook(id="call", channel="hook", on_failure="sad"),
        Wait(id="glad", after="9d"),
        Wait(id="sad", after="9d"),
        event="view",
        on=(Handler(event="again", goto="call"),),
    )
    living = somebody(shop(care))
    living.does("view")
    living.does("again")
    first, second = sent(living)
    living.hears(first.delivery_id, DeliveryStatus.REJECTED, attempt=1)
    assert where(living) == {"care": "call"}
    accept(living, second)
    assert where(living) == {"care": "glad"}


@pytest.mark.parametrize("fate", ["no consent", "capped", "rejected", "quiet", "unsubscribed"])
def test_a_group_goes_on_with_the_third_channel_whatever_becomes_of_the_second(fate: str) -> None:
    group = Propose(
        id="series",
        action="all",
        group=MessageGroup(order=("sms", "email", "call"), gap="1d"),
        deadline="12h",
        on_cap="skip",
    )
    changes: dict[str, Any] = {}
    if fate == "capped":
        changes["caps"] = (Cap(cap="none", limit=0, window="7d", scope="channel", only="email"),)
    if fate == "quiet":
        changes["quiet_hours"] = (QuietHours(start="10:00", end="09:59", channels=("email",), then="drop"),)
    world = shop(
        journey("care", group, REST, event="view"),
        contact_rules=rules(**changes),
        actions=(action("all", "email", "sms", "call", value=5.0),),
    )
    living = somebody(world)
    living.does("view")
    if fate == "no consent":
        living.says("email", granted=False)
    accept(living, sent(living)[0])
    living.after(DAY)
    if fate == "unsubscribed":
        living.says("email", granted=False)
        living.hears(sent(living)[1].delivery_id, DeliveryStatus.WITHDRAWN, attempt=1)
    if fate == "rejected":
        living.hears(sent(living)[1].delivery_id, DeliveryStatus.REJECTED, attempt=1)
    assert [type(command).__name__ for command in living.commands()][-1] == "CreateTask"
    assert where(living) == {"care": "rest"}


def test_the_gap_of_a_group_is_measured_from_the_attempt_that_went_out() -> None:
    group = Propose(id="series", action="both", group=MessageGroup(order=("sms", "email"), gap="1d"), deadline="5d")
    living = somebody(shop(journey("care", group, REST, event="view"), actions=(action("both", "email", "sms"),)))
    living.does("view")
    first = sent(living)[0]
    living.hears(first.delivery_id, DeliveryStatus.RETRYABLE, attempt=1, retry_after=6 * HOUR)
    living.after(6 * HOUR)
    out = living.now
    accept(living, sent(living)[1])
    living.after(DAY - 1)
    assert len(sent(living)) == 2
    living.after(1)
    assert [(c.channel, c.decided_at - out) for c in sent(living)[2:]] == [("email", DAY)]


def expecting(living: Living) -> None:
    """Let everybody get many dear offers."""
    shares = ((1.0, 0.5), (50.0, 0.5))
    outlook = Outlook(
        worth={"50": 50.0, "1": 50.0},
        customers=10.0,
        since=living.now,
        at=living.now,
        offers=100.0,
        published=100.0,
        shares=shares,
        rate=10.0,
    )
    living.world = replace(living.world, shared=replace(living.world.shared, outlook=outlook))


@pytest.mark.parametrize("groups", [{}, {"random": 1.0}, {"holdout": 1.0}, {"rules": 1.0}])
@pytest.mark.parametrize("exploration", [0.0, 0.3])
def test_probabilities_are_true_and_silence_tells_its_price(groups: dict[str, float], exploration: float) -> None:
    names = ("offer", "text", "cheap")
    journeys = [journey(name, Propose(id="p", action=name, deadline="5d"), REST, event="view") for name in names]
    world = shop(
        *journeys,
        groups=groups,
        policy=PolicySpec(exploration=exploration),
        contact_rules=rules(caps=(Cap(cap="weekly", limit=1, window="7d"),)),
        actions=(
            action("offer", "email", value=5.0),
            action("text", "sms", value=4.0),
            action("cheap", "email", value=1.0),
        ),
    )
    chosen: dict[bool, int] = {True: 0, False: 0}
    for number in range(60):
        living = somebody(world, f"c{number}")
        expecting(living)
        living.does("view")
        (decision,) = [d for t in living.transitions for d in t.decisions if d.slot == "message"]
        assert abs(sum(row.probability for row in decision.considered) - 1.0) < 1e-12
        (silence,) = [row for row in decision.considered if row.key == "silence"]
        assert silence.scores["opportunity_cost"] > 0.0
        (taken,) = [row for row in decision.considered if row.key == decision.chosen]
        assert taken.probability == decision.probability > 0.0
        assert decision.is_ghost == (groups == {"holdout": 1.0} and decision.chosen != "silence")
        assert (len(sent(living)) == 1) == (decision.chosen != "silence" and not decision.is_ghost)
        chosen[decision.chosen == "silence"] += 1
    is_random = groups == {"random": 1.0}
    explores = exploration > 0.0 and groups not in ({"random": 1.0}, {"rules": 1.0})
    assert (min(chosen.values()) > 0) == (is_random or explores)


def test_candidates_that_wait_for_everything_at_once_all_end_by_their_deadline_with_one_reason() -> None:
    names = ("spring_a", "spring_b", "autumn_a", "autumn_b")
    actions = tuple(action(n, "email", "sms", value=float(i + 1), theme=n.split("_")[0]) for i, n in enumerate(names))
    journeys = [
        journey(n, Propose(id="p", action=n, deadline="3d", timing="receptive"), REST, event="view") for n in names
    ]
    world = shop(
        *journeys,
        actions=actions,
        themes={
            n: Theme(window="2d", exclusive="season", order=("email", "sms"), lead="1d") for n in ("spring", "autumn")
        },
        capacities={"none": Capacity(limit=0, per="1d", channels=("sms",))},
        contact_rules=rules(
            quiet_hours=NIGHT,
            arbitration_window="2h",
            min_gap="5h",
            caps=(Cap(cap="daily", limit=1, calendar="day"), Cap(cap="weekly", limit=2, window="7d")),
        ),
    )
    living = somebody(world, zone="America/New_York")
    living.does("view")
    deadline, before = living.now + 3 * DAY, len(living.transitions)
    living.after(4 * DAY)
    assert living.customer.outbox.held == ()
    assert set(where(living).values()) == {"rest"}
    assert all(command.decided_at <= deadline for command in sent(living))
    assert len(sent(living)) == 2
    for name in names:
        by_channel = len(final_reasons(living, name))
        assert by_channel == 2, (name, final_reasons(living, name))
    assert len(living.transitions) - before < 60


@pytest.mark.parametrize(
    "capacity",
    [
        Capacity(limit=0, per="1d"),
        Capacity(limit=9, per="1d", ramp=(0.0, 0.0, 1.0), ramp_from="2026-03-02T00:00:00Z"),
    ],
)
def test_what_there_is_nothing_of_stops_messages_and_asks_once_a_period(capacity: Capacity) -> None:
    care = journey("care", Propose(id="mail", action="offer", deadline="5d"), REST, event="view")
    living = somebody(shop(care, capacities={"mails": capacity}))
    living.does("view")
    before = len(living.transitions)
    living.after(5 * DAY)
    assert len(sent(living)) == (1 if capacity.ramp else 0)
    assert len(living.transitions) - before <= 7
    assert where(living) == {"care": "rest"}


def test_a_budget_of_nothing_lets_through_what_costs_nothing() -> None:
    care = journey("care", Propose(id="mail", action="offer", deadline="5d"), REST, event="view")
    for cost, count in ((0.0, 1), (0.1, 0)):
        budget = Capacity(limit=0, per="7d", counts="cost")
        living = somebody(
            shop(care, capacities={"budget": budget}, actions=(action("offer", "email", value=5.0, cost=cost),))
        )
        living.does("view")
        assert len(sent(living)) == count


def test_what_costs_more_than_it_brings_is_not_sent_and_ends() -> None:
    care = journey("care", Propose(id="mail", action="offer", deadline="5d"), REST, event="view")
    living = somebody(shop(care, actions=(action("offer", "email", value=1.0, cost=2.0),)))
    living.does("view")
    assert (sent(living), where(living)) == ([], {"care": "rest"})
    assert living.reasons("offer") == ["silence"]


@pytest.mark.parametrize("group", ["holdout", "random"])
def test_a_choice_is_made_for_held_out_and_random_customers_too(group: str) -> None:
    choice = Choose(id="way", options=tuple(Option(option=o, next=o, value=1.0) for o in ("a", "b")), otherwise="c")
    care = journey("care", choice, *(Wait(id=name, after="9d") for name in ("a", "b", "c")), event="view")
    ways = set()
    for number in range(40):
        living = somebody(shop(care, groups={group: 1.0}), f"c{number}")
        living.does("view")
        ways.add(where(living)["care"])
        (decision,) = [d for t in living.transitions for d in t.decisions]
        assert not decision.is_ghost
        assert where(living)["care"] == (decision.chosen.rpartition("/")[2] if decision.chosen != "silence" else "c")
    assert len(ways) == (3 if group == "random" else 1)


def test_several_actions_on_several_channels_are_one_message_for_each_slot() -> None:
    pick = Propose(id="pick", actions=("one", "two"), deadline="3d")
    actions = (action("one", "email", "sms", "display", value=1.0), action("two", "email", "sms", value=2.0))
    living = somebody(
        shop(journey("care", pick, REST, event="view"), actions=actions, contact_rules=rules(arbitration_window="1h"))
    )
    living.does("view")
    living.after(DAY)
    assert actions_sent(living) == ["two"]
    keys = {m.delivery_id for m in living.customer.outbox.memberships} | {c.delivery_id for c in sent(living)}
    assert len(keys) == 2
    assert living.customer.outbox.held == ()


def test_what_a_calendar_cap_allows_follows_the_customer_to_another_zone() -> None:
    care = journey("care", Propose(id="mail", action="offer", deadline="3d"), event="view", reentry="parallel")
    world = shop(care, contact_rules=rules(caps=(Cap(cap="daily", limit=1, calendar="day"),)))
    living = somebody(world, zone="Pacific/Auckland")
    living.does("view")
    living.does("view")
    living.is_known_as(zone="America/Los_Angeles")
    living.does("view")
    living.after(4 * DAY)
    days = [command.decided_at for command in sent(living)]
    assert len(days) >= 2
    assert all(later - earlier >= 12 * HOUR for earlier, later in pairwise(days))


def test_an_exit_takes_everything_along_wherever_it_is() -> None:
    both = Propose(id="both", action="both", deadline="5d", channels=("email", "display"))
    care = journey(
        "care",
        both,
        Propose(id="more", action="text", deadline="5d"),
        REST,
        event="view",
        exits=(ExitRule(event="bye"),),
    )
    world = shop(
        care,
        contact_rules=rules(arbitration_window="3h"),
        actions=(action("both", "email", "display", value=5.0), action("text", "sms", value=4.0)),
    )
    living = somebody(world)
    living.does("view")
    assert where(living) == {"care": "more"}
    living.does("bye")
    living.after(6 * DAY)
    assert sent(living) == []
    assert living.customer.outbox.memberships == ()
    assert ends(living) == [("care", "exit_event")]
