"""Path models by place: by hand on four small paths, against published figures, and against the Shapley sum."""

from itertools import combinations
from math import factorial
from pathlib import Path

import duckdb
import msgspec
import pytest

from segue.measurement.attribution.paths import Paths, collect_paths, read_paths
from segue.measurement.attribution.results import PathAttribution
from segue.measurement.attribution.sharing import SHARING_MODELS, share_conversions
from segue.model.errors import SegueError

DATA = Path(__file__).parents[3] / "../shared/data"
SMALL = """(
    VALUES ('a', 4, 40, 1), ('a > b', 2, 10, 5), ('b > a > b > b', 8, 80, 0), ('c > c', 0, 0, 7), ('', 3, 30, 9)
) AS t(path, total_conversions, total_conversion_value, total_null)"""


def small() -> Paths:
    return read_paths(duckdb.connect(), SMALL)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", {"a": 6.0, "b": 8.0}),
        ("last", {"a": 4.0, "b": 10.0}),
        ("linear", {"a": 7.0, "b": 7.0}),
        ("shapley", {"a": 9.0, "b": 5.0}),
        ("position", {"a": 4 + 1 + 0.8, "b": 1 + 3.2 + 0.8 + 3.2}),
    ],
)
def test_models_by_hand(model: str, expected: dict[str, float]) -> None:
    found = share_conversions(small(), model)

    assert found.conversions() == pytest.approx(expected)
    assert found.without_contacts == 3
    assert found.is_descriptive
    assert sum(credit.share for credit in found.credits) == pytest.approx(1.0)


def test_money_follows_the_same_weights() -> None:
    credits = {credit.channel: credit.value for credit in share_conversions(small(), "linear").credits}

    assert credits == pytest.approx({"a": 40 + 5 + 20, "b": 5 + 60})
    assert share_conversions(small(), "linear").return_on_spend({"a": 10.0, "b": 0.0, "z": 5.0}) == {"a": 6.5, "z": 0.0}


def test_the_even_split_is_the_exact_shapley_value_of_the_usual_game() -> None:
    paths = {("a",): 5, ("a", "b"): 7, ("c", "a", "c"): 11, ("b", "c", "a"): 13, ("d", "b"): 17, ("d",): 2}
    rows = ", ".join(f"('{' > '.join(path)}', {count}, 0, 0)" for path, count in paths.items())
    table = f"(VALUES {rows}) AS t(path, total_conversions, total_conversion_value, total_null)"
    channels = sorted({channel for path in paths for channel in path})

    def worth(coalition: tuple[str, ...]) -> int:
        return sum(count for path, count in paths.items() if set(path) <= set(coalition))

    exact = {}
    for channel in channels:
        others = [each for each in channels if each != channel]
        exact[channel] = sum(
            (worth((*coalition, channel)) - worth(coalition))
            * factorial(size)
            * factorial(len(others) - size)
            / factorial(len(channels))
            for size in range(len(channels))
            for coalition in combinations(others, size)
        )

    assert share_conversions(read_paths(duckdb.connect(), table), "shapley").conversions() == pytest.approx(exact)


def test_time_decay_halves_with_the_half_life() -> None:
    duck = duckdb.connect()
    contacts = "SELECT 1 AS customer_id, DATE '2026-01-01' + 7 * n AS \"at\", ['a', 'b', 'c'][n + 1] AS channel"
    duck.execute(f"CREATE TABLE contacts AS {contacts} FROM (SELECT unnest([0, 1, 2]) AS n)")
    duck.execute("CREATE TABLE bought AS SELECT 1 AS customer_id, TIMESTAMP '2026-01-15' AS \"at\", 70.0 AS value")

    found = share_conversions(collect_paths(duck, "contacts", "bought"), "time_decay", half_life_days=7)

    assert found.conversions() == pytest.approx({"c": 4 / 7, "b": 2 / 7, "a": 1 / 7})


def test_a_path_table_has_no_times_and_says_so() -> None:
    with pytest.raises(SegueError, match="no times"):
        share_conversions(small(), "time_decay")
    with pytest.raises(SegueError, match="There is no path model"):
        share_conversions(small(), "magic")
    assert "time_decay" in SHARING_MODELS


@pytest.mark.skipif(not DATA.is_dir(), reason="PathData is not here: ../shared/data")
def test_path_data_gives_the_published_heuristics() -> None:
    published = msgspec.json.decode((DATA / "reference_results.json").read_bytes())["attribution_pathdata"]
    table = dict(published["heuristics_ChannelAttribution_2.2.5"])
    names = table.pop("columns")
    paths = read_paths(duckdb.connect(), f"'{DATA / 'attribution_pathdata.csv.gz'}'")

    for place, model in enumerate(names):
        found: PathAttribution = share_conversions(paths, model)
        assert {**dict.fromkeys(table, 0.0), **found.conversions()} == pytest.approx(
            {channel: figures[place] for channel, figures in table.items()}, abs=1e-6
        )
        assert sum(credit.value for credit in found.credits) == pytest.approx(published["totals"]["value"])
