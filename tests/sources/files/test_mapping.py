"""A mapping says how columns become events, and is refused where it cannot work."""

from pathlib import Path

import pytest

from segue.model.errors import SegueError, WorkspaceError
from segue.sources.files import SourceMapping, choose_mapping, parse_mapping
from segue.sources.files.mapping import format_of, problems, template_parts

WHOLE = {
    "files": "orders*.csv",
    "identifiers": {"user_id": "customer"},
    "at": {"column": "time"},
    "event": [{"name": "item_returned", "when": [{"column": "kind", "equals": "C"}]}, {"name": "item_purchased"}],
}


def mapping(**changes: object) -> SourceMapping:
    return parse_mapping({**WHOLE, **changes}, "orders")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"identifyers": {}}, "identifyers"),
        ({"identifiers": {}}, "identifiers"),
        ({"at": {"column": "time", "zone": "Mars/Olympus"}}, "Mars/Olympus"),
        ({"event": [{"name": "Item Purchased"}]}, "regex"),
        ({"event": [{"name": "always"}, {"name": "never"}]}, "never reached"),
        ({"only": [{"column": "kind"}]}, "exactly one comparison"),
        ({"only": [{"column": "kind", "equals": "a", "contains": "b"}]}, "exactly one comparison"),
        ({"event": [], "properties": {"total": "total"}}, "add `event`"),
        ({"event_id": {"with_row": False}}, "needs columns"),
        ({"traits": {"zone": {"column": "zone", "type": "instant", "zone": "Nowhere"}}}, "Nowhere"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_its_reason(changes, said):
    with pytest.raises(WorkspaceError) as caught:
        mapping(**changes)
    assert said in str(caught.value)
    assert "sources/orders.yaml" in str(caught.value)


def test_a_sound_mapping_has_no_problems():
    assert problems(mapping()) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("CustomerID", (("CustomerID", True),)),
        ("{a}", (("a", True),)),
        ("x-{a b}@{c}", (("x-", False), ("a b", True), ("@", False), ("c", True))),
    ],
)
def test_braces_make_a_template_and_no_braces_a_column(text, parts):
    assert template_parts(text) == parts


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "csv"),
        ("a.CSV", "csv"),
        ("a.csv.gz", "csv"),
        ("a.jsonl.gz", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.parquet", "parquet"),
    ],
)
def test_the_ending_says_the_format(name, kind):
    assert format_of(Path(name), mapping()) == kind


def test_the_mapping_says_the_format_where_the_ending_does_not():
    assert format_of(Path("export.txt"), mapping(format="csv")) == "csv"
    with pytest.raises(SegueError, match=r"export\.txt"):
        format_of(Path("export.txt"), mapping())


def test_the_source_whose_pattern_matches_reads_the_file():
    mappings = {"orders": mapping(), "visits": mapping(files="visits*.csv")}
    assert choose_mapping(mappings, Path("/data/visits-2026.csv"))[0] == "visits"


@pytest.mark.parametrize(
    ("patterns", "said"),
    [({}, "no mapping"), ({"a": "x*"}, "No source reads"), ({"a": "o*", "b": "*"}, "Several sources")],
)
def test_no_source_and_several_sources_are_both_an_error(patterns, said):
    with pytest.raises(SegueError, match=said):
        choose_mapping({name: mapping(files=pattern) for name, pattern in patterns.items()}, Path("orders.csv"))
