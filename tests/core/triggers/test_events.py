import pytest

from segue.core.triggers import Firing
from segue.model.errors import ExpressionError
from segue.model.triggers import EventTrigger
from tests.core.triggers.transitions import identified, run, tick, tracked


def test_an_event_trigger_fires_when_its_event_happens() -> None:
    trial = run({"bought": EventTrigger(event="order")}, tracked(0, "visit"), tracked(1, "order", amount=3), tick(2))
    assert trial.firings == [(), (Firing("bought", {"amount": 3}),), ()]


@pytest.mark.parametrize(("amount", "fired"), [(5, []), (15, ["big"]), ("15", []), (None, [])])
def test_its_condition_sees_the_event(amount: object, fired: list[str]) -> None:
    triggers = {"big": EventTrigger(event="order", when="event.amount > 10")}
    assert run(triggers, tracked(0, "order", amount=amount)).fired == [fired]


def test_its_condition_sees_what_the_event_itself_changed() -> None:
    triggers = {"second": EventTrigger(event="order", when='orders == 2 and country == "UK"')}
    trial = run(triggers, identified(0, country="UK"), tracked(1, "order"), tracked(2, "order"), tracked(3, "order"))
    assert trial.fired == [[], [], ["second"], []]


def test_all_triggers_of_an_event_fire_in_the_order_of_their_definitions() -> None:
    triggers = {
        name: EventTrigger(event="order", when=when) for name, when in (("b", None), ("a", "True"), ("c", "False"))
    }
    assert run(triggers, tracked(0, "order")).fired == [["b", "a"]]


def test_traits_that_arrive_are_an_event_too() -> None:
    assert run({"known": EventTrigger(event="identified")}, identified(0, country="UK")).fired == [["known"]]


def test_a_wrong_condition_is_refused() -> None:
    with pytest.raises(ExpressionError, match="Did you mean 'country'"):
        run({"t": EventTrigger(event="order", when='contry == "UK"')})
