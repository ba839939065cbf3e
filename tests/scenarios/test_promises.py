"""Every rule that the seed documents state, as a story told to the engine; `promises.yaml` says which shows which."""

from functools import cache
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from segue.testing import ScenarioResult, run_scenarios
from segue.workspace.template import templates

HERE = Path(__file__).parent
WORKSPACES = ("conflicts", "constraints", "coordination", "paths", "scarce")
PROMISED = ("M6", "M9", "M10", "M11", "M15", *(f"M{number}" for number in range(16, 31)), "M53")


class Promise(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule of a seed document; ``shown_by`` names scenarios by workspace."""

    m: str
    seed: str
    rule: str
    shown_by: dict[str, tuple[str, ...]]


PROMISES = msgspec.yaml.decode((HERE / "promises.yaml").read_bytes(), type=dict[str, tuple[Promise, ...]])["promises"]
STORIES = tuple(
    (promise, workspace, story)
    for promise in PROMISES
    for workspace, stories in promise.shown_by.items()
    for story in stories
)


@cache
def results(workspace: str) -> dict[str, ScenarioResult]:
    """Return how the scenarios of a workspace went, by name."""
    folder = HERE / workspace if workspace in WORKSPACES else Path(str(templates()[workspace]))
    told = run_scenarios(folder)
    by_name = {result.name: result for result in told}
    assert len(by_name) == len(told), "two scenarios have one name"
    return by_name


def told(workspace: str, story: str) -> ScenarioResult:
    assert story in results(workspace), f"{workspace} has no scenario {story!r}"
    return results(workspace)[story]


@pytest.mark.parametrize(
    ("promise", "workspace", "story"),
    [
        pytest.param(
            promise,
            workspace,
            story,
            id=f"{promise.m}-{workspace}-{story}",
        )
        for promise, workspace, story in STORIES
    ],
)
def test_a_promise_is_kept(promise: Promise, workspace: str, story: str) -> None:
    result = told(workspace, story)
    assert promise.m in result.promises, f"{story!r} is not tagged with {promise.m}"
    assert result.passed, str(result)


@pytest.mark.parametrize("promise", PROMISED)
def test_every_promise_of_coordination_and_journeys_has_a_story_that_holds(promise: str) -> None:
    shown = [told(workspace, story).passed for one, workspace, story in STORIES if one.m == promise]
    assert any(shown)


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_no_story_is_told_without_a_promise(workspace: str) -> None:
    named = {story for _, where, story in STORIES if where == workspace}
    assert named == set(results(workspace))


def test_every_seed_document_is_heard() -> None:
    assert {promise.seed for promise in PROMISES} == {"000", "001", "002", "003", "004"}
