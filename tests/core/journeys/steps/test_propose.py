from typing import Any

import pytest

from segue.core.journeys.moves import Finish, Go, Offer
from segue.core.journeys.steps.propose import ProposePlan, compile_propose
from segue.model.catalogue import Action
from segue.model.decisions import Candidate, Reason
from segue.model.errors import SegueError
from segue.model.steps import Propose
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, around, plans, run

OFFER = action("offer", "email", "sms", "display")


def propose(**changes: Any) -> ProposePlan:
    step = Propose(**({"id": "mail", "action": "offer"} | changes))
    return compile_propose(step, "next", plans(OFFER))


def proposed(plan: ProposePlan | None = None, **changes: Any) -> tuple[Candidate, ...]:
    offer = (plan or propose()).arrive(run(**changes), around())
    assert isinstance(offer, Offer)
    return offer.candidates


def test_each_channel_of_the_action_is_proposed_with_what_the_step_says() -> None:
    plan = propose(channels=("sms",), deadline="6h", on_cap="exit", on_lost="skip", keep="7d")
    (sms,) = proposed(plan, visits=3, facts={"cart": "c1"})
    assert sms == Candidate(
        key="journey:reorder/run-1/offer/sms",
        action="offer",
        channel="sms",
        source="journey:reorder",
        delivery_id=sms.delivery_id,
        deadline=Instant(NOW + 6 * HOUR),
        proposed_at=NOW,
        run_id=run().run_id,
        step="mail",
        occurrence=3,
        on_cap="exit",
        on_lost="skip",
        keep=7 * DAY,
        facts={"cart": "c1"},
    )


def test_without_channels_all_variants_are_proposed_in_the_action_s_order() -> None:
    assert [each.channel for each in proposed()] == ["email", "sms", "display"]
    assert [each.channel for each in proposed(propose(channels=("sms", "email")))] == ["sms", "email"]


def test_channels_of_one_slot_share_a_send_key_and_other_slots_have_their_own() -> None:
    email, sms, display = (each.delivery_id for each in proposed())
    assert email == sms != display


def test_a_send_key_belongs_to_one_run_step_and_visit_and_never_changes() -> None:
    keys = {
        proposed()[0].delivery_id,
        proposed(run_id="run-2")[0].delivery_id,
        proposed(visits=2)[0].delivery_id,
        proposed(propose(id="again"))[0].delivery_id,
    }
    assert len(keys) == 4
    assert proposed()[0].delivery_id in keys


@pytest.mark.parametrize(
    ("word", "on_cap", "expected"),
    [
        (None, "wait", None),
        ("sent", "wait", Go("next")),
        ("sent", "exit", Go("next")),
        (Reason.CAPPED, "wait", Go("other")),
        (Reason.CAPPED, "skip", Go("other")),
        (Reason.CAPPED, "exit", Finish("capped")),
        (Reason.NO_CONSENT, "exit", Go("other")),
        (Reason.SILENCE, "wait", Go("other")),
        (Reason.LOST_ARBITRATION, "wait", Go("other")),
    ],
)
def test_the_run_goes_on_once_arbitration_has_spoken(word: str | None, on_cap: str, expected: object) -> None:
    answers = {("run-1", 1): word} if word is not None else {}
    assert propose(on_cap=on_cap, on_skip="other").resume(run(), around(answers=answers)) == expected


def test_without_a_way_for_the_suppressed_they_go_on_like_the_others() -> None:
    assert propose().resume(run(), around(answers={("run-1", 1): Reason.CAPPED})) == Go("next")


@pytest.mark.parametrize("about", [("run-2", 1), ("run-1", 2)])
def test_a_word_about_another_run_or_visit_is_not_ours(about: tuple[str, int]) -> None:
    assert propose().resume(run(), around(answers={about: "sent"})) is None


@pytest.mark.parametrize(
    ("step", "offered", "reason"),
    [
        (Propose(id="mail", action="unheard_of"), OFFER, "which is no action"),
        (Propose(id="mail", action="offer", channels=("call", "website")), OFFER, "no variant on call, website"),
        (Propose(id="mail", action="offer"), Action(action="offer"), "no variant on any channel"),
    ],
)
def test_a_proposal_that_cannot_be_carried_out_is_refused(step: Propose, offered: Action, reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        compile_propose(step, None, plans(offered))


def test_of_several_actions_each_is_proposed_on_its_channels_under_one_key_for_each_slot() -> None:
    other = action("other", "email", "display")
    step = Propose(id="mail", actions=("offer", "other"), channels=("sms", "email"))
    plan = compile_propose(step, "next", plans(OFFER, other))
    offered = proposed(plan)
    assert [(each.action, each.channel) for each in offered] == [
        ("offer", "sms"),
        ("offer", "email"),
        ("other", "email"),
    ]
    assert len({each.delivery_id for each in offered}) == 1


@pytest.mark.parametrize("fields", [{}, {"action": "offer", "actions": ("offer",)}])
def test_a_proposal_names_one_action_or_several(fields: dict[str, Any]) -> None:
    with pytest.raises(SegueError, match="either `action` or `actions`"):
        compile_propose(Propose(id="mail", **fields), None, plans(OFFER))


def test_what_is_proposed_says_when_it_is_best_and_in_which_stage_it_is() -> None:
    (first, *_) = proposed(propose(timing="receptive"), stage="retention")
    assert (first.timing, first.stage, first.is_reported) == ("receptive", "retention", False)


@pytest.mark.parametrize(
    ("word", "expected"), [("sent", Go("next")), ("capped", Finish("capped")), ("silence", Go("next"))]
)
def test_a_word_heard_while_standing_still_is_kept(word: str, expected: object) -> None:
    plan = propose(on_cap="exit")
    heard = plan.hear(run(), around(answers={("run-1", 1): word}))
    assert plan.hear(heard, around()) == heard
    assert plan.resume(heard, around()) == expected


def test_a_migrated_run_waits_for_the_word_on_what_it_proposed_and_else_proposes() -> None:
    assert propose().rejoin(run(), around()) == run()
    assert propose().rejoin(run(wake_at=NOW + DAY), around()) is None
