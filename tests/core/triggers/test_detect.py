from segue.core.facts import Fact
from segue.core.triggers import compile_triggers, detect, hidden_features
from segue.model.catalogue import AbsenceTrigger, CountTrigger, EventTrigger, TraitSpec, TraitTrigger, Trigger
from segue.model.customers import Profile, Watches
from segue.model.workspace import Workspace
from tests.core.triggers.transitions import T0, identified, run, tracked

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
