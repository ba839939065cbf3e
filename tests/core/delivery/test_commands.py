from segue.core.delivery.commands import create_task, deliver, identifiers_of, join_audience, leave_audience
from segue.model.commands import CreateTask, Deliver, SyncAudience
from segue.model.ids import CustomerId, DecisionId
from segue.model.time import DAY, Instant
from tests.builders import ADDRESSES, NOW, action, candidate, flight, membership, plan, profile

ADA = CustomerId("ada")
OFFER = plan(action("offer", "email", "call", purpose="care"))
ASKING = candidate(facts={"order_id": 4})


def test_a_message_carries_what_its_template_may_use_and_no_more() -> None:
    command = deliver(flight(ASKING, attempt=3), OFFER, OFFER.variants["email"], ADA, profile(), ADDRESSES["email"])
    assert command == Deliver(
        delivery_id=ASKING.delivery_id,
        decision_id=DecisionId("decision-1"),
        customer_id=ADA,
        channel="email",
        action="offer",
        template="offer.mjml",
        address="ada@example.com",
        data={"customer": ADDRESSES, "event": {"order_id": 4}, "action": {"headline": "Again?"}},
        decided_at=NOW,
        expires_at=flight().expires_at,
        attempt=3,
        is_transactional=False,
        purpose="care",
    )


def test_only_a_transactional_action_may_be_resent_when_its_fate_is_unknown() -> None:
    receipt = plan(action("receipt", category="transactional"))
    command = deliver(flight(), receipt, receipt.variants["email"], ADA, profile(), ADDRESSES["email"])
    assert command.is_transactional


def test_every_attempt_has_the_same_send_key() -> None:
    keys = {
        deliver(flight(ASKING, attempt=n), OFFER, OFFER.variants["email"], ADA, profile(), "a").delivery_id
        for n in range(1, 9)
    }
    assert keys == {ASKING.delivery_id}


def test_a_task_says_what_a_person_has_to_know_and_until_when() -> None:
    command = create_task(ASKING, DecisionId("decision-1"), OFFER.variants["call"], ADA, profile())
    assert command == CreateTask(
        delivery_id=ASKING.delivery_id,
        decision_id=DecisionId("decision-1"),
        customer_id=ADA,
        channel="call",
        action="offer",
        data={"customer": ADDRESSES, "event": {"order_id": 4}, "action": {}},
        expires_at=Instant(NOW + 2 * DAY),
    )


def test_joining_and_leaving_an_audience_are_two_commands_with_keys_of_their_own() -> None:
    joined = join_audience(membership(identifiers=ADDRESSES), ADA, NOW)
    left = leave_audience(membership(identifiers=ADDRESSES), ADA, NOW)
    assert joined == SyncAudience(
        delivery_id=joined.delivery_id,
        customer_id=ADA,
        channel="display",
        audience="reorder",
        is_member=True,
        identifiers=ADDRESSES,
        at=NOW,
        action="offer",
    )
    assert (left.is_member, left.audience) == (False, "reorder")
    assert len({joined.delivery_id, left.delivery_id, membership().delivery_id}) == 3


def test_an_audience_learns_only_the_identifiers_that_platforms_recognise() -> None:
    about = profile(traits={"email": "ada@example.com", "phone": None, "name": "Ada", "birthday": "1815-12-10"})
    assert identifiers_of(about) == {"email": "ada@example.com"}
