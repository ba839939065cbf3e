"""Arms: what a candidate shares with others, and what is its own."""

from segue.core.decisioning.arms import REPEAT, Arms, compile_arms, weights_of
from segue.core.decisioning.models.shape import SILENCE
from segue.model.catalogue import Variant
from segue.model.learning import Objective
from tests.builders import action, plans

OFFER = action("offer", "email", "sms", theme="spring", features={"discount": 0.2, "length": 0.0})


def blocks(
    action_name: str = "offer", channel: str = "email", slot: str = "message", **scores: float
) -> dict[str, float]:
    return dict(compile_arms(plans(OFFER, action("other"))).of(action_name, channel, slot, scores))


def test_a_variant_shares_channel_action_category_theme_and_content_and_has_a_block_of_its_own() -> None:
    assert blocks() == {
        "channel:email": 1.0,
        "action:offer": 1.0,
        "category:promo": 1.0,
        "theme:spring": 1.0,
        "content:discount": 0.2,
        "own:offer/email": 1.0,
    }


def test_two_channels_of_an_action_differ_in_channel_and_own_block_only() -> None:
    email, sms = blocks(channel="email"), blocks(channel="sms")
    assert sorted(email.keys() ^ sms.keys()) == ["channel:email", "channel:sms", "own:offer/email", "own:offer/sms"]


def test_a_variant_s_features_go_before_its_action_s() -> None:
    variant = Variant(channel="email", template="offer.mjml", features={"discount": 0.5})
    arms = compile_arms(plans(action("offer", variants=(variant,), features={"discount": 0.2, "words": 3.0})))
    assert dict(arms.of("offer", "email", "message", {})).items() >= {("content:discount", 0.5), ("content:words", 3.0)}


def test_what_was_shown_lately_is_a_block_of_that_scale() -> None:
    assert blocks(repeat=0.75)[REPEAT] == 0.75
    assert REPEAT not in blocks(repeat=0.0)


def test_silence_has_no_blocks() -> None:
    assert Arms().of("", "", "message", {REPEAT: 1.0}) == SILENCE


def test_a_way_of_a_journey_s_step_is_known_by_its_slot() -> None:
    assert blocks("bold", "", "choose:onboarding/fork") == {"way:choose:onboarding/fork/bold": 1.0}


def test_an_objective_counts_its_value_times_its_weight() -> None:
    objectives = {
        "bought": Objective(event="bought", value=20.0, weight=0.5),
        "left": Objective(event="left", value=-3.0),
    }
    assert weights_of(objectives) == (10.0, -3.0)
