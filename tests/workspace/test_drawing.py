"""Drawings: what is in a journey is in its flowchart, and pages that show one are up to date."""

import re
from pathlib import Path

import msgspec
import pytest

from segue.model.journeys import Entry, Journey
from segue.model.steps import Exit, Propose, Wait
from segue.model.triggers import EventTrigger
from segue.model.workspace import Workspace
from segue.workspace import load
from segue.workspace.drawing import drawn, mermaid, redraw
from segue.workspace.template import templates
from tests.workspace import club
from tests.workspace.shop import write_shop

ENTRY = Entry(on=EventTrigger(event="cart_updated"))


def club_workspace(folder: Path) -> Workspace:
    return load(write_shop(folder, files=club.FILES)).workspace


def test_a_small_journey_is_drawn_line_by_line() -> None:
    steps = (Wait(id="rest", after="30min"), Propose(id="mail", action="hello", on_skip="end"), Exit(id="end"))

    assert mermaid(Journey(journey="cart", entry=ENTRY, steps=steps)).splitlines() == [
        "flowchart TD",
        "    %% journey cart",
        '    enter(["enter: cart_updated"])',
        '    s_rest("rest<br>wait 30min")',
        '    s_mail["mail<br>propose hello"]',
        '    s_end(["end<br>exit"])',
        "    enter --> s_rest",
        "    s_rest --> s_mail",
        "    s_mail --> s_end",
    ]


def test_every_step_way_stage_and_interrupt_is_in_the_drawing(tmp_path: Path) -> None:
    (nurture, _) = club_workspace(tmp_path).journeys

    drawing = mermaid(nurture)

    assert [step.id for step in nurture.steps if f'"{step.id}<br>' not in drawing] == []
    for line in (
        's_tone -->|"warm 50%"| s_nudge',
        's_pick -->|"none of them"| s_end',
        's_round -->|"2 times at most"| s_breathe',
        'subgraph stage_consideration["stage: consideration"]',
        'stage_consideration -.->|"no cart_abandoned if spent #gt; 0 for 10d"| s_again',
        'anytime -.->|"seat_taken"| s_nudge',
        'anytime -.->|"cart_abandoned"| on_2["set orders = orders_30d"]',
        'anytime -.->|"order_completed"| goal(["goal: converted"])',
        'anytime -.->|"after 90d"| expired(["expired"])',
    ):
        assert f"    {line}\n" in drawing


def test_a_named_trigger_is_said_in_words(tmp_path: Path) -> None:
    workspace = club_workspace(tmp_path)

    drawing = mermaid(workspace.journeys[1], workspace.triggers)

    assert 'enter(["enter: order_completed, then for 30d no order_completed"])' in drawing


def test_a_drawing_depends_on_nothing_but_the_journey(tmp_path: Path) -> None:
    (nurture, _) = club_workspace(tmp_path).journeys

    assert mermaid(msgspec.convert(msgspec.to_builtins(nurture), Journey)) == mermaid(nurture)


def test_no_label_holds_what_mermaid_reads_as_its_own(tmp_path: Path) -> None:
    condition = 'event.a > 1 and event.b == "x#y" and ' + "event.c < 2 and " * 20 + "vip"
    journey = Journey(journey="cart", entry=Entry(on=EventTrigger(event="e", when=condition)), steps=(Exit(id="end"),))

    label = re.findall(r'"(.*)"', mermaid(journey))[0]

    assert not set('"<>') & set(label)
    assert label.endswith("…")


def test_a_page_is_redrawn_where_it_draws_a_journey_and_nowhere_else() -> None:
    old, new = (f"flowchart TD\n    %% journey cart\n    {each}\n" for each in ("old", "new"))
    page = "# Cart\n\n```mermaid\n{}```\n\n```mermaid\nflowchart TD\n  a --> b\n```\n"

    assert drawn(page.format(old)) == ("cart",)
    assert redraw(page.format(old), {"cart": new}) == page.format(new)
    assert redraw(page.format(old), {"other": new}) == page.format(old)


@pytest.mark.parametrize("name", sorted(templates()))
def test_the_drawings_in_a_template_s_readme_are_up_to_date(name: str) -> None:
    folder = Path(str(templates()[name]))
    if not (folder / "README.md").is_file():
        pytest.skip("this template has no README")
    page = (folder / "README.md").read_text(encoding="utf-8")
    workspace = load(folder).workspace
    drawings = {journey.journey: mermaid(journey, workspace.triggers) for journey in workspace.journeys}

    assert redraw(page, drawings) == page, f"segue draw --into {name}/README.md"
    assert set(drawn(page)) <= set(drawings)
