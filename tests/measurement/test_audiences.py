"""Audiences over history: one expression, two engines, the same customers."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.expressions import compile_library
from segue.core.world import all_features, build_world
from segue.measurement.audiences import TABLES, audience_node, audience_sql, members
from segue.measurement.segments import Segments, read_log
from segue.model.catalogue import Audience, EventSpec, FeatureSpec
from segue.model.errors import ExpressionError, SegueError
from segue.model.events import Event, Identified, Incoming
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, Instant
from segue.model.workspace import Workspace
from segue.ports.store import Block, Commit
from segue.runtimes.population import Population
from segue.runtimes.replay import replay as decide_again
from segue.stores.memory import MemoryStore
from tests.core.expressions.histories import AGES, NOW, SHOP, events, expressions, traits
from tests.runtimes.support import identified, tracked, world

WORLD = build_world(SHOP)
NAMES = (
    (Identifier("anonymous_id", "a1"),),
    (Identifier("user_id", "u1"),),
    (Identifier("user_id", "u2"),),
    (Identifier("anonymous_id", "a1"), Identifier("user_id", "u1")),
    (Identifier("email", "e@example.com"), Identifier("user_id", "u2")),
    (Identifier("email", "e@example.com"),),
)
"""With whom an event comes: some bring customers together who had events of their own before."""


def log_of(incoming: list[Incoming], population: Population, now: Instant = NOW) -> MemoryStore:
    """Return a store with what ``population`` makes of ``incoming``."""
    store = MemoryStore()
    for each in incoming:
        identified = population.identify(each, now)
        packed = tuple(population.advance(event, now).packed for event in identified.events)
        first = store.last_seq() + 1
        store.commit(Commit(block=Block(first, population.world.revision, packed, identified.links)))
    return store


def an_audience(when: str) -> Audience:
    return Audience(audience="them", when=when)


def ask_sql(store: MemoryStore, folder: Path, audience: Audience, workspace: Workspace, now: Instant = NOW) -> Any:
    with closing(read_log(store, folder, TABLES)) as duck:
        return members(audience, workspace, duck, now)


def ask_python(population: Population, audience: Audience, workspace: Workspace, now: Instant = NOW) -> Any:
    library = compile_library({"them": audience_node(audience, workspace)}, all_features(workspace))
    profiles = {name: population.customer(name).profile for name in population.customer_ids()}
    return [
        name for name, known in profiles.items() if library["them"](known.traits, known.features, {}, {}, now) is True
    ]


@st.composite
def incoming(draw: st.DrawFn) -> list[Incoming]:
    facts: list[Event] = [replace(event, customer_id=CustomerId("")) for event in draw(events())]
    for stated in draw(st.lists(traits(), max_size=6)):
        nulled = {name: None if draw(st.integers(0, 3)) == 0 else value for name, value in stated.items()}
        at = Instant(NOW - draw(AGES) - len(facts))  # no two statements at one moment
        facts.append(Identified(event_id=EventId(""), customer_id=CustomerId(""), at=at, traits=nulled))
    return [
        Incoming(identifiers=draw(st.sampled_from(NAMES)), event=event, event_id=EventId(f"e{number}"), at=event.at)
        for number, event in enumerate(draw(st.permutations(facts)))
    ]


TELLING = ('country in ["UK", "uk", "a", ""]', "country is None", "age > 0", "vip", "orders >= 2", "since < days(2)")
"""Conditions that hold for some customers and not for others, which random ones seldom do."""


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(incoming(), expressions("boolean"))
def test_sql_and_python_see_the_same_customers(tmp_path: Path, facts: list[Incoming], when: str) -> None:
    population = Population(WORLD)
    store = log_of(facts, population)

    with closing(read_log(store, tmp_path, TABLES)) as duck:
        for audience in map(an_audience, (when, *TELLING)):
            assert members(audience, SHOP, duck, NOW) == ask_python(population, audience, SHOP), audience.when


def test_customers_who_turned_out_to_be_one_count_once_with_all_their_events(tmp_path: Path) -> None:
    anonymous, known = Identifier("anonymous_id", "a1"), Identifier("user_id", "u1")
    mail = Identifier("email", "e@example.com")
    chain = [(anonymous,), (mail,), (known,), (anonymous, mail), (mail, known)]
    facts = [
        replace(tracked(number, "order", "-", at=NOW - DAY), identifiers=names) for number, names in enumerate(chain)
    ]
    population = Population(WORLD)
    store = log_of(facts, population)

    assert len(population) == 1
    assert ask_sql(store, tmp_path, an_audience("orders == 5"), SHOP) == list(population.customer_ids())
    assert ask_sql(store, tmp_path, an_audience("orders < 5"), SHOP) == []


def test_a_past_moment_sees_the_events_and_the_traits_of_then(tmp_path: Path) -> None:
    at = [Instant(NOW - days * DAY) for days in (9, 8, 7, 6)]
    user = Identifier("user_id", "u1")
    facts = [
        identified(0, user, at=at[0], country="UK"),
        tracked(1, "order", "u1", at=at[1]),
        identified(2, user, at=at[2], country="FR"),
        identified(3, user, at=at[3], country=None),
    ]
    store = log_of(facts, Population(WORLD))
    Segments(store, tmp_path).write()

    def holds(when: str, now: int) -> bool:
        return bool(ask_sql(store, tmp_path, an_audience(when), SHOP, Instant(now)))

    assert [holds("orders == 0", now) for now in (at[0] - 1, at[0], at[1])] == [False, True, False]
    assert [holds('country == "UK"', now) for now in (at[0], at[2] - 1, at[2])] == [True, True, False]
    assert [holds("country is None", now) for now in (at[2], at[3] - 1, at[3])] == [False, False, True]
    assert [holds("since < hours(1)", now) for now in (at[1] + HOUR - 1, at[1] + HOUR)] == [True, False]


def test_reports_count_as_what_rules_see_of_them(
    finished_mails: tuple[MemoryStore, Population], tmp_path: Path
) -> None:
    store, population = finished_mails
    workspace = population.world.workspace
    for when in ("sent == 1", "sent_by_mail == 1", "sent_by_other == 0", "shown >= 1", "bounced == 0"):
        audience = an_audience(when)
        found = ask_sql(store, tmp_path, audience, workspace)
        assert found == ask_python(population, audience, workspace) != [], when


def test_what_the_log_does_not_tell_of_reports_is_refused_and_not_taken_for_nothing() -> None:
    feature = FeatureSpec(kind="count", event="message_opened", where='event.journey == "reorder"')
    workspace = replace(SHOP, features={"opened": feature})

    with pytest.raises(SegueError, match=r"event\.journey"):
        audience_sql(an_audience("opened > 0"), workspace, NOW)


def test_a_condition_on_the_current_event_is_refused() -> None:
    with pytest.raises(ExpressionError):
        audience_sql(an_audience("event.amount > 1"), replace(SHOP, events={"order": EventSpec()}), NOW)


@pytest.fixture
def finished_mails() -> tuple[MemoryStore, Population]:
    """Customers who got a mail or joined an audience, with the reports of both."""
    counts = {
        "sent": FeatureSpec(kind="count", event="message_accepted"),
        "sent_by_mail": FeatureSpec(kind="count", event="message_accepted", where='event.channel == "mail"'),
        "sent_by_other": FeatureSpec(kind="count", event="message_accepted", where='event.action != "welcome"'),
        "shown": FeatureSpec(kind="count", event="delivery_accepted"),
        "bounced": FeatureSpec(kind="count", event="message_bounced"),
    }
    shop = build_world(replace(world().workspace, features=counts))
    store, population = MemoryStore(), Population(shop)
    facts = [tracked(number, ("signed_up", "left")[number % 2], f"u{number}", at=NOW - 5 * DAY) for number in range(8)]

    def keep(entry: Any) -> None:
        packed = population.advance(entry.event, entry.now).packed
        store.commit(Commit(block=Block(store.last_seq() + 1, shop.revision, (packed,))))

    decide_again(shop, facts, until=NOW, sink=keep)
    return store, population
