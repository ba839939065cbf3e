from typing import Any

import pytest

from segue.core.decisioning.candidates import Sources, compile_sources, for_placement, from_rules, named_apart
from segue.model.catalogue import Rule
from segue.model.decisions import Candidate
from segue.model.errors import SegueError
from segue.model.events import DecisionRequested
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, NEVER
from tests.builders import NOW, action, candidate, membership, plans, workspace

OFFER = action("offer", "email", "sms", "display")
BANNER = action("banner", "website", standing=True)
HIDDEN = action("hidden", "website")


def sources(*rules: Rule, actions: tuple[Any, ...] = (OFFER, BANNER, HIDDEN)) -> Sources:
    return compile_sources(workspace(rules=rules, actions=actions), plans(*actions))


def fired(*triggers: str, rules: tuple[Rule, ...], customer: str = "ada", event: str = "e1") -> list[Candidate]:
    found = from_rules(
        [(trigger, {"from": trigger}) for trigger in triggers],
        sources(*rules),
        CustomerId(customer),
        EventId(event),
        NOW,
    )
    return list(found)


LAPSED = Rule(rule="remind", trigger="lapsed", action="offer", deadline="6h")


def test_a_rule_whose_trigger_fired_offers_its_action_on_every_channel() -> None:
    found = fired("lapsed", rules=(LAPSED,))
    assert [(each.key, each.action, each.channel, each.source) for each in found] == [
        ("rule:remind/offer/email", "offer", "email", "rule:remind"),
        ("rule:remind/offer/sms", "offer", "sms", "rule:remind"),
        ("rule:remind/offer/display", "offer", "display", "rule:remind"),
    ]
    assert {(each.deadline, each.proposed_at, each.run_id, each.on_lost) for each in found} == {
        (NOW + 6 * HOUR, NOW, "", "skip")
    }


def test_a_rule_that_names_channels_offers_only_these() -> None:
    rule = Rule(rule="remind", trigger="lapsed", action="offer", channels=("sms",))
    assert [each.channel for each in fired("lapsed", rules=(rule,))] == ["sms"]
    assert fired("lapsed", rules=(rule,))[0].deadline == NOW + DAY


def test_what_did_not_fire_offers_nothing() -> None:
    assert fired("bought", rules=(LAPSED,)) == []
    assert fired(rules=(LAPSED,)) == []


def test_one_trigger_may_open_several_rules_in_the_order_of_the_file() -> None:
    second = Rule(rule="again", trigger="lapsed", action="banner")
    assert [each.source for each in fired("lapsed", rules=(second, LAPSED))] == ["rule:again"] + ["rule:remind"] * 3


def test_channels_of_one_slot_share_a_send_key_and_other_slots_have_their_own() -> None:
    email, sms, display = (each.delivery_id for each in fired("lapsed", rules=(LAPSED,)))
    assert email == sms != display


def test_a_send_key_belongs_to_one_customer_rule_firing_and_slot() -> None:
    other = Rule(rule="other", trigger="lapsed", action="offer")
    keys = [
        fired("lapsed", rules=(LAPSED,))[0],
        fired("lapsed", rules=(LAPSED,), customer="bob")[0],
        fired("lapsed", rules=(LAPSED,), event="e2")[0],
        fired("lapsed", rules=(other,))[0],
    ]
    assert len({each.delivery_id for each in keys}) == 4
    assert fired("lapsed", rules=(LAPSED,))[0] == keys[0]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule(rule="r", trigger="t", action="unheard_of"), "which is no action"),
        (Rule(rule="r", trigger="t", action="offer", channels=("website",)), "has no variant on website"),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(rule: Rule, reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        sources(rule)


def asked(placement: str = "home_hero", **changes: Any) -> DecisionRequested:
    whole: dict[str, Any] = {"event_id": "e1", "customer_id": "ada", "at": NOW, "placement": placement}
    return DecisionRequested(**(whole | changes))


OF_A_RUN = membership(kind="placement", target="home_hero", channel="website", action="hidden", run_id="run-1")


def test_a_placement_is_offered_what_journeys_promised_it_and_then_what_is_standing() -> None:
    found = for_placement(asked(), sources(), (OF_A_RUN,), NOW)
    assert [(each.key, each.action, each.source) for each in found] == [
        ("offer:run-1/hidden/website", "hidden", "offer:run-1"),
        ("standing/banner/website", "banner", "standing"),
    ]
    assert {(each.deadline, each.on_cap, each.on_lost, each.run_id) for each in found} == {(NOW, "skip", "skip", "")}
    assert len({each.delivery_id for each in found}) == 2


def test_another_placement_is_offered_nothing_of_this() -> None:
    assert for_placement(asked("checkout"), sources(), (OF_A_RUN,), NOW) == []


@pytest.mark.parametrize(
    ("promised", "is_offered"),
    [
        (membership(kind="placement", target="home_hero", until=NEVER), True),
        (membership(kind="placement", target="home_hero", until=NOW + 1), True),
        (membership(kind="placement", target="home_hero", until=NOW), False),
        (membership(kind="placement", target="checkout"), False),
        (membership(kind="audience", target="home_hero"), False),
    ],
)
def test_an_offer_stands_until_it_ends_and_only_for_its_placement(promised: Any, is_offered: bool) -> None:
    found = for_placement(asked(), sources(actions=(OFFER,)), (promised,), NOW)
    assert (len(found) == 1) is is_offered


def test_each_request_shows_under_its_own_key() -> None:
    first, second = (for_placement(asked(event_id=event), sources(), (), NOW)[0] for event in ("e1", "e2"))
    assert first.delivery_id != second.delivery_id


def test_what_is_proposed_twice_is_named_apart_also_where_it_was_before() -> None:
    twice = [candidate(delivery_id="1"), candidate("other"), candidate(delivery_id="2")]
    named = named_apart(twice)
    assert [each.key for each in named] == ["test/offer/email", "test/other/email", "test/offer/email#2"]
    again = named_apart([named[2], candidate(delivery_id="3"), candidate(delivery_id="4")])
    assert [each.key for each in again] == ["test/offer/email#2", "test/offer/email", "test/offer/email#3"]
    assert named_apart(named) == named
