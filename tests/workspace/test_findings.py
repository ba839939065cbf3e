"""Findings: stable codes, one page that explains them."""

from pathlib import Path

from segue.workspace.codes import CODES
from segue.workspace.findings import Finding, Place, as_record, lint_codes_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "lint-codes.md"


def test_the_page_of_lint_codes_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == lint_codes_page(), "segue check --codes > docs/reference/lint-codes.md"


def test_codes_stand_in_order_and_explain_themselves_in_sentences() -> None:
    assert list(CODES) == sorted(CODES)
    assert all(code.why.endswith(".") and not code.title.endswith(".") for code in CODES.values())


def test_a_finding_reads_as_one_line_that_editors_can_follow() -> None:
    finding = Finding("SG301", Place("triggers.yaml", 3, 5), "There is no action 'x'.", "Did you mean 'y'?")

    assert str(finding) == "triggers.yaml:3:5: error SG301: There is no action 'x'. Did you mean 'y'?"
    assert as_record(finding)["line"] == 3


def test_a_finding_about_a_whole_file_has_no_line() -> None:
    assert str(Place("segue.yaml")) == "segue.yaml"
