"""The online learner as a fold over entries: what is booked, what is corrected, when it is published."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.decisioning.models.shape import SILENCE
from segue.core.world import World, build_world
from segue.learning.online import Online, arm_of, learned_inputs
from segue.model.customers import Customer
from segue.model.decisions import Considered, Decision
from segue.model.events import Event, Merged, Tracked
from segue.model.ids import CustomerId, DecisionId, EventId, Revision
from segue.model.learning import Objective, Reward
from segue.model.time import DAY, HOUR, MINUTE, Instant
from segue.ports.store import Entry, pack
from tests.learning.street import BEGIN, LEARNING, OBJECTIVES, a_street

WORLD = build_world(a_street())
SEEN = (1.0, *[0.1 * place for place in range(1, len(WORLD.context.names))])
KEYS = {"email": "rule:ask/offer/email", "sms": "rule:ask/offer/sms", "": "silence"}


def decision(chosen: str = "sms", at: int = BEGIN, who: str = "ada", **changes: Any) -> Decision:
    rows = [
        Considered(key, "offer" if channel else "", channel, "rule:ask", probability=1 / 3)
        for channel, key in KEYS.items()
    ]
    whole: dict[str, Any] = {
        "decision_id": DecisionId(f"d{at}"),
        "customer_id": CustomerId(who),
        "event_id": EventId("e"),
        "at": Instant(at),
        "slot": "message",
        "revision": Revision("r"),
        "seed": "s",
        "policy": "bandit@1",
        "group": "agent",
        "considered": tuple(rows),
        "chosen": KEYS[chosen],
        "probability": 1 / 3,
        "is_exploration": False,
        "draw": 0.5,
        "input_hash": "",
        "context": SEEN,
    }
    return Decision(**(whole | changes))


def entry(
    at: int = BEGIN,
    *,
    decisions: Sequence[Decision] = (),
    rewards: Sequence[tuple[str, float]] = (),
    who: str = "ada",
    event: Event | None = None,
    happened: int | None = None,
) -> Entry:
    told = Tracked(
        event_id=EventId("e"),
        customer_id=CustomerId(who),
        at=Instant(at if happened is None else happened),
        name="visited",
        properties={},
    )
    return Entry(
        1,
        0,
        Instant(at),
        event or told,
        tuple(decisions),
        (),
        rewards=tuple(Reward(objective, amount) for objective, amount in rewards),
    )


def after(*entries: Entry, world: World = WORLD, learner: Online | None = None) -> Online:
    online = learner or Online.begin(world)
    for each in entries:
        online = online.adapted(world)
        online.look(each.now)
        online.take(each, world)
    return online


def chances(online: Online, at: int = BEGIN + 30 * DAY, world: World = WORLD) -> dict[str, float]:
    """P(bought) by channel, of what is published at ``at``."""
    model = online.adapted(world).look(Instant(at))
    assert model is not None
    arms = [world.arms.of("offer", channel, "message", {}) if channel else SILENCE for channel in KEYS]
    head = [each.name for each in model.shape.heads].index("bought")
    means = model.believe(np.array(SEEN[:-1]), arms).means[:, head]
    return dict(zip(KEYS, means.tolist(), strict=True))


def test_a_decision_is_booked_with_nothing_at_once() -> None:
    ignored = after(*(entry(BEGIN + n * HOUR, decisions=[decision("sms", BEGIN + n * HOUR)]) for n in range(20)))
    believed = chances(ignored)
    assert believed["sms"] < believed["email"]
    assert believed["sms"] < 0.2


def test_what_happens_within_the_window_corrects_what_was_booked() -> None:
    booked = [entry(BEGIN + n * HOUR, decisions=[decision("sms", BEGIN + n * HOUR)]) for n in range(5)]
    ignored = chances(after(*booked))
    answered = chances(after(*booked, entry(BEGIN + DAY, rewards=[("bought", 1.0)])))
    assert answered["sms"] > ignored["sms"] + 0.2


@pytest.mark.parametrize(
    ("happened", "counts"),
    [(0, False), (1, True), (2 * DAY, True), (2 * DAY + 1, False), (-HOUR, False)],
    ids=["at the same moment", "just after", "as the window closes", "too late", "before"],
)
def test_only_what_happens_within_a_decision_s_own_window_counts(happened: int, counts: bool) -> None:
    first = entry(decisions=[decision()])
    late = entry(BEGIN + 3 * HOUR, rewards=[("bought", 1.0)], happened=BEGIN + happened)
    before, then = chances(after(first)), chances(after(first, late))
    assert (then != before) is counts


def test_it_counts_for_every_open_decision_of_the_customer_and_for_nobody_else_s() -> None:
    twice = [
        entry(BEGIN, decisions=[decision("sms")]),
        entry(BEGIN + HOUR, decisions=[decision("email", BEGIN + HOUR)]),
    ]
    before = chances(after(*twice))
    own = chances(after(*twice, entry(BEGIN + 2 * HOUR, rewards=[("bought", 1.0)])))
    others = chances(after(*twice, entry(BEGIN + 2 * HOUR, rewards=[("bought", 1.0)], who="bob")))
    assert own["sms"] > before["sms"]
    assert own["email"] > before["email"]
    assert others == before


def test_that_something_happens_is_so_once_however_often_it_does() -> None:
    first = entry(decisions=[decision()])
    once = entry(BEGIN + HOUR, rewards=[("bought", 1.0)])
    again = entry(BEGIN + 2 * HOUR, rewards=[("bought", 1.0), ("bought", 1.0)])
    assert chances(after(first, once, again)) == chances(after(first, once))


def test_amounts_add_up_and_a_refund_takes_back() -> None:
    margin = {"margin": Objective(event="bought", of="margin")}
    world = build_world(a_street(learning=replace(LEARNING, objectives=margin)))

    def expected(*amounts: float) -> float:
        first = entry(decisions=[decision()])
        later = [entry(BEGIN + n * HOUR, rewards=[("margin", a)]) for n, a in enumerate(amounts, 1)]
        model = after(first, *later, world=world).look(Instant(BEGIN + DAY))
        assert model is not None
        arm = world.arms.of("offer", "sms", "message", {})
        return float(model.believe(np.array(SEEN[:-1]), [arm]).means[0, 0])

    assert expected(3.0, 4.0) == pytest.approx(expected(7.0))
    assert expected(7.0, -7.0) == pytest.approx(expected(), abs=1e-9)


def test_what_was_decided_for_the_held_out_is_learnt_as_silence() -> None:
    ghost = decision("sms", is_ghost=True, group="holdout")
    assert arm_of(ghost, WORLD) == SILENCE
    silent = after(entry(decisions=[decision("")]), entry(BEGIN + HOUR, rewards=[("bought", 1.0)]))
    ghostly = after(entry(decisions=[ghost]), entry(BEGIN + HOUR, rewards=[("bought", 1.0)]))
    assert chances(ghostly) == chances(silent)


def test_nothing_is_learnt_where_there_was_no_choice() -> None:
    alone = decision("", considered=(Considered("silence", "", "", "silence", probability=1.0),))
    obliged = decision("sms", policy="obligation@1")
    assert arm_of(alone, WORLD) is arm_of(obliged, WORLD) is None
    assert after(entry(decisions=[alone, obliged])).open_decisions() == 0


def test_decisions_that_left_nothing_to_chance_are_learnt_from_as_well() -> None:
    """Else a bandit after deterministic rules would never begin."""
    rows = [
        Considered(key, "offer" if channel else "", channel, "rule:ask", {"total": 1.0} if channel else {}, probability)
        for (channel, key), probability in zip(KEYS.items(), (0.0, 1.0, 0.0), strict=True)
    ]
    certain = decision("sms", considered=tuple(rows), policy="rules@1")
    assert arm_of(certain, WORLD) == WORLD.arms.of("offer", "sms", "message", {})
    held_back = (
        replace(rows[0], scores={}),
        replace(rows[1], scores={}, probability=0.0),
        replace(rows[2], probability=1.0),
    )
    assert arm_of(decision("", considered=held_back), WORLD) is None


def test_a_decision_of_another_context_is_left_out() -> None:
    assert after(entry(decisions=[decision(context=SEEN[:-1])])).open_decisions() == 0


def test_what_was_learnt_is_published_only_as_the_log_enters_another_period() -> None:
    begin = BEGIN - BEGIN % (6 * HOUR)
    online = after(entry(begin, decisions=[decision(at=begin)]))
    assert online.look(Instant(begin + 6 * HOUR - 1)) is None
    first = online.look(Instant(begin + 6 * HOUR))
    assert first is not None
    assert first.lessons == 1
    online.take(entry(begin + 6 * HOUR, decisions=[decision(at=begin + 6 * HOUR)]), WORLD)
    assert online.look(Instant(begin + 12 * HOUR - MINUTE)) is first
    second = online.look(Instant(begin + 12 * HOUR))
    assert second is not None
    assert (first.lessons, second.lessons) == (1, 2)


def test_what_was_published_does_not_change_while_learning_goes_on() -> None:
    online = after(entry(decisions=[decision()]))
    model = online.look(Instant(BEGIN + DAY))
    assert model is not None
    before = model.means.copy(), model.covariances.copy(), model.counts.copy()
    for number in range(5):
        at = BEGIN + DAY + number * MINUTE
        online.take(entry(at, decisions=[decision(at=at)], rewards=[("bought", 1.0)]), WORLD)
    assert all((a == b).all() for a, b in zip(before, (model.means, model.covariances, model.counts), strict=True))


def test_a_merge_takes_open_decisions_along() -> None:
    first = entry(decisions=[decision(who="bob")], who="bob")
    merged = Merged(
        event_id=EventId("m"),
        customer_id=CustomerId("ada"),
        at=Instant(BEGIN + HOUR),
        absorbed_id=CustomerId("bob"),
        absorbed=pack(Customer(CustomerId("bob"))),
    )
    joined = entry(BEGIN + HOUR, event=merged)
    bought = entry(BEGIN + 2 * HOUR, rewards=[("bought", 1.0)])
    assert chances(after(first, joined, bought)) != chances(after(first, joined))
    assert chances(after(first, bought)) == chances(after(first))
    gone = after(first, joined, entry(BEGIN + 4 * DAY))
    assert gone.open_decisions() == 0


def test_decisions_whose_window_has_closed_are_forgotten() -> None:
    online = after(entry(decisions=[decision()]))
    assert online.open_decisions() == 1
    assert after(entry(BEGIN + 4 * DAY, who="bob"), learner=online).open_decisions() == 0


def test_what_was_learnt_long_ago_counts_less() -> None:
    world = build_world(a_street(learning=replace(LEARNING, half_life="10d")))
    booked = [entry(BEGIN + n * MINUTE, decisions=[decision("sms", BEGIN + n * MINUTE)]) for n in range(20)]
    soon = chances(after(*booked, entry(BEGIN + HOUR), world=world), world=world)
    online = after(*booked, entry(BEGIN + 40 * DAY, decisions=[decision("", BEGIN + 40 * DAY)]), world=world)
    assert soon["sms"] < chances(online, BEGIN + 50 * DAY, world)["sms"] < 0.5


def a_life(count: int = 60) -> list[Entry]:
    names = ("ada", "bob", "eve")
    return [
        entry(
            BEGIN + n * 3 * HOUR,
            decisions=[decision(list(KEYS)[n * 7 % 3], BEGIN + n * 3 * HOUR, names[n % 3])],
            rewards=[("bought", 1.0)] * (n % 4 == 0) + [("complained", 1.0)] * (n % 5 == 0),
            who=names[n % 3],
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("stop", [0, 1, 17, 59, 60])
def test_packed_and_restored_it_goes_on_to_the_last_byte(stop: int) -> None:
    life = a_life()
    whole = after(*life)
    first = after(*life[:stop])
    again = Online.restore(first.pack())
    assert again.pack() == first.pack()
    again = after(*life[stop:], learner=again)
    assert again.pack() == whole.pack()
    assert chances(again) == chances(whole)


def test_it_can_be_restored_before_a_world_is_there_that_learns() -> None:
    online = after(*a_life())
    restored = Online.restore(online.pack())
    assert restored.open_decisions() == online.open_decisions()


def test_another_world_keeps_what_both_have_in_common() -> None:
    other = build_world(a_street(learning=replace(LEARNING, objectives={"bought": OBJECTIVES["bought"]})))
    online = after(*a_life())
    adapted = online.adapted(other)
    assert chances(adapted, world=other) == pytest.approx(chances(online))
    assert adapted.open_decisions() == 0


def test_adapting_leaves_the_learner_as_it_was() -> None:
    other = build_world(a_street(learning=replace(LEARNING, objectives={"bought": OBJECTIVES["bought"]})))
    online = after(*a_life())
    before = online.pack()
    assert online.adapted(other) is not online
    assert online.adapted(WORLD) is online
    assert online.pack() == before


def test_a_world_with_the_same_objectives_takes_over_open_decisions_too() -> None:
    other = build_world(a_street(seed="another"))
    online = after(*a_life())
    assert online.adapted(other).pack() == online.pack()


def test_the_plain_dose_is_no_input() -> None:
    assert learned_inputs(WORLD) == WORLD.context.names[:-1]
    assert WORLD.context.names[-1] == "fatigue_dose"
