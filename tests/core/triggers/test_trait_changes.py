from typing import Any

import pytest

from segue.model.customers import Profile, Watches
from segue.model.errors import ExpressionError
from segue.model.events import Merged
from segue.model.ids import CustomerId, EventId
from segue.model.time import Instant
from segue.model.triggers import TraitTrigger
from tests.core.triggers.transitions import T0, identified, run, tracked

MOVED = {"moved": TraitTrigger(trait="country")}


def test_it_fires_when_the_value_changes_and_not_when_it_is_repeated() -> None:
    trial = run(MOVED, identified(0, country="UK"), identified(1, country="UK"), identified(2, country="FR"))
    assert trial.fired == [["moved"], [], ["moved"]]
    assert trial.facts[1] == {"trait": "country", "old": "UK", "new": "FR"}


def test_losing_a_value_is_a_change() -> None:
    trial = run(MOVED, identified(0, country="UK"), identified(1, country=None))
    assert trial.facts[1] == {"trait": "country", "old": "UK", "new": None}


def test_a_late_statement_that_loses_is_no_change() -> None:
    assert run(MOVED, identified(5, country="UK"), identified(3, country="FR"), now={1: 5}).fired == [["moved"], []]


def test_another_traits_change_is_not_its_business() -> None:
    assert run(MOVED, identified(0, tier="gold"), tracked(1, "order")).fired == [[], []]


@pytest.mark.parametrize(("first", "second", "fires"), [(1, 1.0, False), (1, True, True), (0, False, True)])
def test_a_number_and_a_boolean_are_different_values(first: Any, second: Any, fires: bool) -> None:
    trial = run({"aged": TraitTrigger(trait="age")}, identified(0, age=first), identified(1, age=second))
    assert trial.fired[1] == (["aged"] if fires else [])


@pytest.mark.parametrize(
    ("when", "fired"),
    [
        ('old == "silver"', ["up"]),
        ('old == "silver" and tier == "gold"', ["up"]),
        ("old is None", []),
        ('old != "silver"', []),
        ("old == country", []),
    ],
)
def test_its_condition_sees_the_old_value_and_the_new(when: str, fired: list[str]) -> None:
    triggers = {"up": TraitTrigger(trait="tier", when=when)}
    assert run(triggers, identified(0, tier="silver"), identified(1, tier="gold")).fired[1] == fired


def test_the_first_value_changes_from_null() -> None:
    triggers = {"up": TraitTrigger(trait="tier", when="old is None")}
    assert run(triggers, identified(0, tier="silver"), identified(1, tier="gold")).fired == [["up"], []]


def test_an_undeclared_trait_is_refused() -> None:
    with pytest.raises(ExpressionError, match="which is not declared"):
        run({"t": TraitTrigger(trait="shoe_size")})


def test_what_a_merge_brings_along_is_no_change() -> None:
    from segue.core.facts import Fact
    from segue.core.triggers import compile_triggers, detect
    from segue.model.catalogue import TraitSpec
    from segue.model.workspace import Workspace

    merged = Merged(
        event_id=EventId("e"), customer_id=CustomerId("c"), at=T0, absorbed_id=CustomerId("d"), absorbed=b""
    )
    plan = compile_triggers(MOVED, Workspace(name="shop", traits={"country": TraitSpec(type="text")}))
    before, after = Profile(traits={"country": "UK"}), Profile(traits={"country": "FR"})
    assert detect(Watches(), before, after, Fact("", {}, {}, T0), merged, Instant(T0), plan) == (Watches(), ())
