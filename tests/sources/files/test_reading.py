"""Every row of a file is an event or a dead row with a reason, in the order of time."""

import csv
import gzip
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.model.errors import SegueError
from segue.model.events import Identified, Incoming, Tracked
from segue.model.identities import email_identifier
from segue.model.time import from_datetime, parse_instant
from segue.sources.files import DeadRow, SourceMapping, parse_mapping, read

COLUMNS = ("id", "kind", "time", "amount", "note", "vip")
WHOLE = {
    "identifiers": {"user_id": "id"},
    "at": {"column": "time", "zone": "Europe/London"},
    "event": [
        {"name": "item_returned", "when": [{"column": "kind", "starts_with": "C"}]},
        {"name": "item_purchased", "when": [{"column": "kind", "is_missing": False}]},
    ],
    "properties": {
        "kind": "kind",
        "amount": {"column": "amount", "type": "number"},
        "vip": {"column": "vip", "type": "boolean"},
    },
    "traits": {"email": "c{id}@example.com"},
}
WINTER = "2011-01-03 10:00:00"


def mapping(**changes: object) -> SourceMapping:
    return parse_mapping({**WHOLE, **changes}, "orders")


def write_csv(path: Path, *rows: tuple[object, ...], columns: tuple[str, ...] = COLUMNS) -> Path:
    text = StringIO(newline="")
    csv.writer(text).writerows([columns, *rows])
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def read_all(path: Path, **changes: object) -> list[Incoming | DeadRow]:
    return list(read(path, mapping(**changes), source="orders"))


def read_one(path: Path, row: tuple[object, ...], **changes: object) -> Incoming | DeadRow:
    (found,) = read_all(write_csv(path / "one.csv", row), **changes)
    return found


def test_a_row_becomes_an_event_with_identifiers_properties_and_traits(tmp_path):
    found = read_one(tmp_path, ("7", "A1", WINTER, "2.50", "", "true"))
    assert isinstance(found, Incoming)
    assert isinstance(found.event, Tracked)
    assert found.identifiers == (("user_id", "7"),)
    assert (found.at, found.source) == (parse_instant("2011-01-03T10:00:00Z"), "orders")
    assert found.event.name == "item_purchased"
    assert found.event.properties == {"kind": "A1", "amount": 2.5, "vip": True}
    assert found.event.traits == {"email": "c7@example.com"}
    assert found.event_id == found.event.event_id


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (("", "A1", WINTER, "1", "", ""), "no_identifier", ""),
        (("  ", "A1", WINTER, "1", "", ""), "no_identifier", ""),
        (("7", "A1", "", "1", "", ""), "bad_time", "empty"),
        (("7", "A1", "yesterday", "1", "", ""), "bad_time", "not a time"),
        (("7", "A1", "2011-02-30 10:00", "1", "", ""), "bad_time", "not a time"),
        (("7", "A1", "infinity", "1", "", ""), "bad_time", "not a time"),
        (("7", "A1", "290000-01-01", "1", "", ""), "bad_time", "not a time"),
        (("7", "", WINTER, "1", "", ""), "no_event", ""),
        (("7", "A1", WINTER, "one", "", ""), "bad_value", "amount"),
        (("7", "A1", WINTER, "nan", "", ""), "bad_value", "amount"),
        (("7", "A1", WINTER, "1e999", "", ""), "bad_value", "amount"),
        (("7", "A1", WINTER, "1", "", "perhaps"), "bad_value", "vip"),
    ],
)
def test_a_row_that_cannot_become_an_event_says_why(tmp_path, row, reason, detail):
    found = read_one(tmp_path, row)
    assert isinstance(found, DeadRow)
    assert (found.row, found.reason, found.detail) == (1, reason, detail)


def test_a_dead_row_never_repeats_the_value(tmp_path):
    found = read_one(tmp_path, ("7", "A1", WINTER, "anna@example.com", "", ""))
    assert "anna" not in repr(found)


@pytest.mark.parametrize(
    ("test", "passes"),
    [
        ({"equals": "C12"}, True),
        ({"equals": "c12"}, False),
        ({"one_of": ["A", "C12"]}, True),
        ({"one_of": []}, False),
        ({"starts_with": "C"}, True),
        ({"ends_with": "12"}, True),
        ({"contains": "1"}, True),
        ({"contains": "%"}, False),
        ({"is_missing": True}, False),
        ({"is_missing": False}, True),
        ({"above": 1}, False),
    ],
)
def test_rows_outside_of_the_filter_are_dead_and_not_gone(tmp_path, test, passes):
    found = read_one(tmp_path, ("7", "C12", WINTER, "", "", ""), only=[{"column": "kind", **test}])
    assert isinstance(found, Incoming) == passes
    assert passes or found.reason == "filtered"


