"""Two customers turn out to be one while things of both are on their way."""

import msgspec

from segue.model.catalogue import Capacity
from segue.model.commands import SyncAudience
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Merged
from segue.model.journeys import ExitRule, Handler
from segue.model.steps import Arm, MessageGroup, Propose, Split, SubJourney, Wait
from segue.model.time import DAY, HOUR
from tests.builders import action
from tests.core.combinations.shop import accept, actions_sent, base, ends, journey, rules, sent, shop, somebody, where
from tests.core.living import Living

MAIL = Propose(id="mail", action="offer", deadline="5d")
REST = Wait(id="rest", after="20d")


def merge(winner: Living, loser: Living) -> None:
    winner.now = max(winner.now, loser.now)
    state = msgspec.msgpack.encode(loser.customer)
    winner.advance(Merged(absorbed_id=loser.customer.customer_id, absorbed=state, **base(winner)))


def syncs(living: Living) -> list[SyncAudience]:
    return [command for command in living.commands() if isinstance(command, SyncAudience)]


def test_both_leave_the_audience_that_each_of_them_joined() -> None:
    show = Propose(id="show", action="show", keep="30d")
    world = shop(
        journey("care", show, REST, event="view", exits=(ExitRule(event="bye"),)), actions=(action("show", "display"),)
    )
    ann, bob = somebody(world, "ann"), somebody(world, "bob", email="bob@example.com")
    for each in (ann, bob):
        each.does("view")
    merge(ann, bob)
    ann.does("bye")
    gone = {(s.customer_id, s.identifiers["email"]) for s in syncs(ann) if not s.is_member}
    joined = {(s.customer_id, s.identifiers["email"]) for s in (*syncs(ann), *syncs(bob)) if s.is_member}
    assert gone == joined


def test_of_two_runs_the_first_stays_and_the_others_message_is_not_sent() -> None:
    world = shop(journey("care", MAIL, REST, event="view"), contact_rules=rules(arbitration_window="3h"))
    ann, bob = somebody(world, "ann"), somebody(world, "bob")
    ann.does("view")
    bob.after(HOUR).does("view")
    merge(ann, bob)
    assert ends(ann) == [("care", "merged")]
    ann.after(DAY)
    assert actions_sent(ann) == ["offer"]


def test_a_run_that_is_paused_and_one_that_is_not_become_one_and_nothing_is_sent_twice() -> None:
    care = journey("care", MAIL, REST, event="view", on=(Handler(event="ticket", pause="2d"),))
    world = shop(care, contact_rules=rules(arbitration_window="3h"))
    ann, bob = somebody(world, "ann"), somebody(world, "bob")
    bob.does("view")
    bob.does("ticket")
    ann.after(HOUR).does("view")
    merge(ann, bob)
    ann.after(DAY)
    assert actions_sent(ann) == []
    ann.after(DAY + HOUR)
    assert actions_sent(ann) == ["offer"]
    assert where(ann) == {"care": "rest"}


def test_groups_at_different_parts_become_one_group() -> None:
    group = Propose(id="series", action="both", group=MessageGroup(order=("sms", "email"), gap="2d"), deadline="5d")
    world = shop(journey("care", group, REST, event="view"), actions=(action("both", "email", "sms", value=5.0),))
    ann, bob = somebody(world, "ann"), somebody(world, "bob")
    ann.does("view")
    accept(ann, sent(ann)[0])
    ann.after(DAY)
    bob.after(DAY).does("view")
    merge(ann, bob)
    accept(ann, sent(bob)[0])
    ann.after(5 * DAY)
    assert [each.channel for each in sent(ann)] == ["sms", "email"]


def test_a_message_in_flight_of_the_run_that_gave_way_gives_its_share_of_a_capacity_back_once() -> None:
    world = shop(
        journey("care", MAIL, REST, event="view"),
        capacities={"mails": Capacity(limit=5, per="30d", channels=("email",))},
    )
    ann, bob = somebody(world, "ann"), somebody(world, "bob")
    ann.does("view")
    bob.world = ann.world
    bob.after(HOUR).does("view")
    ann.world = bob.world
    merge(ann, bob)
    ann.hears(sent(bob)[0].delivery_id, DeliveryStatus.WITHDRAWN, attempt=1)
    ann.hears(sent(bob)[0].delivery_id, DeliveryStatus.WITHDRAWN, attempt=1)
    assert [lease.used for lease in ann.world.shared.leases] == [1.0]
    assert len(ann.customer.contacts.ledger) == 1


def test_arms_that_differ_become_the_one_that_was_given_first() -> None:
    split = Split(id="try", arms=(Arm(arm="a", next="rest"), Arm(arm="b", next="rest")))
    world = shop(journey("care", split, Wait(id="rest", after="1d"), event="view"))
    ann, bob = somebody(world, "ann"), somebody(world, "bob")
    bob.does("view")
    ann.after(HOUR).does("view")
    merge(ann, bob)
    (arm,) = ann.customer.enrollments.splits
    assert arm == bob.customer.enrollments.splits[0]
    ann.after(2 * DAY)
    ann.does("view")
    moved = [m.detail for t in ann.transitions for m in t.moved if m.step == "try"]
    assert moved[-1] == arm.arm


def test_a_parent_whose_child_gave_way_goes_on() -> None:
    small = journey("small", Wait(id="calm", after="3d"), event="alone")
    world = shop(journey("care", SubJourney(id="sub", journey="small"), REST, event="view"), small)
    ann, bob = somebody(world, "ann"), somebody(world, "bob")
    bob.does("alone")
    ann.after(HOUR).does("view")
    merge(ann, bob)
    assert where(ann) == {"care": "rest", "small": "calm"}
