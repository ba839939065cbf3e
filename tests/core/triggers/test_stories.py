"""Triggers open journeys in the engine: nothing else has to happen, and the alarms come from what is watched."""

from typing import Any

from segue.core.world import build_world
from segue.model.catalogue import Audience, FeatureSpec, TraitSpec
from segue.model.events import Enroll, Merged
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, Journey
from segue.model.steps import Wait
from segue.model.time import DAY, NEVER, format_instant
from segue.model.triggers import ApiTrigger, AudienceTrigger, CountTrigger, ScheduleTrigger, Trigger
from segue.model.workspace import Workspace
from segue.ports.store import pack
from tests.core.living import NOON, Living

LAPSED = Audience(audience="lapsed", when="orders >= 1 and recent == 0")


def living(
    on: Trigger, name: str = "ada", reentry: str = "after 0d", instance_key: str | None = None, **entry: Any
) -> Living:
    """Return a customer of a shop with one journey, which lasts an hour."""
    journey = Journey(
        journey="hello",
        entry=Entry(on=on, **entry),
        reentry=reentry,
        instance_key=instance_key,
        steps=(Wait(id="stay", after="1h"),),
    )
    shop = Workspace(
        name="shop",
        traits={"zone": TraitSpec(type="text")},
        features={
            "orders": FeatureSpec(kind="count", event="order"),
            "recent": FeatureSpec(kind="count", event="order", window="30d"),
        },
        audiences=(LAPSED,),
        journeys=(journey,),
    )
    return Living(build_world(shop), name)


def entries(someone: Living) -> list[str]:
    """When runs began."""
    runs = {run.run_id: run for each in someone.transitions for run in each.customer.enrollments.runs}
    return [format_instant(run.entered_at) for run in runs.values()]


def test_a_schedule_opens_a_run_every_morning_where_the_customer_lives() -> None:
    ada = living(ScheduleTrigger(at="09:00"))
    ada.is_known_as(zone="America/New_York")
    ada.after(4 * DAY)
    # 8 March 2026 is later than this; on the 2nd it is noon in UTC, 7 in the morning there
    assert entries(ada) == [f"2026-03-0{day}T14:00:00Z" for day in (2, 3, 4, 5)]
    assert {run.facts["scheduled_for"] for each in ada.transitions for run in each.customer.enrollments.runs} == {
        *entries(ada)
    }


def test_a_customer_who_does_nothing_any_more_enters_the_audience_of_those_who_do_not() -> None:
    ada = living(AudienceTrigger(audience="lapsed"))
    ada.does("order")
    ada.after(29 * DAY)
    assert entries(ada) == []
    ada.after(3 * DAY)
    assert len(entries(ada)) == 1
    ada.does("order")
    ada.after(40 * DAY)
    assert len(entries(ada)) == 2


def test_a_request_to_enter_brings_its_facts() -> None:
    ada = living(ApiTrigger(), when="event.seats > 1")
    for seats in (1, 5):
        ada.advance(
            Enroll(
                event_id=EventId(f"ask-{seats}"),
                customer_id=CustomerId("ada"),
                at=ada.now,
                journey="hello",
                facts={"seats": seats},
            )
        )
    (run,) = ada.customer.enrollments.runs
    assert run.facts == {"seats": 5}
    assert [str(blocked.reason) for each in ada.transitions for blocked in each.blocked] == ["trigger_condition_unmet"]


def test_two_who_become_one_keep_one_clock() -> None:
    ada, bob = (living(ScheduleTrigger(at="18:00", spread="1h"), name) for name in ("ada", "bob"))
    ada.does("visit")
    bob.does("visit")
    ada.advance(
        Merged(
            event_id=EventId("m"),
            customer_id=CustomerId("ada"),
            at=NOON,
            absorbed_id=CustomerId("bob"),
            absorbed=pack(bob.customer),
        )
    )
    ada.after(3 * DAY)
    assert [entry[:10] for entry in entries(ada)] == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_what_each_of_two_looked_at_counts_once_for_the_one_they_are() -> None:
    ada, bob = (
        living(CountTrigger(event="view", at_least=3, within="7d", by="category"), name, instance_key="event.category")
        for name in ("ada", "bob")
    )
    ada.does("view", category="lamps")
    bob.does("view", category="lamps")
    bob.does("view", category="rugs")
    for told in ("m1", "m2"):
        ada.advance(
            Merged(
                event_id=EventId(told),
                customer_id=CustomerId("ada"),
                at=NOON,
                absorbed_id=CustomerId("bob"),
                absorbed=pack(bob.customer),
            )
        )
    ada.does("view", category="rugs")
    assert entries(ada) == [], "rugs came twice, however often the merge is told"
    ada.does("view", category="lamps")
    assert [run.key for run in ada.customer.enrollments.runs] == ["lamps"]


def test_what_nobody_watches_any_more_lets_the_customer_sleep() -> None:
    ada = living(ScheduleTrigger(at="18:00"))
    ada.does("visit")
    ada.world = living(ApiTrigger()).world
    ada.after(DAY)
    assert (ada.customer.watches.schedules, entries(ada)) == ((), [])
    assert ada.wake_at == NEVER
