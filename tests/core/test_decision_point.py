"""The decision record: what it must say, and that nothing vetoes after the draw."""

from segue.model.decisions import SILENCE, Reason
from segue.model.time import HOUR
from segue.model.workspace import PolicySpec
from tests.core.living import Living
from tests.properties.shop import a_world, an_action


def welcomed(**changes: object) -> Living:
    living = Living(a_world(**{"groups": {}, "policy": PolicySpec(), **changes}))
    living.is_known_as(email="someone@example.com", phone="+447700900000")
    living.says("sms", granted=True)
    living.does("signed_up")
    return living.after(HOUR)


def test_a_record_says_everything_that_explain_and_replay_need() -> None:
    living = welcomed()
    (decision,) = [decision for transition in living.transitions for decision in transition.decisions]
    assert (decision.slot, decision.group, decision.policy, decision.probability) == (
        "message",
        "agent",
        "rules@1",
        1.0,
    )
    assert decision.revision == living.world.revision
    assert decision.seed == "segue"
    assert len(decision.input_hash) == 24
    assert 0.0 <= decision.draw < 1.0
    assert decision.delivery_id == living.commands()[0].delivery_id
    email, sms, silence = decision.considered
    assert (email.suppressed, email.probability, email.scores["total"]) == (None, 1.0, 0.99)
    assert (sms.suppressed, sms.detail) == (Reason.LOST_ARBITRATION, email.key)
    assert (silence.key, silence.suppressed) == (SILENCE, Reason.LOST_ARBITRATION)


def test_silence_wins_when_every_action_costs_more_than_it_brings() -> None:
    dear = an_action("hello", "email", "sms", "display", value=0.5, cost=2.0)
    living = welcomed(
        actions=(dear, an_action("reminder", "email")), rules=(), journeys=a_world().workspace.journeys[:1]
    )
    first = next(decision for transition in living.transitions for decision in transition.decisions)
    assert first.chosen == SILENCE
    assert [row.suppressed for row in first.considered] == [Reason.SILENCE, Reason.SILENCE, None]


def test_a_suppressed_candidate_has_probability_zero_and_no_scores() -> None:
    living = Living(a_world(groups={}, policy=PolicySpec()))
    living.is_known_as(email="someone@example.com")
    living.does("signed_up")
    living.after(HOUR)
    (decision,) = [decision for transition in living.transitions for decision in transition.decisions]
    sms = decision.considered[1]
    assert (sms.suppressed, sms.probability, sms.scores) == (Reason.NO_CONSENT, 0.0, {})


def test_a_ghost_is_chosen_recorded_and_not_carried_out() -> None:
    living = welcomed(groups={"holdout": 1.0})
    decision = next(decision for transition in living.transitions for decision in transition.decisions)
    assert decision.is_ghost
    assert decision.considered[0].suppressed == Reason.HOLDOUT
    assert living.commands() == []
    assert [contact.state for contact in living.customer.contacts.ledger] == ["ghost"]


def test_a_loser_that_is_willing_waits_for_its_turn() -> None:
    living = Living(a_world(groups={}, policy=PolicySpec()))
    living.is_known_as(email="someone@example.com")
    living.does("cart_updated", cart_id="a")
    living.does("signed_up")
    living.after(HOUR)
    living.after(3 * HOUR)
    assert [command.action for command in living.commands()] == ["cart_nudge", "hello"]
    assert "min_gap" in living.reasons("hello")


def test_the_same_decision_has_the_same_id_and_another_customer_another() -> None:
    ids = {welcomed().transitions[-1].customer.version: welcomed() for _ in range(2)}
    assert len(ids) == 1
    first, other = welcomed(), Living(a_world(groups={}, policy=PolicySpec()), "customer-2")
    other.asks("hero")
    decisions = [d.decision_id for living in (first, other) for t in living.transitions for d in t.decisions]
    assert len(set(decisions)) == len(decisions)
