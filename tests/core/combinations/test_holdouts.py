"""Holdouts of single channels and journeys: what would have come by them is decided, logged as a ghost, not sent."""

from collections import Counter
from math import sqrt

from msgspec.structs import replace

from segue.core.decisioning.assignment import kept_by
from segue.core.world import World, build_world
from segue.model.assignments import AGENT, Holdout
from segue.model.catalogue import Rule
from segue.model.decisions import Reason
from segue.model.steps import Propose, Wait
from segue.model.time import DAY
from segue.model.workspace import Workspace
from tests.builders import EMAIL, SMS, action, workspace
from tests.core.combinations.shop import actions_sent, journey, shop, somebody, where
from tests.core.living import Living

REST = Wait(id="rest", after="20d")
NEVER, ALWAYS = 1e-9, 1.0 - 1e-9


def with_holdouts(world: World, **holdouts: Holdout) -> World:
    return build_world(replace(world.workspace, holdouts=holdouts))


def kept(town: Workspace, unit: str, channel: str, source: str = "rule:r") -> str | None:
    return kept_by(AGENT, unit, channel, source, town)


def ghosts(living: Living) -> list[tuple[str, str]]:
    """The action and the holdout of each ghost."""
    return [
        (row.action, row.detail)
        for transition in living.transitions
        for decision in transition.decisions
        for row in decision.considered
        if decision.is_ghost and row.suppressed == Reason.HOLDOUT
    ]


def test_a_channel_is_left_out_for_whoever_is_drawn_and_its_slot_is_used_all_the_same() -> None:
    care = journey(
        "care",
        Propose(id="first", action="offer"),
        Wait(id="rest", after="1d"),
        Propose(id="more", action="text"),
        event="view",
    )
    actions = (action("offer", "email"), action("text", "sms"))
    world = with_holdouts(
        shop(care, actions=actions),
        silent=Holdout(share=ALWAYS, channels=("email",)),
        none=Holdout(share=NEVER, channels=("sms",)),
    )
    living = somebody(world)
    living.does("view")
    living.after(3 * DAY)
    assert ghosts(living) == [("offer", "silent")]
    assert actions_sent(living) == ["text"]
    assert next(slot.state for slot in living.customer.contacts.ledger) == "ghost"


def test_a_journey_is_left_out_and_its_runs_go_on() -> None:
    actions = (action("offer", "email"), action("other", "email"))
    left = journey("left", Propose(id="mail", action="offer"), REST, event="view")
    kept = journey("kept", Propose(id="mail", action="other"), REST, event="look")
    living = somebody(with_holdouts(shop(left, kept, actions=actions), half=Holdout(share=ALWAYS, journeys=("left",))))
    living.does("view")
    living.after(2 * DAY)
    living.does("look")
    assert ghosts(living) == [("offer", "half")]
    assert actions_sent(living) == ["other"]
    assert set(where(living).values()) == {"rest"}


def test_what_has_to_be_sent_is_sent_all_the_same() -> None:
    receipt = action("receipt", "email", category="transactional", purpose="transactional")
    care = journey("care", Propose(id="mail", action="receipt"), REST, event="view")
    living = somebody(with_holdouts(shop(care, actions=(receipt,)), all=Holdout(share=ALWAYS, channels=("email",))))
    living.does("view")
    assert actions_sent(living) == ["receipt"]
    assert ghosts(living) == []


def test_shares_are_kept_holdouts_cross_and_an_epoch_draws_anew() -> None:
    shares = {"without_email": 0.2, "without_sms": 0.1}
    holdouts = {
        "without_email": Holdout(share=0.2, channels=("email",)),
        "without_sms": Holdout(share=0.1, channels=("sms",)),
    }
    town = workspace(channels=(EMAIL, SMS), actions=(action("offer", "email", "sms"),), holdouts=holdouts)
    units, count = [f"c{number}" for number in range(20_000)], 20_000
    of = {unit: (kept(town, unit, "email"), kept(town, unit, "sms")) for unit in units}
    counts = Counter(name for names in of.values() for name in names if name)
    for name, share in shares.items():
        assert abs(counts[name] / count - share) < 4.0 * sqrt(share * (1.0 - share) / count)
    both = sum(all(names) for names in of.values()) / count
    assert abs(both - 0.02) < 4.0 * sqrt(0.02 / count)
    later = replace(town, epoch="2")
    stayed = sum(kept(later, unit, "email") == of[unit][0] is not None for unit in units)
    assert abs(stayed / count - 0.04) < 0.01


def test_without_holdouts_nobody_is_left_out() -> None:
    town = workspace(
        channels=(EMAIL,), actions=(action("offer", "email"),), rules=(Rule(rule="r", trigger="t", action="offer"),)
    )
    assert kept(town, "c1", "email", "journey:care") is None
