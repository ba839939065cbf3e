"""Catalogues as tables: what a row says is what a file of its own would say, and slips are found in their cell."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from segue.model.catalogue import Action, Variant, Window
from segue.workspace import check, load
from segue.workspace.findings import Finding, Place
from tests.workspace.shop import FILES, Slip, assert_found, write_shop

HEADER = (
    "action,value,margin,stock,converted_by,begins,ends,weekdays,tags,standing,features.discount,"
    "hero.placement,email.template,email.cost,email.content.headline,email.features.length\n"
)
ROW = 'lamp,12.5,0.3,40,order_completed,2026-11-20,2026-11-30,fri sat,"light, home",true,0.2,home_hero,,,,\n'
TABLE = "catalogue/spring.csv"
FULL = HEADER + ROW + 'sofa,90,,,,,,,,true,,,offer.html,0.02,"Sit, down",3\n'

SLIPS = [
    Slip("SG102", TABLE, "stock,", "value,", "value,converted_by"),
    Slip("SG107", TABLE, ",3\n", ",3,4\n", "sofa"),
    Slip("SG107", TABLE, '"light, home"', '"light, home', '"light, home,true'),
    Slip("SG201", TABLE, "margin,", "margn,", "margn"),
    Slip("SG201", TABLE, "email.cost", "email.price", "email.price"),
    Slip("SG201", TABLE, "features.discount", "context_weights", "context_weights"),
    Slip("SG202", TABLE, "sofa,", ",", ",90"),
    Slip("SG203", TABLE, "lamp,12.5", "lamp,dear", "dear"),
    Slip("SG204", TABLE, "lamp,12.5,0.3", "lamp,12.5,1.3", "1.3"),
    Slip("SG204", TABLE, "fri sat", "fry sat", "fry sat"),
    Slip("SG205", TABLE, "sofa,", "lamp,", "lamp,90"),
    Slip("SG306", TABLE, "offer.html", "other.html", "other.html"),
    Slip("SG307", TABLE, "home_hero", "home_page", "home_page"),
    Slip("SG309", TABLE, "order_completed", "ordered", "ordered"),
    Slip("SG617", TABLE, "2026-11-30", "2026-11-10", "2026-11-20"),
]


def written(folder: Path, table: str, **more: str) -> Path:
    return write_shop(folder, {TABLE: table, **more}, FILES)


def test_each_row_is_an_action(tmp_path: Path) -> None:
    actions = {action.action: action for action in load(written(tmp_path, FULL)).workspace.actions}
    assert actions["lamp"] == Action(
        action="lamp",
        value=12.5,
        margin=0.3,
        stock=40,
        converted_by="order_completed",
        calendar=(Window(begins="2026-11-20", ends="2026-11-30", weekdays=("fri", "sat")),),
        tags=("light", "home"),
        standing=True,
        features={"discount": 0.2},
        variants=(Variant(channel="hero", placement="home_hero"),),
    )
    sofa = Variant(
        channel="email", template="offer.html", cost=0.02, content={"headline": "Sit, down"}, features={"length": 3}
    )
    assert actions["sofa"] == Action(action="sofa", value=90, standing=True, variants=(sofa,))


def test_a_table_without_slips_has_no_findings_and_its_actions_are_where_their_row_is(tmp_path: Path) -> None:
    folder = written(tmp_path, FULL)
    assert check(folder) == ()
    assert load(folder).places["action:sofa"] == Place(TABLE, 3, 1)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_in_its_cell(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES | {TABLE: FULL})


def test_an_empty_table_and_another_file_are_told_of(tmp_path: Path) -> None:
    folder = written(tmp_path, "", **{"catalogue/notes.xlsx": "?"})
    assert [(finding.code, finding.place.file) for finding in check(folder)] == [
        ("SG106", "catalogue/notes.xlsx"),
        ("SG107", TABLE),
    ]


def test_a_parquet_table_reads_the_same(tmp_path: Path) -> None:
    folder = write_shop(tmp_path, {}, FILES)
    (folder / "catalogue").mkdir()
    duckdb.connect().sql(
        "select 'lamp' as action, 12.5::decimal(6,2) as value, date '2026-11-20' as begins, ['a', 'b'] as tags,"
        " true as standing, 7 as description, null as stock, 'home_hero' as \"hero.placement\""
    ).write_parquet(str(folder / "catalogue" / "spring.parquet"))
    lamp = next(action for action in load(folder).workspace.actions if action.action == "lamp")
    assert (lamp.value, lamp.tags, lamp.description, lamp.stock) == (float(Decimal("12.5")), ("a", "b"), "7", None)
    assert lamp.calendar == (Window(begins=date(2026, 11, 20).isoformat()),)


def test_what_is_not_parquet_is_told_of(tmp_path: Path) -> None:
    folder = written(tmp_path, FULL, **{"catalogue/more.parquet": "no table"})
    (finding,) = check(folder)
    assert isinstance(finding, Finding)
    assert (finding.code, finding.place) == ("SG107", Place("catalogue/more.parquet"))
