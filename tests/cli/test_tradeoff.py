"""segue tradeoff, on the log of a real runtime, and its page."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from segue.cli import main
from segue.cli.tradeoff import tradeoff_lines
from segue.cli.tradeoff_page import amounts, drawing, page, words_of
from segue.learning.off_policy import Interval
from segue.learning.tradeoff import Frontier
from segue.model.time import Instant
from tests.cli.town import town
from tests.learning.test_tradeoff import a_point

SVG = "{http://www.w3.org/2000/svg}"
POINTS = (
    replace(a_point(0.9, 0.08), weights=(1.0, 0.0)),
    replace(a_point(0.8, 0.05), is_present=True),
    replace(a_point(0.6, 0.06), is_dominated=True),
    replace(a_point(0.3, 0.01), is_evident=False, second=Interval(0.01, 0.0, float("inf"), 0.1)),
)
FRONTIER = Frontier(
    objectives=("margin", "opted_out"),
    are_harms=(False, True),
    policy="bandit",
    currency="EUR",
    decisions=4000,
    learnt_from=3000,
    since=Instant(0),
    until=Instant(86_400_000_000),
    points=POINTS,
)


def test_the_frontier_of_a_real_log_is_told_and_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "frontier.html"

    assert main(["tradeoff", str(town()), "--objectives", "margin, opted_out", "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["objectives"] == ["margin", "opted_out"]
    assert [point["is_present"] for point in found["points"]].count(True) == 1
    assert found["decisions"] > 100
    assert out.read_text().count("<circle") == len(found["points"])


def test_people_read_amounts_for_a_thousand_decisions() -> None:
    lines = "\n".join(tradeoff_lines(FRONTIER))

    assert "900.0" in lines
    assert "dominated" in lines
    assert "present" in lines
    assert "Of opted_out, less is better." in lines


def test_the_drawing_is_sound_and_every_point_is_in_it() -> None:
    root = ElementTree.fromstring(drawing(FRONTIER).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))

    circles = root.findall(f"{SVG}circle")
    assert [circle.get("class") for circle in circles] == [
        "point",
        "point present",
        "point dominated",
        "point unsure",
    ]
    for circle in circles:
        assert 84 <= float(circle.get("cx", "0")) <= 736
        assert 20 <= float(circle.get("cy", "0")) <= 400
    higher, lower = circles[0], circles[3]
    assert float(higher.get("cy", "0")) < float(lower.get("cy", "0"))
    assert float(higher.get("cx", "0")) > float(lower.get("cx", "0"))


def test_the_line_leads_past_what_is_dominated() -> None:
    root = ElementTree.fromstring(drawing(FRONTIER).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))

    (line,) = root.findall(f"{SVG}polyline")
    assert len((line.get("points") or "").split()) == 3


def test_the_page_loads_nothing_and_escapes_names() -> None:
    text = page(replace(FRONTIER, objectives=("<b>margin", "opted_out")))

    assert "<b>" not in text
    assert "&lt;b&gt;margin" in text
    assert all(word not in text for word in ("<script", "src=", "@import", "url("))


def test_a_flat_frontier_can_be_drawn() -> None:
    flat = replace(a_point(0.0, 0.0), first=Interval(0.0, 0.0, 0.0, 0.0), second=Interval(0.0, 0.0, 0.0, 0.0))

    assert drawing(replace(FRONTIER, points=(flat,))).count("<circle") == 1


def test_words_of_points() -> None:
    assert [words_of(point) for point in POINTS] == ["", "present", "dominated", "not enough evidence"]
    assert amounts(Interval(0.5, 0.25, 1.0, 0.1)) == "500.0 (250.0 to 1,000.0)"


def test_objectives_that_are_not_declared_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tradeoff", str(town()), "--objectives", "margin,fame"]) == 1
    assert "The objectives are margin, opted_out" in capsys.readouterr().err
