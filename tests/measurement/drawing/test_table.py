"""Tables: heads for columns and rows."""

from xml.etree import ElementTree

import pytest

from segue.measurement.drawing.table import table


def test_rows_and_columns_have_heads() -> None:
    tree = ElementTree.fromstring(table(["arm", "clicks"], [["<a>", "1"]], caption="All", right=(1,)))
    assert [each.get("scope") for each in tree.iter("th")] == ["col", "col", "row"]
    assert [each.text for each in tree.iter("td")] == ["1"]
    assert [each.get("class") for each in tree.iter("td")] == ["number"]
    assert [each.text for each in tree.iter("caption")] == ["All"]


def test_a_row_with_a_cell_too_few_is_a_mistake() -> None:
    with pytest.raises(AssertionError):
        table(["a", "b"], [["1"]])
