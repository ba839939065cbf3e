"""A journey is paused, resumed or stopped while something of it is on its way: nothing lost, nothing sent twice."""

from collections.abc import Callable
from typing import Any

import pytest

from segue.core.handover import recheck
from segue.core.world import World
from segue.model.contact_rules import QuietHours
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Enroll
from segue.model.journeys import Entry, Handler, Journey
from segue.model.steps import MessageGroup, Propose, Step, SubJourney, Wait, Webhook
from segue.model.time import DAY, HOUR, MINUTE
from segue.model.triggers import ApiTrigger, EventTrigger
from tests.builders import action
from tests.core.combinations.shop import (
    accept,
    actions_sent,
    base,
    ends,
    journey,
    publish,
    rules,
    sent,
    shop,
    somebody,
    where,
)

MAIL = Propose(id="mail", action="offer", deadline="3d")
REST = Wait(id="rest", after="20d")
NIGHT = rules(quiet_hours=(QuietHours(start="13:00", end="15:00"),))


def care(*steps: Step, more: tuple[Journey, ...] = (), **both: Any) -> Callable[..., World]:
    """Return what makes a World of one journey, given what differs about it."""
    own = {name: both.pop(name) for name in ("on", "entry") if name in both}
    return lambda **changes: shop(journey("care", *steps, event="view", **own, **changes), *more, **both)


def test_a_message_withdrawn_at_hand_over_by_a_pause_goes_out_when_the_journey_is_resumed() -> None:
    world_of = care(MAIL, REST)
    living = somebody(world_of())
    living.does("view")
    (command,) = sent(living)
    publish(living, world_of(status="paused"))
    assert recheck(living.customer, command, now=living.now, world=living.world) == "paused_held"
    living.hears(command.delivery_id, DeliveryStatus.WITHDRAWN, attempt=1, detail="paused_held")
    living.after(DAY)
    assert len(sent(living)) == 1
    publish(living, world_of())
    assert [each.attempt for each in sent(living)] == [1, 2]
    again = sent(living)[1]
    assert recheck(living.customer, again, now=living.now, world=living.world) is None


def test_a_message_between_two_attempts_waits_for_the_end_of_its_runs_pause() -> None:
    on = (Handler(event="ticket", pause="9d"), Handler(event="solved", resume=True))
    world_of = care(MAIL, REST, on=on)
    living = somebody(world_of())
    living.does("view")
    living.hears(sent(living)[0].delivery_id, DeliveryStatus.RETRYABLE, attempt=1)
    living.does("ticket")
    living.after(HOUR)
    for command in sent(living)[1:]:
        assert recheck(living.customer, command, now=living.now, world=living.world) == "paused_held"
        living.hears(command.delivery_id, DeliveryStatus.WITHDRAWN, attempt=command.attempt)
    living.after(HOUR)
    before = len(sent(living))
    living.does("solved")
    assert len(sent(living)) == before + 1


def test_a_message_of_a_run_that_came_to_its_end_waits_when_the_hand_over_comes_at_night() -> None:
    living = somebody(care(MAIL, contact_rules=NIGHT)())
    living.after(59 * MINUTE)
    living.does("view")
    (command,) = sent(living)
    assert ends(living) == [("care", "done")]
    living.after(2 * MINUTE)
    assert recheck(living.customer, command, now=living.now, world=living.world) == "quiet_deferred"
    living.hears(command.delivery_id, DeliveryStatus.WITHDRAWN, attempt=1)
    living.after(3 * HOUR)
    assert [each.attempt for each in sent(living)] == [1, 2]


def test_what_is_held_by_a_pause_goes_out_at_once_when_it_ends() -> None:
    world_of = care(MAIL, REST, contact_rules=rules(arbitration_window="1h"))
    living = somebody(world_of())
    living.does("view")
    publish(
        living,
        world_of(
            status="paused",
        ),
    )
    living.after(DAY)
    assert sent(living) == []
    publish(living, world_of())
    assert actions_sent(living) == ["offer"]
    assert where(living) == {"care": "rest"}


