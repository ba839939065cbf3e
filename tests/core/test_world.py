"""The World: equal workspaces are one revision, contradictions are refused with a place and an instruction."""

import pytest

from segue.core.world import build_world, workspace_revision
from segue.model.catalogue import Action, Variant
from segue.model.errors import SegueError
from segue.model.journeys import Entry, Journey
from segue.model.steps import Branch, Case, Propose, Wait
from segue.model.workspace import PolicySpec
from tests.properties.shop import a_workspace, an_action


def test_equal_workspaces_are_one_revision_and_any_change_is_another() -> None:
    assert workspace_revision(a_workspace()) == workspace_revision(a_workspace())
    assert workspace_revision(a_workspace()) != workspace_revision(a_workspace(zone="UTC"))


def test_a_revision_can_be_named() -> None:
    assert build_world(a_workspace(), revision="r7").revision == "r7"  # type: ignore[arg-type]


def a_journey(*steps: object, entry: Entry | None = None) -> Journey:
    return Journey(journey="j", entry=entry or Entry(trigger="ordered"), steps=steps)  # type: ignore[arg-type]


CONTRADICTIONS = [
    ({"policy": PolicySpec(name="clever")}, "clever"),
    ({"actions": (Action(action="a", variants=(Variant(channel="fax"),)),)}, "fax"),
    ({"actions": (Action(action="a", variants=(Variant(channel="display"),)),)}, "audience"),
    ({"actions": (an_action("a", "email", eligible_when="ordres > 1"),)}, "ordres"),
    ({"journeys": (a_journey(),)}, "no steps"),
    ({"journeys": (a_journey(Wait(id="w", after="1d"), entry=Entry()),)}, "one way in"),
    ({"journeys": (a_journey(Wait(id="w")),)}, "exactly one"),
    ({"journeys": (a_journey(Wait(id="w", at="25:00")),)}, "25:00"),
    ({"journeys": (a_journey(Wait(id="w", after="1d", next="nowhere")),)}, "nowhere"),
    ({"journeys": (a_journey(Branch(id="b", cases=(Case(when="true == 1", next="b"),), otherwise="b")),)}, "true"),
    ({"journeys": (a_journey(Propose(id="p", action="hallo")),)}, "hallo"),
    ({"journeys": (a_journey(Propose(id="p", action="banner", channels=("email",))),)}, "email"),
]


@pytest.mark.parametrize(("changes", "named"), CONTRADICTIONS, ids=[named for _, named in CONTRADICTIONS])
def test_a_contradiction_is_refused_by_name_with_an_instruction(changes: dict[str, object], named: str) -> None:
    if "actions" in changes:
        changes = {**changes, "journeys": (), "rules": ()}
    with pytest.raises(SegueError) as refusal:
        build_world(a_workspace(**changes))
    assert named in refusal.value.reason
    assert refusal.value.instruction
