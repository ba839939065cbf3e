import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.workspace.cells import Cell, TableError, read_cells


def test_every_cell_knows_where_it_starts_also_after_a_line_break_in_a_quoted_one() -> None:
    assert read_cells('a,b\n"x ""1""\ny",2\n\nz,"3"') == [
        [Cell("a", 1, 1), Cell("b", 1, 3)],
        [Cell('x "1"\ny', 2, 1), Cell("2", 3, 4)],
        [Cell("z", 5, 1), Cell("3", 5, 3)],
    ]


def test_semicolons_separate_where_the_first_line_has_no_comma() -> None:
    assert [cell.value for cell in read_cells("a;b\n1,5;2\n")[1]] == ["1,5", "2"]


@pytest.mark.parametrize(("text", "line"), [('a\n"b', 2), ('a\nb"c"\n', 2), ('"a"b\n', 1)])
def test_a_quote_in_the_wrong_place_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(TableError) as caught:
        read_cells(text)
    assert caught.value.line == line


words = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=("Cs", "Zs", "Cc")))
tables = st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(words, min_size=width, max_size=width), min_size=1))


@given(tables)
def test_whatever_is_written_as_csv_is_read_as_it_was(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["name"] * len(rows[0]), *rows])
    assert [[cell.value for cell in record] for record in read_cells(text.getvalue())][1:] == rows
