import pytest

from segue.core.catalogue import compile_actions, webhook_action
from segue.core.journeys.moves import Go, Offer
from segue.core.journeys.steps.webhook import WebhookPlan, compile_webhook
from segue.model.errors import SegueError
from segue.model.journeys import Entry, Journey
from segue.model.steps import Webhook
from segue.model.time import HOUR
from tests.builders import NOW, around, condition, run, workspace

STEP = Webhook(id="tell", channel="email", payload={"cart": "run.cart"}, deadline="6h", on_failure="sorry")


def call(step: Webhook = STEP) -> WebhookPlan:
    declared = workspace(journeys=(Journey(journey="reorder", entry=Entry(trigger="x"), steps=(step,)),))
    payload = {"k.payload.cart": condition(lambda facts: facts["cart"], on="run")}
    return compile_webhook(step, "next", compile_actions(declared, {}), payload, "reorder", "k")


def test_the_hidden_action_is_proposed_with_the_payload_s_values() -> None:
    offer = call().arrive(run(facts={"cart": "c1", "other": 1}), around())
    assert isinstance(offer, Offer)
    (proposed,) = offer.candidates
    assert (proposed.action, proposed.channel) == (webhook_action("reorder", "tell"), "email")
    assert (proposed.facts, proposed.is_reported, proposed.deadline) == ({"cart": "c1"}, True, NOW + 6 * HOUR)


def test_each_visit_has_a_key_of_its_own_and_retries_have_the_same() -> None:
    keys = []
    for visits in (1, 1, 2):
        offer = call().arrive(run(visits=visits, facts={"cart": 1}), around())
        assert isinstance(offer, Offer)
        keys.append(offer.candidates[0].delivery_id)
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (None, None),
        ("sent", None),
        ("carried_out", Go("next")),
        ("failed", Go("sorry")),
        ("expired", Go("sorry")),
    ],
)
def test_the_run_waits_for_the_outcome(word: str | None, expected: object) -> None:
    answers = {} if word is None else {("run-1", 1): word}
    assert call().resume(run(), around(answers=answers)) == expected


def test_an_outcome_heard_while_standing_still_is_kept() -> None:
    heard = call().hear(run(), around(answers={("run-1", 1): "failed"}))
    assert call().resume(heard, around()) == Go("sorry")


def test_without_a_way_for_failures_they_go_on_like_the_others() -> None:
    plan = call(Webhook(id="tell", channel="email"))
    assert plan.resume(run(), around(answers={("run-1", 1): "failed"})) == Go("next")


def test_a_call_over_no_channel_is_refused() -> None:
    with pytest.raises(SegueError, match="no channel of the workspace"):
        compile_webhook(STEP, None, {}, {}, "reorder", "k")
