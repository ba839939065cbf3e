from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.expressions import Scope, compile_library, parse
from segue.model.events import Event
from segue.model.time import DAY, HOUR, NEVER
from segue.model.triggers import AudienceTrigger, Trigger
from tests.core.triggers.transitions import T0, Days, days, identified, tick, tracked

BUYERS = {"buyers": "orders >= 2"}
LAPSED = {"lapsed": "orders >= 1 and recent == 0"}
BOTH: dict[str, Trigger] = {
    "in": AudienceTrigger(audience="buyers"),
    "out": AudienceTrigger(audience="buyers", change="leaves"),
}


def triggers(audience: str) -> dict[str, Trigger]:
    return {
        "in": AudienceTrigger(audience=audience),
        "out": AudienceTrigger(audience=audience, change="leaves"),
    }


def test_a_customer_enters_when_the_condition_becomes_true_and_only_then() -> None:
    ada = days(BOTH, conditions=BUYERS).live(*(tracked(hour * HOUR, "order", amount=9) for hour in range(4)))
    assert [(fired.at, fired.trigger, fired.facts) for fired in ada.fired] == [
        (T0 + HOUR, "in", {"audience": "buyers"}),
    ]


def test_a_customer_leaves_and_may_enter_again() -> None:
    ada = days(triggers("gold"), conditions={"gold": "tier == 'gold'"})
    ada.live(*(identified(hour, tier=tier) for hour, tier in enumerate(["gold", "gold", "tin", "gold"])))
    assert [fired.trigger for fired in ada.fired] == ["in", "out", "in"]


def test_a_customer_seen_for_the_first_time_was_outside() -> None:
    ada = days({"in": AudienceTrigger(audience="new")}, conditions={"new": "orders == 0"}).live(tracked(0, "visit"))
    assert [fired.trigger for fired in ada.fired] == ["in"]


def test_what_only_time_changes_is_noticed_within_a_day_without_any_event() -> None:
    ada = days(triggers("lapsed"), conditions=LAPSED).live(tracked(0, "order", amount=9)).until(60 * DAY)
    (entered,) = ada.fired
    assert entered.trigger == "in"
    assert T0 + 30 * DAY <= entered.at < T0 + 31 * DAY


def test_every_customer_is_looked_at_once_a_day_at_a_time_of_their_own() -> None:
    moments = []
    for customer in ("ada", "bob", "cleo"):
        someone = days(triggers("lapsed"), conditions=LAPSED, customer_id=customer).live(tracked(0, "visit"))
        looks = [at for _, _, at in someone.until(10 * DAY).looks][1:]
        assert len(looks) == 10
        assert {at % DAY for at in looks} == {looks[0] % DAY}
        moments.append(looks[0] % DAY)
    assert len(set(moments)) == 3


def test_nobody_is_woken_where_time_changes_nothing() -> None:
    ada = days(BOTH, conditions=BUYERS).live(tracked(0, "order", amount=9))
    assert ada.watches.look_at == NEVER
    assert len(ada.until(30 * DAY).looks) == 1


def test_several_audiences_leave_before_they_enter_and_keep_the_order_of_the_definitions() -> None:
    four: dict[str, Trigger] = {
        "gold_in": AudienceTrigger(audience="gold"),
        "any_in": AudienceTrigger(audience="known"),
        "gold_in_too": AudienceTrigger(audience="gold"),
        "tin_out": AudienceTrigger(audience="tin", change="leaves"),
    }
    conditions = {"tin": "tier == 'tin'", "gold": "tier == 'gold'", "known": "tier != 'tin'"}
    ada = days(four, conditions=conditions).live(identified(0, tier="tin"), identified(1, tier="gold"))
    assert [fired.trigger for fired in ada.fired] == ["tin_out", "gold_in", "gold_in_too", "any_in"]


def test_an_audience_without_a_trigger_any_more_is_forgotten() -> None:
    ada = days(triggers("lapsed"), conditions=LAPSED).live(tracked(0, "visit"))
    ada.plan = days({}).plan
    ada.advance(tick(DAY))
    assert (ada.watches.inside, ada.watches.look_at) == ((), 0)


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, Days]:
    """A random history of orders and traits over some months, under one of several conditions."""
    condition = draw(
        st.sampled_from(
            ["orders >= 2", "recent >= 1", "recent == 0", "idle > days(10)", "tier == 'gold' or recent > 2"]
        )
    )
    moments = sorted(draw(st.lists(st.integers(0, 90 * DAY), min_size=1, max_size=12, unique=True)))
    happen: list[Event] = [
        draw(st.sampled_from([tracked(at, "order", amount=1), identified(at, tier="gold"), identified(at, tier="tin")]))
        for at in moments
    ]
    late = draw(st.sampled_from([0, 5 * HOUR]))
    some = days(triggers("some"), conditions={"some": condition}, late=late)
    return condition, some.live(*happen).until(moments[-1] + 40 * DAY)


@settings(deadline=None, max_examples=60)
@given(histories())
def test_what_is_remembered_is_what_holds_at_each_look_and_each_change_fires_once(found: tuple[str, Days]) -> None:
    condition, lived = found
    features = lived.workspace.features
    scope = Scope(traits={"zone": "text", "tier": "text"}, features=features)
    holds = compile_library({"some": parse(condition, scope, "boolean")}, features)["some"]
    changes, was_inside = [], False
    for inside, profile, at in lived.looks:
        is_inside = holds(profile.traits, profile.features, {}, {}, at) is True
        assert inside == (("some",) if is_inside else ())
        if is_inside != was_inside:
            changes.append((at, "in" if is_inside else "out"))
        was_inside = is_inside
    assert [(fired.at, fired.trigger) for fired in lived.fired] == changes
