from pathlib import Path

from segue.core.expressions import reference_table
from segue.core.expressions.functions import FUNCTIONS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "expressions.md"


def test_every_function_has_a_row() -> None:
    assert all(f"| `{function.signature}` |" in reference_table() for function in FUNCTIONS.values())


def test_the_page_shows_the_table_of_the_code() -> None:
    shown = PAGE.read_text().split("reference_table -->\n")[1].split("<!-- end -->")[0]
    assert shown == reference_table(), "put the output of reference_table() between the page's markers"