@pytest.mark.parametrize(("amount", "passes"), [("5.5", True), ("4", False), ("", False), ("x", False)])
def test_above_and_below_compare_numbers(tmp_path, amount, passes):
    only = [{"column": "amount", "above": 4}, {"column": "amount", "below": 6}]
    found = read_one(tmp_path, ("7", "A", WINTER, amount, "", ""), only=only, properties={})
    assert isinstance(found, Incoming) == passes


def test_the_first_case_that_holds_names_the_event(tmp_path):
    path = write_csv(tmp_path / "a.csv", ("7", "C1", WINTER, "", "", ""), ("7", "1C", WINTER, "", "", ""))
    assert [row.event.name for row in read_all(path)] == ["item_returned", "item_purchased"]


def test_rows_without_events_only_state_traits(tmp_path):
    found = read_one(tmp_path, ("7", "A1", WINTER, "", "", ""), event=[], properties={})
    assert isinstance(found.event, Identified)
    assert found.event.traits == {"email": "c7@example.com"}


def test_an_address_is_an_identifier_by_its_digest(tmp_path):
    found = read_one(
        tmp_path, ("7", "A1", WINTER, "", "", ""), identifiers={"user_id": "id", "email": "c{id}@x.example"}
    )
    assert found.identifiers == (("user_id", "7"), email_identifier("c7@x.example"))


def test_events_come_in_the_order_of_time_then_of_rows_and_rows_without_a_time_last(tmp_path):
    times = ["2011-01-02", "", "2011-01-01", "2011-01-02", "x"]
    path = write_csv(tmp_path / "a.csv", *((str(i), "A", time, "", "", "") for i, time in enumerate(times, 1)))
    numbers = [row.row if isinstance(row, DeadRow) else int(row.identifiers[0].value) for row in read_all(path)]
    assert numbers == [3, 1, 4, 2, 5]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2011-01-03 10:00:00", "2011-01-03T10:00:00Z"),
        ("2011-07-03 10:00:00", "2011-07-03T09:00:00Z"),
        ("2011-07-03T10:00:00.250", "2011-07-03T09:00:00.250Z"),
        ("2011-07-03T10:00:00Z", "2011-07-03T10:00:00Z"),
        ("2011-07-03T10:00:00+05:30", "2011-07-03T04:30:00Z"),
        ("2011-07-03 10:00-04", "2011-07-03T14:00:00Z"),
        ("2011-07-03", "2011-07-02T23:00:00Z"),
        ("1969-07-20 20:17", "1969-07-20T19:17:00Z"),  # Britain kept summer time all year then
    ],
)
def test_a_naive_time_is_local_and_an_offset_is_believed(tmp_path, text, instant):
    found = read_one(tmp_path, ("7", "A", text, "", "", ""))
    assert isinstance(found, Incoming), found
    assert found.at == parse_instant(instant)


@pytest.mark.parametrize(
    ("form", "text", "instant"),
    [
        ("%m/%d/%Y %H:%M", "12/1/2010 8:26", "2010-12-01T08:26:00Z"),
        ("unix_s", "1291191960", "2010-12-01T08:26:00Z"),
        ("unix_s", "1291191960.5", "2010-12-01T08:26:00.500Z"),
        ("unix_ms", "1291191960000", "2010-12-01T08:26:00Z"),
    ],
)
def test_other_formats_of_time_are_declared(tmp_path, form, text, instant):
    at = {"column": "time", "format": form, "zone": "Europe/London"}
    assert read_one(tmp_path, ("7", "A", text, "", "", ""), at=at).at == parse_instant(instant)


@pytest.mark.parametrize(("form", "text"), [("unix_s", "1e30"), ("unix_ms", "soon"), ("%d/%m/%Y", "2011-01-03")])
def test_a_time_that_is_not_of_the_declared_format_is_bad(tmp_path, form, text):
    assert read_one(tmp_path, ("7", "A", text, "", "", ""), at={"column": "time", "format": form}).reason == "bad_time"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 - local times are what this is about
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
)
def test_local_times_agree_with_the_zone_database_wherever_they_exist_once(tmp_path, moment, zone):
    known = ZoneInfo(zone)
    first, second = moment.replace(tzinfo=known), moment.replace(tzinfo=known, fold=1)
    if first.utcoffset() != second.utcoffset():
        return  # ambiguous or left out: documented, and not the same in both
    found = read_one(tmp_path, ("7", "A", moment.isoformat(sep=" "), "", "", ""), at={"column": "time", "zone": zone})
    assert found.at == from_datetime(first)


