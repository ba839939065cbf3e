import pytest

from segue.core.facts import Fact, as_fact
from segue.core.journeys.plan import inline_triggers
from segue.core.triggers import Firing, compile_triggers, detect, hidden_features
from segue.model.catalogue import Audience, TraitSpec
from segue.model.customers import Customer, Profile, Watches
from segue.model.errors import ExpressionError
from segue.model.events import Enroll
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, Journey
from segue.model.steps import Exit
from segue.model.time import DAY
from segue.model.triggers import (
    AbsenceTrigger,
    ApiTrigger,
    AudienceTrigger,
    CountTrigger,
    EventTrigger,
    ScheduleTrigger,
    TraitTrigger,
    Trigger,
)
from segue.model.workspace import Workspace
from tests.core.triggers.transitions import T0, days, identified, run, tracked

ALL: dict[str, Trigger] = {
    "count": CountTrigger(event="identified", at_least=1, within="1d"),
    "trait": TraitTrigger(trait="country"),
    "event": EventTrigger(event="identified"),
    "absence": AbsenceTrigger(event="visit", then_not="order", within="1h"),
}


def test_what_came_due_fires_before_what_the_event_sets_off() -> None:
    trial = run(ALL, tracked(0, "visit"), identified(10**12, country="UK"))
    assert trial.fired == [[], ["absence", "event", "trait", "count"]]


def test_an_event_that_nobody_listens_to_leaves_everything_as_it_is() -> None:
    shop = Workspace(name="shop", traits={"country": TraitSpec(type="text")})
    plan = compile_triggers(ALL, shop)
    watches, profile = Watches(), Profile()
    after, firings = detect(watches, profile, profile, Fact("other", {}, {}, T0), tracked(0, "other"), T0, plan)
    assert after is watches
    assert firings == ()


def test_triggers_name_the_hidden_features_they_need() -> None:
    hidden = hidden_features({**ALL, "journey:welcome": CountTrigger(event="visit", at_least=2, within="2h")})
    assert {name: (spec.kind, spec.event, spec.window) for name, spec in hidden.items()} == {
        "_trigger_count": ("count", "identified", "1d"),
        "_trigger_absence": ("last", "order", None),
        "_trigger_journey:welcome": ("count", "visit", "2h"),
    }


SIGNUP = Journey(journey="signup", entry=Entry(on=ApiTrigger()), steps=(Exit(id="end"),))
SHARED = Journey(journey="shared", entry=Entry(trigger="asked"), steps=(Exit(id="end"),))
BY_EVENT = Journey(journey="by_event", entry=Entry(on=EventTrigger(event="visit")), steps=(Exit(id="end"),))


@pytest.mark.parametrize(
    ("journey", "fired"), [("signup", ["journey:signup"]), ("shared", ["asked"]), ("by_event", []), ("nowhere", [])]
)
def test_a_request_to_enter_fires_the_trigger_of_a_journey_that_is_entered_so(journey: str, fired: list[str]) -> None:
    shop = Workspace(name="shop", triggers={"asked": ApiTrigger()}, journeys=(SIGNUP, SHARED, BY_EVENT))
    plan = compile_triggers(shop.triggers | inline_triggers(shop.journeys), shop)
    asked = Enroll(event_id=EventId("e"), customer_id=CustomerId("c"), at=T0, journey=journey, facts={"plan": "gold"})
    _, firings = detect(Watches(), Profile(), Profile(), as_fact(asked, Customer(CustomerId("c"))), asked, T0, plan)
    assert firings == tuple(Firing(name, {"plan": "gold"}) for name in fired)


def test_kinds_fire_in_one_order_what_came_due_first_and_audiences_last() -> None:
    everything: dict[str, Trigger] = {
        "audience": AudienceTrigger(audience="gold"),
        "schedule": ScheduleTrigger(at="09:00"),
        "trait": TraitTrigger(trait="tier"),
        "count": CountTrigger(event="identified", at_least=1, within="1d"),
        "event": EventTrigger(event="identified"),
        "absence": AbsenceTrigger(event="visit", then_not="order", within="1h"),
    }
    ada = days(everything, conditions={"gold": "tier == 'gold'"})
    ada.advance(tracked(0, "visit"))
    ada.advance(identified(DAY - 1, tier="gold"))
    assert [fired.trigger for fired in ada.fired] == ["absence", "schedule", "event", "trait", "count", "audience"]


def test_an_audience_trigger_needs_an_audience_with_a_condition() -> None:
    shop = Workspace(name="shop", audiences=(Audience(audience="sync_only"),))
    with pytest.raises(ExpressionError, match="has no condition"):
        compile_triggers({"in": AudienceTrigger(audience="sync_only")}, shop)
