"""Live counters: at every instant, of every step, what came in is still there, has passed or has been taken out.

A workspace with every kind of step, handler and stage is driven through random lives, in which the journeys are paused,
drained, published anew and stopped. Who comes and goes is counted from `Moved` alone, as a live counter would.
"""

from collections import Counter
from random import Random
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.facts import Fact
from segue.core.journeys.moves import Surroundings
from segue.core.journeys.run import Progress, next_due, run_journeys
from segue.core.shared import fold
from segue.core.view import View
from segue.core.world import World, build_world
from segue.model.catalogue import ChannelSpec, TraitSpec
from segue.model.customers import Enrollments, Profile
from segue.model.ids import RunId
from segue.model.journeys import Entry, ExitRule, Handler, Journey, Migration, Pacing, Rate, Stage
from segue.model.shared import Shared
from segue.model.steps import (
    Arm,
    Branch,
    Case,
    Choose,
    EventMatch,
    Exit,
    Goal,
    Goto,
    MessageGroup,
    Option,
    Propose,
    SetTrait,
    Split,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.time import DAY, HOUR, MINUTE, NEVER, Instant
from segue.model.triggers import EventTrigger, JourneyTrigger
from segue.model.workspace import Workspace
from tests.builders import ADDRESSES, NOW, VARIANTS, action

CARE = Journey(
    journey="care",
    entry=Entry(on=EventTrigger(event="view")),
    reentry="after 1d",
    exits=(ExitRule(event="quit"), ExitRule(when="trait.mood == 'gone'")),
    goal=EventMatch(event="order"),
    expires_after="30d",
    pacing=Pacing(by="coalesce(interest, 0)", calm=0, keen=4),
    on=(
        Handler(event="ticket", pause="2d"),
        Handler(event="solved", resume=True, set={"seen": "event.id"}),
        Handler(event="click", when="run.seen == 'fast'", hurry=0.5),
        Handler(event="jump", goto="ask"),
    ),
    stages=(
        Stage(stage="awareness", expect=EventMatch(event="click"), within="3d", recover="win_back"),
        Stage(stage="conversion", within="5d", recover="win_back"),
    ),
    steps=(
        Wait(id="settle", after="1d", paced=True, stage="awareness"),
        Split(
            id="arm", arms=(Arm(arm="a", next="mail"), Arm(arm="b", next="both"), Arm(arm="c", weight=0, next="leave"))
        ),
        Propose(id="mail", action="offer", actions=(), on_cap="exit", next="heard"),
        Propose(
            id="both",
            action="offer",
            group=MessageGroup(order=("email", "display"), cancel_on=(EventMatch(event="click"),)),
        ),
        WaitFor(
            id="heard",
            events=(EventMatch(event="click", next="ask"), EventMatch(event="view", next="note")),
            within="2d",
            mode="collect",
        ),
        SetTrait(id="note", set={"mood": "'warm'"}),
        Branch(id="warm", cases=(Case(when="trait.mood == 'warm'", next="ask"),), otherwise="call"),
        Choose(
            id="ask",
            options=(Option(option="one", next="call"), Option(option="two", next="child")),
            otherwise="again",
            stage="conversion",
        ),
        Webhook(id="call", channel="hook", payload={"mood": "trait.mood"}, on_failure="again"),
        SubJourney(id="child", journey="small", on_converted="won"),
        Goto(id="again", to="settle", at_most=2),
        Goal(id="won"),
        Exit(id="leave"),
        Propose(id="win_back", action="offer", channels=("sms",), next="settle"),
    ),
)
SMALL = Journey(
    journey="small",
    entry=Entry(on=JourneyTrigger(journey="care", outcome="interrupted"), rate=Rate(limit=1, per="1d")),
    reentry="after 0d",
    goal=EventMatch(event="solved"),
    steps=(Wait(id="calm", after="36h"), Propose(id="sorry", action="offer", channels=("email",))),
)
SECOND = replace(
    CARE,
    version=2,
    entry=Entry(on=EventTrigger(event="view"), debounce="6h"),
    migration=Migration(steps={"heard": "settle", "mail": "both"}),
    steps=(
        *(step for step in CARE.steps if step.id not in ("win_back", "call")),
        Wait(id="win_back", after="1h", next="settle"),
        Propose(id="call", action="offer"),
    ),
)


def a_world(**changes: Any) -> World:
    whole: dict[str, Any] = {
        "name": "shop",
        "channels": (
            ChannelSpec(name="email", family="message", contact_trait="email"),
            ChannelSpec(name="sms", family="message", contact_trait="phone"),
            ChannelSpec(name="display", family="audience"),
            ChannelSpec(name="hook", family="message"),
        ),
        "traits": {
            **{name: TraitSpec(type="text") for name in (*ADDRESSES, "mood")},
            "interest": TraitSpec(type="number"),
        },
        "actions": (replace(action("offer"), variants=tuple(VARIANTS[c] for c in ("email", "sms", "display"))),),
        "journeys": (CARE, SMALL),
    }
    return build_world(Workspace(**(whole | changes)))


WORLDS = {
    "first": a_world(),
    "paused": a_world(journeys=(replace(CARE, status="paused"), SMALL)),
    "draining": a_world(journeys=(replace(CARE, status="draining"), SMALL)),
    "stopped": a_world(journeys=(replace(CARE, status="stopped"), SMALL)),
    "finish": a_world(journeys=(SECOND, SMALL), retired=(CARE,)),
    "migrate": a_world(journeys=(replace(SECOND, in_flight="migrate"), SMALL), retired=(CARE,)),
    "stop": a_world(journeys=(replace(SECOND, in_flight="stop"), SMALL), retired=(CARE,)),
    "forgotten": a_world(journeys=(SECOND, SMALL)),
    "gone": a_world(journeys=(SMALL,)),
}


class Life:
    """One customer, the counters, and what arbitration still has to say."""

    def __init__(self, customer_id: str = "ada") -> None:
        self.customer_id = customer_id
        self.shared = Shared()
        self.enrollments = Enrollments()
        self.now = NOW
        self.traits: dict[str, Any] = dict(ADDRESSES)
        self.arrived: Counter[tuple[str, int, str]] = Counter()
        self.passed: Counter[tuple[str, int, str]] = Counter()
        self.exited: Counter[tuple[str, int, str]] = Counter()
        self.owed: dict[tuple[str, int], list[str]] = {}
        self.ended: list[RunId] = []
        self.opened: list[RunId] = []

    def lives_through(self, name: str, properties: dict[str, Any], word: int, world: World) -> None:
        """One event, and as many ticks as are due at the same moment."""
        self._meets(name, properties, self._words(word, world), world)
        for _ in range(50):
            if next_due(self.enrollments, world.journeys) > self.now:
                return
            self._meets("", {}, {}, world)
        raise AssertionError("a timer is due for ever")

    def sleeps(self, duration: int, world: World) -> None:
        """Time passes; timers ring when they are due."""
        until = Instant(self.now + duration)
        while (due := next_due(self.enrollments, world.journeys)) <= until:
            self.now = max(self.now, due)
            self.lives_through("", {}, 0, world)
        self.now = until

    def _words(self, word: int, world: World) -> dict[tuple[str, int], str]:
        """What is said about the oldest proposal that waits for a word; every seventh time nothing."""
        if not self.owed or word == 6:
            return {}
        about = next(iter(self.owed))
        words = self.owed[about]
        said = words[word % len(words)]
        if said == "sent" and "carried_out" in words:
            self.owed[about] = ["carried_out", "failed"]
        else:
            del self.owed[about]
        return {about: said}

    def _meets(
        self, name: str, properties: dict[str, Any], answers: dict[tuple[str, int], str], world: World
    ) -> Progress:
        fact = Fact(name, properties, {}, self.now)
        view = View(Profile(traits=self.traits), fact, self.now, "UTC", self.shared)
        around = Surroundings(view, "shop", self.customer_id, answers, self.shared, world.shared_plan, world.seed)
        firings = (("journey:care", properties),) if name == "view" else ()
        progress = run_journeys(self.enrollments, firings, around, world.journeys)
        self.enrollments = progress.enrollments
        self.shared = fold(self.shared, progress.tallies, self.now, world.shared_plan)
        self._count(progress)
        self._owe(progress)
        self.traits = {k: v for k, v in {**self.traits, **progress.traits}.items() if v is not None}
        return progress

    def _count(self, progress: Progress) -> None:
        for move in progress.moved:
            if move.to:
                self.arrived[move.journey, move.version, move.to] += 1
            if move.step:
                left = self.passed if move.how == "passed" else self.exited
                left[move.journey, move.version, move.step] += 1
        self.opened += [move.run_id for move in progress.moved if move.how == "entered"]
        self.ended += [end.run_id for end in progress.ended]
        waiting = Counter((run.journey, run.version, run.step) for run in self.enrollments.runs)
        assert self.arrived == waiting + self.passed + self.exited
        assert sorted(self.opened) == sorted([run.run_id for run in self.enrollments.runs] + self.ended)

    def _owe(self, progress: Progress) -> None:
        alive = {run.run_id for run in progress.enrollments.runs}
        for proposed in progress.proposals:
            assert proposed.run_id in alive or proposed.run_id in self.ended
            words = (
                ["sent", "carried_out", "failed", "capped"] if proposed.is_reported else ["sent", "capped", "silence"]
            )
            self.owed[proposed.run_id, proposed.occurrence] = words
        for question in progress.questions:
            self.owed[question.run_id, question.occurrence] = ["one", "two", ""]


EVENTFUL = ["view", "click", "jump", "keen", "other", ""]
NAMES = EVENTFUL * 4 + ["ticket", "solved", "order", "quit"]
WORDS = [0, 0, 0, 0, 1, 1, 2, 3, 6]
DELAYS = [0, MINUTE, 7 * HOUR, DAY, 2 * DAY + HOUR, 6 * DAY]
CHANGES = [""] * 40 + list(WORLDS)
CUSTOMERS = ["ada", "bob", "cy"]
Story: TypeAlias = list[tuple[int, str, str, int, str]]
MOMENTS = st.tuples(
    st.sampled_from(DELAYS),
    st.sampled_from(NAMES),
    st.sampled_from(["slow", "fast"]),
    st.sampled_from(WORDS),
    st.sampled_from(CHANGES),
)


def lived(story: Story, customer_id: str) -> tuple[Life, World]:
    """Return the life of ``story``; the counters are compared after every transition of it."""
    life, known = Life(customer_id), "first"
    life.lives_through("view", {"id": "slow"}, 6, WORLDS[known])
    for delay, name, pace, word, world in story:
        if world and world != known:
            # A runtime that changes its World tells every customer with a run.
            known = world
            life.lives_through("", {}, 6, WORLDS[known])
        life.sleeps(delay, WORLDS[known])
        if name == "keen":
            life.traits = {**life.traits, "interest": float(word)}
        life.lives_through(name, {"id": pace}, word, WORLDS[known])
    return life, WORLDS[known]


@given(st.lists(MOMENTS, max_size=40), st.sampled_from(CUSTOMERS))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_came_in_is_waiting_has_passed_or_was_taken_out_at_every_instant(story: Story, customer_id: str) -> None:
    life, world = lived(story, customer_id)
    # Every timer has fired or is pending: nobody is inside who can neither be woken nor hear anything.
    for run in life.enrollments.runs:
        is_timed = next_due(Enrollments((run,)), world.journeys) < NEVER
        awaits = (run.run_id, run.visits) in life.owed or run.run_id in {r.parent for r in life.enrollments.runs}
        assert is_timed or run.journey in world.contact_rules.paused or awaits


@pytest.mark.parametrize("seed", range(30))
def test_so_it_is_in_long_lives(seed: int) -> None:
    chance = Random(seed)
    story = [
        (
            chance.choice(DELAYS),
            chance.choice(NAMES),
            chance.choice(["slow", "fast"]),
            chance.choice(WORDS),
            chance.choice(CHANGES),
        )
        for _ in range(150)
    ]
    life, _ = lived(story, chance.choice(CUSTOMERS))
    assert life.ended


@pytest.mark.parametrize("world", WORLDS)
def test_every_world_of_the_story_lets_a_customer_through_to_the_end(world: str) -> None:
    life = Life()
    life.lives_through("view", {"id": "slow"}, 6, WORLDS["first"])
    life.lives_through("", {}, 6, WORLDS[world])
    for _ in range(40):
        life.sleeps(DAY, WORLDS[world])
        life.lives_through("other", {}, 0, WORLDS[world])
    assert bool(life.enrollments.runs) == (world == "paused")