def test_instants_among_the_properties_are_written_in_utc(tmp_path):
    properties = {"due": {"column": "note", "type": "instant", "zone": "Europe/London"}}
    found = read_one(tmp_path, ("7", "A", WINTER, "", "2011-07-01 12:00", ""), properties=properties)
    assert found.event.properties == {"due": "2011-07-01T11:00:00Z"}


def test_the_same_rows_in_every_format_become_the_same_events(tmp_path):
    rows = [
        ("7", "A1", "2011-01-03 10:00:00", "3", 'He said "no", twice', "true"),
        ("7", "C1", "2011-07-03 10:00:00", "2.5", "zwölf\nZeilen", "false"),
        (None, "A2", "2011-07-03 11:00:00", "-1", None, None),
        ("8", "A3", None, "1e3", "x", "true"),
    ]
    write_csv(tmp_path / "a.csv", *[["" if value is None else value for value in row] for row in rows])
    write_csv(tmp_path / "a.csv.gz", *[["" if value is None else value for value in row] for row in rows])
    lines = [json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) for row in rows]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    with duckdb.connect() as connection:
        types = "id DOUBLE, kind TEXT, time TIMESTAMP, amount DOUBLE, note TEXT, vip BOOLEAN"
        connection.execute(f"CREATE TABLE rows ({types})")
        connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute(f"COPY rows TO '{tmp_path / 'a.parquet'}' (FORMAT parquet)")
    whole = {**WHOLE, "event_id": {"columns": ["kind"]}}
    whole["properties"] = {**WHOLE["properties"], "note": "note"}
    found = {path.name: list(read(path, parse_mapping(whole, "o"), source="o")) for path in sorted(tmp_path.iterdir())}
    assert len(found) == 5
    assert [type(row).__name__ for row in found["a.csv"]] == ["Incoming", "Incoming", "DeadRow", "DeadRow"]
    for rows_of_format in found.values():
        assert rows_of_format == found["a.csv"]


def test_reading_again_gives_the_same_ids_and_equal_rows_different_ones(tmp_path):
    path = write_csv(tmp_path / "a.csv", *[("7", "A", WINTER, "", "", "")] * 3)
    first, second = read_all(path), read_all(path)
    assert first == second
    assert len({row.event_id for row in first}) == 3


def test_with_an_id_of_their_own_equal_rows_are_the_same_fact(tmp_path):
    path = write_csv(tmp_path / "a.csv", *[("7", "A", WINTER, "", "", "")] * 2)
    assert len({row.event_id for row in read_all(path, event_id={"columns": ["kind"], "with_row": False})}) == 1


def test_files_of_equal_content_and_other_names_are_other_facts(tmp_path):
    first = write_csv(tmp_path / "a.csv", ("7", "A", WINTER, "", "", ""))
    second = write_csv(tmp_path / "b.csv", ("7", "A", WINTER, "", "", ""))
    assert read_all(first)[0].event_id != read_all(second)[0].event_id


def test_a_file_whose_name_has_wildcards_is_that_file_alone(tmp_path):
    write_csv(tmp_path / "a1.csv", ("1", "A", WINTER, "", "", ""))
    path = write_csv(tmp_path / "a[1]*.csv", ("2", "A", WINTER, "", "", ""))
    assert [row.identifiers[0].value for row in read_all(path)] == ["2"]


def test_rows_that_are_not_even_rows_are_dead_too(tmp_path):
    path = tmp_path / "a.csv"
    good = f"7,A,{WINTER},,,\n".encode()
    path.write_bytes(
        b"id,kind,time,amount,note,vip\n" + good + b"too,few\n" + good + b"1,2,3,4,5,6,7\n\xff,,,,,\n" + good
    )
    found = read_all(path)
    assert Counter(row.reason for row in found if isinstance(row, DeadRow)) == {"bad_row": 3}
    assert [row.detail for row in found if isinstance(row, DeadRow)] == [
        "missing columns",
        "too many columns",
        "invalid encoding",
    ]
    assert sum(isinstance(row, Incoming) for row in found) == 3


