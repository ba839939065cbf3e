"""A policy asked about a logged decision sees what it would have seen then, whoever decided."""

import numpy as np
from msgspec.structs import replace

from segue.core.world import World, build_world
from segue.learning.frames import Frame, Options
from segue.learning.off_policy.asking import as_log, ask
from segue.model.contact_rules import Cap, ContactRules
from segue.model.workspace import PolicySpec
from tests.learning.shop import a_shop

SHOP = a_shop(policy=PolicySpec(name="rules"))
WORLD = build_world(SHOP)


def a_frame(**scores: list[float]) -> Frame:
    """Return one decision about voucher, news and silence, with these scores of theirs; the voucher was sent."""
    one = np.array([0])
    return Frame(
        inputs=("one", "visits", "dose"),
        x=np.array([[1.0, 0.5, 0.0]]),
        decision_id=np.array(["d"]),
        customer_id=np.array(["c"]),
        at=one,
        closes_at=one,
        slot=np.array(["message"]),
        group=np.array(["agent"]),
        policy=np.array(["bandit@1"]),
        action=np.array(["voucher"]),
        channel=np.array(["email"]),
        probability=np.array([0.5]),
        chosen=one,
        is_ghost=np.array([False]),
        is_exploration=np.array([False]),
        cost=np.array([0.5]),
        options=Options(
            np.array([0, 3]),
            np.array(["voucher", "news", ""], dtype=object),
            np.array(["email", "email", ""], dtype=object),
            np.array([0.5, 0.2, 0.3]),
            {name: np.array(values) for name, values in scores.items()},
        ),
        objectives=("bought",),
        rewards=np.array([[1.0]]),
        is_closed=np.array([True]),
    )


def choice_of(frame: Frame, world: World = WORLD) -> str:
    log = as_log(frame, frame.rewards[:, 0])
    return log.actions[int(ask(frame, world).target[0].argmax())]


def test_what_the_logging_policy_believed_is_put_aside() -> None:
    # The bandit thought that both would harm; business as usual knows what they are worth to most.
    assert choice_of(a_frame(total=[-3.0, -1.0, np.nan])) == "voucher/email"


def test_the_factors_of_the_moment_count() -> None:
    # Worth 20 x 0.1 - 0.5 against 5 x 1 - 0.1.
    assert choice_of(a_frame(total=[0.0, 0.0, np.nan], context_weight=[0.1, 1.0, np.nan])) == "news/email"


def test_prices_and_subsidies_of_the_moment_count() -> None:
    assert choice_of(a_frame(total=[0.0, 0.0, np.nan], price=[16.0, 0.0, np.nan])) == "news/email"
    assert choice_of(a_frame(price=[16.0, 0.0, np.nan], subsidy=[5.0, 0.0, np.nan])) == "voucher/email"


def test_the_coming_workspace_says_what_actions_are_worth() -> None:
    dear = replace(
        SHOP,
        actions=tuple(replace(action, cost=19.0) if action.action == "voucher" else action for action in SHOP.actions),
    )
    frame = a_frame(total=[19.5, 4.9, np.nan])

    target = ask(frame, build_world(dear)).target

    assert as_log(frame, frame.rewards[:, 0]).actions[int(target[0].argmax())] == "news/email"


def test_the_slot_is_as_dear_as_it_was_to_most() -> None:
    # To this customer the bandit's best, the voucher, was worth a tenth of what it is to most (1.95 of 19.5), and so
    # was the slot: 1.2 instead of 12. Business as usual takes customers for most: 19.5 is more than 12.
    capped = build_world(
        a_shop(policy=SHOP.policy, contact_rules=ContactRules(caps=(Cap(cap="few", limit=1, window="7d"),)))
    )
    cheap, dear = ([np.nan, np.nan, price] for price in (1.2, 2.5))

    assert choice_of(a_frame(total=[1.95, 0.0, np.nan], opportunity_cost=cheap), capped) == "voucher/email"
    assert choice_of(a_frame(total=[1.95, 0.0, np.nan], opportunity_cost=dear), capped) == "silence"


def test_candidates_of_one_action_and_channel_are_one() -> None:
    frame = a_frame()
    frame.options.action[1] = "voucher"

    log = as_log(frame, frame.rewards[:, 0])

    assert log.actions == ("voucher/email", "silence")
    assert log.logging is not None
    assert log.logging.tolist() == [[0.7, 0.3]]
    assert log.probability.tolist() == [0.7]


def test_what_is_offered_no_more_keeps_its_logged_worth() -> None:
    frame = a_frame(total=[30.0, 4.9, np.nan])
    frame.options.action[0] = frame.action[0] = "gone"

    assert choice_of(frame) == "gone/email"
