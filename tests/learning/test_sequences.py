"""Sequences are found where they are, and nowhere else."""

import numpy as np
import pytest

from segue.learning.frames import Frame, Options
from segue.learning.past_contacts import Past
from segue.learning.sequences import HARMED, HELPED, NO_DIFFERENCE, NOT_ENOUGH, Insight, find_sequences
from segue.model.time import DAY, HOUR
from tests.learning.off_policy.simulated import Array

WAYS = (("a", "email"), ("b", "email"), ("b", "post"), ("", ""))
TRUE_EFFECT = 0.6


def make(count: int, seed: int, *, works: bool = True) -> tuple[Frame, Past, Array]:
    """Return decisions among `WAYS` with uneven probabilities, what was before them, and what came of them.

    Whoever is keen (the second input) brings more in any case, and gets "b" more often. After "a", "b" brings more, by
    the post no less than by e-mail; within a day any contact brings less.
    """
    rng = np.random.default_rng(seed)
    keen = (rng.random(count) < 0.5).astype(float)
    logging = np.where(keen[:, None] == 1.0, [0.15, 0.4, 0.3, 0.15], [0.4, 0.15, 0.15, 0.3])
    chosen = (logging.cumsum(axis=1) > rng.random(count)[:, None]).argmax(axis=1)
    before = rng.integers(0, 3, size=count)
    action = np.array([WAYS[each][0] for each in chosen], dtype=object)
    channel = np.array([WAYS[each][1] for each in chosen], dtype=object)
    gap = np.where(before == 2, -1, np.where(rng.random(count) < 0.5, 12 * HOUR, 5 * DAY))
    past = Past(
        action=np.array([("a", "b", "")[each] for each in before], dtype=object),
        channel=np.array([("email", "post", "")[each] for each in before], dtype=object),
        gap=gap,
        channels=np.array([("email", "email + post", "")[each] for each in before], dtype=object),
    )
    reward = 2.0 * keen + rng.normal(size=count)
    if works:
        reward = reward + TRUE_EFFECT * ((action == "b") & (before == 0)) - 0.5 * ((action != "") & (gap == 12 * HOUR))
    options = Options(
        np.arange(count + 1) * len(WAYS),
        np.tile(np.array([way[0] for way in WAYS], dtype=object), count),
        np.tile(np.array([way[1] for way in WAYS], dtype=object), count),
        logging.ravel(),
        {},
    )
    texts = np.array([""] * count)
    frame = Frame(
        inputs=("one", "keen"),
        x=np.column_stack([np.ones(count), keen]),
        decision_id=texts,
        customer_id=np.array([f"c{row // 4}" for row in range(count)], dtype=object),
        at=np.arange(count),
        closes_at=np.arange(count),
        slot=texts,
        group=texts,
        policy=texts,
        action=action,
        channel=channel,
        probability=logging[np.arange(count), chosen],
        chosen=chosen,
        is_ghost=np.zeros(count, bool),
        is_exploration=np.zeros(count, bool),
        cost=np.zeros(count),
        options=options,
        objectives=(),
        rewards=np.zeros((count, 0)),
        is_closed=np.ones(count, bool),
    )
    return frame, past, reward


def named(found: list[Insight], kind: str, before: str, then: str, segment: str = "everybody") -> Insight:
    (insight,) = [
        each for each in found if (each.kind, each.before, each.then, each.segment) == (kind, before, then, segment)
    ]
    return insight


def test_an_order_that_works_is_found_although_the_keen_get_it_more_often() -> None:
    frame, past, reward = make(6000, seed=0)

    insight = named(find_sequences(frame, past, reward), "action", "a", "b")

    # Against going on otherwise, which is "a" or silence. Within a day (half of the time) the first of them harms too.
    assert insight.effect is not None
    assert insight.beyond is not None
    assert insight.verdict == HELPED
    assert insight.effect.low < TRUE_EFFECT - 0.1 < insight.effect.high
    assert insight.beyond.low < TRUE_EFFECT < insight.beyond.high
    assert insight.followed + insight.others == int((past.action == "a").sum())


def test_another_beginning_of_the_same_step_is_not_praised() -> None:
    found = find_sequences(*make(6000, seed=1))

    assert named(found, "action", "nothing", "b").verdict == NO_DIFFERENCE


def test_contacts_that_follow_too_soon_harm_and_later_ones_do_not() -> None:
    frame, past, reward = make(8000, seed=2)

    found = find_sequences(frame, past, reward)

    assert named(found, "timing", "within 1 day", "anything").verdict == HARMED
    assert named(found, "timing", "3 to 7 days", "anything").verdict != HARMED


def test_combinations_of_channels_are_told() -> None:
    found = find_sequences(*make(6000, seed=9))

    kinds = {(each.before, each.then) for each in found if each.kind == "combination"}
    assert kinds == {("email", "email"), ("email", "post"), ("email + post", "email"), ("email + post", "post")}
    post = named(found, "combination", "email", "post")
    assert post.effect is not None
    assert post.effect.low < mean_effect_of_post() < post.effect.high


def mean_effect_of_post() -> float:
    """Return what the post brings after "a", less what the others do, weighed as they are drawn; half within a day."""
    others = {1.0: (0.15, 0.4, 0.15), 0.0: (0.4, 0.15, 0.3)}  # "a", "b" by e-mail, silence: of the keen, of the others
    effects = []
    for shares in others.values():
        bought = TRUE_EFFECT * shares[1] / sum(shares)
        contacted = (shares[0] + shares[1]) / sum(shares)
        effects.append(TRUE_EFFECT - bought - 0.25 * (1.0 - contacted))
    return float(np.mean(effects))


def test_an_effect_in_one_segment_is_found_there() -> None:
    frame, past, reward = make(9000, seed=4, works=False)
    segments = np.where(np.arange(9000) % 8 < 4, "young", "old").astype(object)
    reward = reward + 0.8 * ((frame.action == "b") & (past.action == "a") & (segments == "young"))

    found = find_sequences(frame, past, reward, segments)

    assert named(found, "action", "a", "b", "young").verdict == HELPED
    assert named(found, "action", "a", "b", "old").verdict == NO_DIFFERENCE


def test_where_nothing_works_hardly_a_list_says_that_something_does() -> None:
    false_words = 0
    for seed in range(12):
        found = find_sequences(*make(1500, seed=100 + seed, works=False))
        assert sum(each.effect is not None for each in found) > 8
        false_words += any(each.verdict in (HELPED, HARMED) for each in found)

    assert false_words <= 2


def test_too_few_decisions_are_not_enough_evidence() -> None:
    found = find_sequences(*make(200, seed=5))

    assert {each.verdict for each in found} == {NOT_ENOUGH}
    assert all(each.effect is None and each.p_value == 1.0 for each in found)


def test_the_clearest_comes_first() -> None:
    found = find_sequences(*make(6000, seed=6))

    p_values = [each.p_value for each in found if each.effect is not None]
    assert p_values == sorted(p_values)
    assert p_values[0] < 0.001


@pytest.mark.parametrize("seed", [7, 8])
def test_steps_without_an_alternative_are_left_out(seed: int) -> None:
    frame, past, reward = make(2000, seed=seed)
    frame.options.probability[:] = (np.arange(len(frame.options.probability)) % 4 == np.repeat(frame.chosen, 4)) * 1.0

    assert find_sequences(frame, past, reward) == []
