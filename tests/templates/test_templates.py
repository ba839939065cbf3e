"""What `segue init --template` starts from: no findings, stories that hold, pages that are up to date."""

import re
from pathlib import Path

import pytest

from segue.cli import main
from segue.testing.running import check_scenarios, run_scenarios
from segue.workspace import check, load
from segue.workspace.drawing import drawn, mermaid, redraw
from segue.workspace.template import summary_of, templates

SHIPPED = (
    "browse_abandonment",
    "cart_recovery",
    "churn_retention",
    "feature_adoption",
    "loyalty_milestone",
    "onboarding",
    "post_purchase",
    "price_page_to_sales",
    "two_channels",
    "win_back",
)

every_template = pytest.mark.parametrize("name", SHIPPED)


def folder_of(name: str) -> Path:
    return Path(str(templates()[name]))


def test_all_ten_are_shipped() -> None:
    assert set(SHIPPED) <= set(templates())


@every_template
def test_a_template_has_no_findings_not_even_warnings(name: str) -> None:
    assert check(folder_of(name)) == ()
    assert check_scenarios(load(folder_of(name))) == ()


@every_template
def test_its_stories_hold_and_speak_of_everything_it_can_do(name: str) -> None:
    results = run_scenarios(folder_of(name))
    assert [str(result) for result in results if not result.passed] == []
    story = "\n".join(line for result in results for line in result.timeline)
    for action in load(folder_of(name)).workspace.actions:
        audiences = [variant.audience for variant in action.variants if variant.audience]
        ways = [f"{action.action} by \\w+ handed over: accepted", f"shows {action.action}$"]
        ways += [f"joined audience {audience} " for audience in audiences]
        assert any(re.search(way, story, re.M) for way in ways), f"no story of {name} comes to {action.action}"


@every_template
def test_it_can_be_started_from(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = str(tmp_path / "mine")
    assert main(["init", workspace, "--template", name]) == 0
    assert main(["check", workspace]) == 0
    assert main(["test", workspace]) == 0
    assert "passed" in capsys.readouterr().out


@every_template
def test_its_page_says_what_it_is_about_and_draws_its_journeys_as_they_are(name: str) -> None:
    page = (folder_of(name) / "README.md").read_text(encoding="utf-8")
    workspace = load(folder_of(name)).workspace
    drawings = {journey.journey: mermaid(journey, workspace.triggers) for journey in workspace.journeys}
    assert summary_of(templates()[name]).startswith(f"{name}: ")
    assert set(drawn(page)) == set(drawings)
    assert redraw(page, drawings) == page, "run `segue draw --into README.md` in the template's folder"


def test_the_guide_lists_every_template_by_its_own_words() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "start-from-a-template.md").read_text(encoding="utf-8")
    for name in SHIPPED:
        about = summary_of(templates()[name]).partition(": ")[2]
        assert f"| `{name}` | {about}" in guide


def test_the_ads_stop_before_anything_else_happens() -> None:
    results = {result.name: result for result in run_scenarios(folder_of("price_page_to_sales"))}
    story = results["The price page pauses the ads at once, before anything else"].timeline
    told = [line.partition("  ")[2] for line in story]
    left = told.index("left audience product_ads at ads")
    assert left < told.index("a call by crm handed over: accepted")
