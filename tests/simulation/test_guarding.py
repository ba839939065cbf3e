"""What a market of one's own does wrongly is told by file, line and name, and what it does rightly passes as it is."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.errors import SegueError
from segue.model.identities import Identifier
from segue.model.ids import DeliveryId
from segue.model.time import DAY, HOUR, Instant
from segue.simulation.dice import Dice
from segue.simulation.guarding import GuardedMarket, broke
from segue.simulation.market import Arrival, Behaviour, Came, Consented, Description, Did, Reported
from segue.simulation.markets import MarketSpec, make_market
from segue.simulation.provider import Provider

HERE = Path(__file__)
BEGIN = Instant(0)
MESSAGE = Arrival(
    kind="message",
    delivery_id=DeliveryId("d1"),
    action="tip",
    channel="email",
    category="",
    theme="",
    content={},
    at=BEGIN,
    number=0,
    day=0,
)
DID = Did(name="visited", properties={"of": [1, 2.5, None, {"a": "b"}]}, traits={"vip": True}, after=HOUR)


class Person:
    """Does as it is told."""

    def __init__(self, behaviour: Any = None, reaction: Any = ()) -> None:
        self.identifiers: Any = (Identifier("user_id", "c1"),)
        self.mood, self.behaviour, self.reaction = "calm", behaviour, reaction

    def behave(self, now: Instant) -> Any:
        """Return it, or break."""
        return self.behaviour(now) if callable(self.behaviour) else self.behaviour

    def react(self, arrival: Arrival) -> Any:
        """Return it, or break."""
        return self.reaction(arrival) if callable(self.reaction) else self.reaction


class Town:
    """One such person."""

    def __init__(self, person: Any = None, said: Any = None, providers: Any = None) -> None:
        self.person, self.said, self.providers = person, said, {} if providers is None else providers

    def resident(self, number: int, dice: Dice, begin: Instant) -> Any:
        """Return the person."""
        return self.person

    def describe(self) -> Any:
        """Return what is said."""
        return self.said


def guarded(person: Any) -> Any:
    """Return the person as the market gives it."""
    return GuardedMarket(Town(person), HERE).resident(1, Dice("town", 1), BEGIN)


def raises(_: object) -> None:
    """Break."""
    raise ValueError("no\nway")


def test_what_is_right_passes_as_it_is_and_what_is_beyond_the_protocol_can_be_reached() -> None:
    happenings = (DID, Consented(channel="*", granted=False), Came(placement="home", context={"n": 1}))
    about = Reported(status=DeliveryStatus.CLICKED, delivery_id=DeliveryId("d0"))
    person = guarded(Person(Behaviour((*happenings, about), Instant(DAY)), iter([Reported(status="clicked")])))  # type: ignore[arg-type]
    assert person.behave(BEGIN) == Behaviour((*happenings, about), Instant(DAY))
    assert person.mood == "calm"
    with pytest.raises(SegueError, match="reports 'clicked'"):
        person.react(MESSAGE)
    answers = [DID, Reported(status=DeliveryStatus.CLICKED)]
    assert guarded(Person(reaction=answers)).react(MESSAGE) == tuple(answers)


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (raises, "behave broke: ValueError: no way"),
        (None, r"line \d+: Person.behave returns nothing"),
        ([DID], "returns a list"),
        (Behaviour((), BEGIN), "not later than now"),
        (Behaviour((), 0.5 * DAY), "asked again at 43200000000.0"),  # type: ignore[arg-type]
        (Behaviour(("visited",), Instant(DAY)), "tells of a str"),  # type: ignore[arg-type]
        (Behaviour((Did(name="visited", after=-HOUR),), Instant(DAY)), "'visited' come 3600000000 microseconds ago"),
        (Behaviour((Did(name="visited", after=1.5),), Instant(DAY)), "'visited' come after 1.5"),  # type: ignore[arg-type]
        (Behaviour((Did(name="ordered", properties={"margin": float("nan")}),), Instant(DAY)), "'margin' of nan"),
        (Behaviour((Did(name="ordered", traits={"a": [float("inf")]}),), Instant(DAY)), r"'a' of \[inf\]"),
        (Behaviour((Did(name="ordered", properties={"x": {"y": {1}}}),), Instant(DAY)), "'x' of "),
        (Behaviour((Did(name="seen", identifiers=("a",)),), Instant(DAY)), "'seen' has the identifiers"),  # type: ignore[arg-type]
        (Behaviour((Reported(status=DeliveryStatus.CLICKED),), Instant(DAY)), "reports on no message"),
        (Behaviour((Came(placement="home", context={"n": float("nan")}),), Instant(DAY)), "gives Came 'n' of nan"),
    ],
)
def test_wrong_behaviour_is_told_with_its_place(behaviour: Any, told: str) -> None:
    with pytest.raises(SegueError, match=rf"test_guarding\.py.*{told}") as caught:
        guarded(Person(behaviour)).behave(BEGIN)
    assert caught.value.instruction


@pytest.mark.parametrize(
    ("reaction", "told"),
    [(raises, "react broke: ValueError"), (None, "returns None"), (["click"], "tells of a str")],
)
def test_wrong_reactions_are_told_with_their_place(reaction: Any, told: str) -> None:
    with pytest.raises(SegueError, match=rf"test_guarding\.py.*{told}"):
        guarded(Person(reaction=reaction)).react(MESSAGE)


def test_an_error_names_the_line_in_the_file_in_which_it_happened() -> None:
    line = raises.__code__.co_firstlineno + 2
    with pytest.raises(SegueError, match=rf"test_guarding\.py, line {line}: behave broke"):
        guarded(Person(raises)).behave(BEGIN)


@pytest.mark.parametrize("identifiers", [(), "c1", ("c1",), None])
def test_a_resident_without_names_is_refused(identifiers: Any) -> None:
    person = Person()
    person.identifiers = identifiers
    with pytest.raises(SegueError, match="Person has the identifiers"):
        guarded(person)


def test_a_market_without_a_part_of_the_protocol_is_refused() -> None:
    with pytest.raises(SegueError, match="object has no method `resident`"):
        GuardedMarket(object(), HERE)
    with pytest.raises(SegueError, match="has no `providers`"):
        GuardedMarket(Town(providers={"email": None}), HERE)
    with pytest.raises(SegueError, match="without `behave`"):
        guarded(None)
    with pytest.raises(SegueError, match=r"Town\.describe returns nothing"):
        GuardedMarket(Town(), HERE).describe()
    said = Description(name="town", summary="", causes=(), assumptions=())
    town = GuardedMarket(Town(said=said, providers={"email": Provider()}), HERE)
    assert town.describe() == said
    assert town.providers == {"email": Provider()}


def test_what_was_said_already_is_left_as_it_is_and_comes_through_processes() -> None:
    said = SegueError("Nobody lives here.", "Move in.")
    with pytest.raises(SegueError, match="Nobody lives here") as caught:
        broke(said, HERE, "resident")
    assert pickle.loads(pickle.dumps(caught.value)).reason == said.reason


def test_a_file_of_ones_own_is_guarded_and_a_market_of_segue_is_not(tmp_path: Path) -> None:
    text = (
        "from msgspec import Struct\nclass Town:\n    class Parameters(Struct):\n        pass\n"
        "    providers = {}\n    def __init__(self, parameters):\n        1 / len(FOLK)\n"
        "    def resident(self, number, dice, begin): ...\n    def describe(self): ...\n"
    )
    (tmp_path / "town.py").write_text(f"FOLK = 'ab'\n{text}")
    spec = MarketSpec(kind="town.py:Town", folder=str(tmp_path))
    assert isinstance(make_market(spec), GuardedMarket)
    assert not isinstance(make_market(MarketSpec(kind="fatigue")), GuardedMarket)
    (tmp_path / "town.py").write_text(f"FOLK = ''\n{text}")
    with pytest.raises(SegueError, match=r"town\.py, line 8: Town broke: ZeroDivisionError"):
        make_market(spec)
    (tmp_path / "town.py").write_text("def so:\n")
    with pytest.raises(SegueError, match=r"town\.py, line 1: reading it broke: SyntaxError: "):
        make_market(spec)