def test_lines_that_are_not_json_objects_are_dead(tmp_path):
    good = json.dumps({"id": 7, "kind": "A", "time": WINTER})
    (tmp_path / "a.jsonl").write_bytes(f"{good}\nnot json\n[1]\n\n{good}\n".encode() + b'{"id": "\xff"}\n{"id": ')
    found = read_all(tmp_path / "a.jsonl")
    dead = [row for row in found if isinstance(row, DeadRow)]
    assert len(found) - len(dead) == 2
    assert {row.reason for row in dead} == {"bad_row"}
    assert len(dead) == 4


def test_json_lines_reach_into_objects(tmp_path):
    line = {"id": 7, "kind": "A", "time": WINTER, "order": {"total": {"value": 12}}}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    properties = {"total": {"column": "order.total.value", "type": "number"}}
    (found,) = read_all(tmp_path / "a.jsonl", properties=properties)
    assert found.event.properties == {"total": 12}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"id,kind\n7,A\n", "no column 'time'"),
        ("a.csv", b"", "header"),
        ("a.csv", b"id,id,time\n", "header"),
        ("a.csv.gz", b"not gzip", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"id,kind,time,amount,note,vip\n" * 5000)[:-20], "cannot be read"),
        ("a.parquet", b"not parquet", "cannot be read"),
        ("a.xlsx", b"", "format"),
    ],
)
def test_a_file_that_cannot_be_read_is_the_operators_mistake(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SegueError, match=said):
        read_all(tmp_path / name)


def test_a_missing_file_is_the_operators_mistake(tmp_path):
    with pytest.raises(SegueError, match="There is no file"):
        read_all(tmp_path / "nothing.csv")


def test_a_column_may_be_called_anything(tmp_path):
    odd = ('id "quoted"', "it's", "zeit\tpunkt", "select")
    path = write_csv(tmp_path / "a.csv", ("7", "A", WINTER, "x"), columns=odd)
    whole = parse_mapping(
        {
            "identifiers": {"user_id": odd[0]},
            "at": {"column": odd[2]},
            "event": [{"name": "happened", "when": [{"column": odd[1], "equals": "A"}]}],
            "properties": {"picked": odd[3], "said": "it's {select}"},
        },
        "odd",
    )
    (found,) = read(path, whole)
    assert found.event.properties == {"picked": "x", "said": "it's x"}


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(*[CELL | st.sampled_from(["7", WINTER, "1.5", "true", "NULL", '"', "\r\n"])] * 6), max_size=8)
)
def test_every_row_is_accounted_for_whatever_its_cells_hold(tmp_path, rows):
    path = tmp_path / "odd.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
    found = read_all(path)
    assert len(found) == len(rows)
    for row in found:
        if isinstance(row, Incoming):
            original = [cells for cells in rows if cells[0].strip() == row.identifiers[0].value]
            assert any(row.event.properties.get("kind", "") == cells[1] for cells in original)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(COLUMNS),
            st.none() | st.booleans() | st.integers() | st.floats() | CELL | st.lists(st.integers(), max_size=2),
        ),
        max_size=8,
    )
)
def test_every_json_line_is_accounted_for_whatever_it_holds(tmp_path, lines):
    (tmp_path / "odd.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert len(read_all(tmp_path / "odd.jsonl")) == len(lines)


def test_a_later_reader_sees_whole_numbers_as_whole(tmp_path):
    found = read_one(tmp_path, ("7", "A", WINTER, "3.0", "", ""))
    assert found.event.properties["amount"] == 3
    assert isinstance(found.event.properties["amount"], int)


ORDERS = Path(__file__).parents[3] / "examples" / "two_channels" / "data" / "orders.parquet"


def test_the_shipped_orders_are_accounted_for_row_by_row():
    from segue.workspace import load

    declared = load(ORDERS.parents[1]).sources["online_retail"]
    found = Counter(
        row.reason if isinstance(row, DeadRow) else row.event.name
        for row in read(ORDERS, parse_mapping(declared, "online_retail"), source="online_retail")
    )
    assert found == {"item_purchased": 36_110, "item_returned": 729, "no_identifier": 15_854}


def test_time_runs_forward_through_the_shipped_orders():
    from segue.workspace import load

    declared = load(ORDERS.parents[1]).sources["online_retail"]
    times = [row.at for row in read(ORDERS, parse_mapping(declared, "online_retail"))]
    assert times == sorted(times)
    assert times[0] > from_datetime(datetime(2010, 12, 1, tzinfo=UTC) - timedelta(days=1))
