"""The report as a page and as Markdown: everything that is in it, escaped, and nothing from elsewhere."""

from html.parser import HTMLParser

from msgspec.structs import replace

from segue.measurement.reports.sections import Section, Table, amount, between, list_of, percent
from segue.measurement.reports.writing import as_markdown, as_page
from tests.measurement.reports.town import whole


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    tags = Tags()
    page = as_page(whole())
    tags.feed(page)
    assert tags.open == []
    assert all(link.startswith("#") for link in tags.links)
    for section in whole().sections:
        assert section.title in page
    assert page.count("<svg") >= 4


def test_markdown_has_the_same_sections_and_says_what_proves_and_what_describes() -> None:
    text = as_markdown(whole())
    for section in whole().sections:
        assert f"## {section.title}" in text
    assert "*Caused, by lot.*" in text
    assert "*Describes, does not prove.*" in text
    assert text.count("| --- |") + text.count("---:") > 5


def test_names_cannot_break_out() -> None:
    table = Table(head=("a",), rows=(("<script>|x",),))
    odd = Section(name="odd", title="<b>odd</b>", lead="<i>lead</i>", tables=(table,))
    report = replace(whole(), sections=(odd,), workspace="<u>w</u>")
    page = as_page(report)
    assert not any(tag in page for tag in ("<script>", "<b>odd", "<i>lead", "<u>w"))
    assert "<script>\\|x" in as_markdown(report)


def test_cells_are_short_and_empty_where_nothing_is_known() -> None:
    assert (amount(None), amount(1234.5), amount(0.0123), amount(0.0)) == ("", "1,234.50", "0.0123", "0.00")
    assert (percent(None), percent(0.123), percent(0.5, 0)) == ("", "12.3 %", "50 %")
    assert between(1.0, 2.5) == "1.00 to 2.50"
    assert (list_of(["a"]), list_of(["a", "b"])) == ("a", "a and b")