def test_a_stopped_journey_sends_nothing_any_more_not_even_for_runs_that_are_over() -> None:
    both = Propose(id="both", action="both", deadline="3d")
    world_of = care(
        both, contact_rules=NIGHT, actions=(action("both", "email", "display", value=5.0), action("offer", "email"))
    )
    living = somebody(world_of())
    living.after(HOUR + MINUTE)
    living.does("view")
    assert (ends(living), sent(living)) == ([("care", "done")], [])
    publish(living, world_of(status="stopped"))
    living.after(DAY)
    assert sent(living) == []


@pytest.mark.parametrize("status", ["draining", "paused"])
def test_a_message_group_keeps_its_gap_over_a_change_of_status(status: str) -> None:
    group = Propose(id="series", action="both", group=MessageGroup(order=("sms", "email"), gap="1d"), deadline="3d")
    world_of = care(group, REST, actions=(action("both", "email", "sms", value=5.0), action("offer", "email")))
    living = somebody(world_of())
    living.does("view")
    accept(living, sent(living)[0])
    publish(living, world_of(status=status))
    living.after(2 * DAY)
    assert len(sent(living)) == (1 if status == "paused" else 2)
    publish(living, world_of())
    assert [each.channel for each in sent(living)] == ["sms", "email"]
    accept(living, sent(living)[1])
    assert where(living) == {"care": "rest"}


def test_an_outcome_that_comes_while_the_journey_is_paused_counts_when_it_goes_on() -> None:
    world_of = care(
        Webhook(id="call", channel="hook", on_failure="sad"), Wait(id="glad", after="9d"), Wait(id="sad", after="9d")
    )
    for status, step in ((DeliveryStatus.ACCEPTED, "glad"), (DeliveryStatus.REJECTED, "sad")):
        living = somebody(world_of())
        living.does("view")
        (call,) = sent(living)
        publish(living, world_of(status="paused"))
        living.hears(call.delivery_id, status)
        living.after(DAY)
        assert where(living) == {"care": "call"}
        publish(living, world_of())
        assert where(living) == {"care": step}


def test_a_child_that_ends_while_its_parents_journey_is_paused_is_not_forgotten() -> None:
    small = journey("small", Wait(id="calm", after="1d"))
    world_of = care(SubJourney(id="sub", journey="small"), REST, more=(small,))
    living = somebody(world_of())
    living.does("view")
    publish(living, world_of(status="paused"))
    living.after(2 * DAY)
    assert where(living) == {"care": "sub"}
    publish(living, world_of())
    assert where(living) == {"care": "rest"}


def test_a_debounced_entry_waits_for_the_end_of_the_pause() -> None:
    entry = Entry(on=EventTrigger(event="view"), debounce="1h")
    world_of = care(REST, entry=entry)
    living = somebody(world_of())
    living.does("view")
    publish(living, world_of(status="paused"))
    living.after(DAY)
    living.does("view")
    assert where(living) == {}
    publish(living, world_of())
    living.after(HOUR)
    assert where(living) == {"care": "rest"}
    assert living.customer.enrollments.pending == ()


@pytest.mark.parametrize(
    ("status", "inside", "blocked"), [("paused", True, 0), ("draining", False, 1), ("stopped", False, 1)]
)
def test_a_request_to_enter_a_journey_that_is_not_live(status: str, inside: bool, blocked: int) -> None:
    world_of = care(REST, entry=Entry(on=ApiTrigger()))
    living = somebody(world_of(status=status))
    living.advance(Enroll(**base(living), journey="care", facts={"a": 1}))
    assert where(living) == {}
    assert sum(len(t.blocked) for t in living.transitions) == blocked
    publish(living, world_of())
    assert (where(living) == {"care": "rest"}) is inside
