"""The page of an experiment: split first, verdicts in words, every number with its formula, and nothing loaded."""

import re
from pathlib import Path

import pytest

from segue.cli import main
from segue.cli.experiment_files import Asked, read
from segue.cli.experiment_page import as_page
from segue.cli.options import BROKEN_SPLIT
from segue.measurement.statistics.formulas import EXPERIMENTS, SAID
from tests.measurement.drawing.reading import drawn

RATES = {"control": 0.1, "mail": 0.2, "<b>push</b>": 0.1}


def made(path: Path, counts: dict[str, int]) -> Path:
    rows = ["user_id,variant,country,converted,revenue"]
    for arm, count in counts.items():
        for place in range(count):
            converts = place % 100 < 100 * RATES[arm]
            cells = (arm, f"{'at' if place % 3 else 'de'}", int(converts), (10 + place % 7) * converts)
            rows.append(f"{arm[0]}{place},{','.join(map(str, cells))}")
    path.write_text("\n".join(rows) + "\n")
    return path


def page_of(path: Path, **asked: object) -> str:
    return as_page(read(path, None, None, Asked(**asked)), path.name)  # type: ignore[arg-type]


def test_the_page_says_first_whether_the_split_holds_then_the_verdict(tmp_path: Path) -> None:
    page = page_of(made(tmp_path / "t.csv", {"control": 3000, "mail": 3000, "<b>push</b>": 3000}))

    places = [page.index(words) for words in ("The split holds", "What may be concluded", "What each arm changed")]
    assert places == sorted(places)
    assert 'class="big good">' in page.replace(' style="white-space: normal"', "")
    assert "better: +100 %" in page
    assert "converted: lift over control" in page
    assert page.count("<svg") == 2
    drawn(page)


def test_every_formula_that_is_linked_is_explained_and_nothing_is_loaded(tmp_path: Path) -> None:
    path = made(tmp_path / "t.csv", {"control": 3000, "mail": 3000})
    page = page_of(path, by="country", looks="anytime", metrics=("revenue", "converted"), covariates=("country",))

    assert set(re.findall(r'href="#formula-([^"]+)"', page)) <= set(re.findall(r'id="formula-([^"]+)"', page))
    assert {"always-valid", "post-stratification", "capped-mean", "interaction", "holm"} <= set(
        re.findall(r'id="formula-([^"]+)"', page)
    )
    assert re.findall(r'(?:src|href)="(?!#)', page) == []
    assert "<script" not in page
    assert "By country" in page
    drawn(page)
    assert sorted(SAID) == sorted(EXPERIMENTS)


def test_a_broken_split_is_all_that_the_page_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = made(tmp_path / "t.csv", {"control": 3000, "mail": 2500})

    assert main(["experiment", str(path), "--report", str(tmp_path / "r.html")]) == BROKEN_SPLIT

    page = (tmp_path / "r.html").read_text()
    assert capsys.readouterr().out.startswith("split is broken")
    assert "The split is broken: nothing is read" in page
    assert "better" not in page
    assert "What may be concluded" not in page
    drawn(page)


def test_what_to_look_at_before_acting_stands_before_the_verdict(tmp_path: Path) -> None:
    path = made(tmp_path / "t.csv", {"control": 3000, "mail": 3000})
    path.write_text(path.read_text().replace("mail,de,1", "mail,de,0").replace("mail,at,1", "mail,at,0"))

    page = page_of(path, metrics=("converted",))

    assert page.index("Nobody in mail has any converted") < page.index("What may be concluded")
    assert "too few converters yet" in page


def test_names_from_the_file_are_text_and_never_elements(tmp_path: Path) -> None:
    page = page_of(made(tmp_path / "t.csv", {"control": 300, "<b>push</b>": 300}))

    assert "<b>push</b>" not in page
    assert "&lt;b&gt;push&lt;/b&gt;" in page


def test_a_split_that_nobody_can_check_is_said_to_be_unchecked(tmp_path: Path) -> None:
    page = page_of(made(tmp_path / "t.csv", {"control": 70_500, "mail": 29_500}))

    assert "The split was not checked" in page
    assert "--split says it" in page
