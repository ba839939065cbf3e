"""Tables: a head, rows, and a caption that says what they show."""

from collections.abc import Container, Sequence

from segue.measurement.drawing.markup import Markup, join, tag


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str = "",
    right: Container[int] = (),
    class_: str = "",
) -> Markup:
    """Return an HTML table that can be scrolled sideways where it is too wide.

    Args:
        head: of each column.
        rows: cells, as many as there are heads; the first names its row.
        right: the columns that are aligned to the right.
    """
    assert all(len(row) == len(head) for row in rows), "every row has a cell for every head"
    align = ["number" if column in right else None for column in range(len(head))]
    heads = [tag("th", cell, scope="col", class_=align[column]) for column, cell in enumerate(head)]
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row", class_=align[0]),
            *(tag("td", cell, class_=align[column]) for column, cell in enumerate(row[1:], 1)),
        )
        for row in rows
    ]
    inside = tag("table", *([tag("caption", caption)] if caption else []), tag("thead", tag("tr", *heads)), _body(body))
    return tag("div", inside, class_=f"table {class_}".strip())


def _body(rows: Sequence[Markup]) -> Markup:
    return tag("tbody", join(rows, "\n"))
