"""Markov removal effects: by hand, against brute removal, and the published closed form."""

from pathlib import Path

import duckdb
import msgspec
import numpy as np
import pytest

from segue.measurement.attribution.markov import effects_of, removal_effects
from segue.measurement.attribution.paths import read_paths
from segue.model.errors import SegueError

DATA = Path(__file__).parents[3] / "../shared/data"


def test_effects_by_hand() -> None:
    # Half start in a, half in b; a converts in 1 of 2 and otherwise goes to b; b converts in 1 of 4.
    steps = [("(start)", "a", 2.0), ("(start)", "b", 2.0), ("a", "(conversion)", 1.0), ("a", "b", 1.0)]
    steps += [("b", "(conversion)", 1.0), ("b", "(none)", 3.0)]
    whole = 0.5 * (0.5 + 0.5 * 0.25) + 0.5 * 0.25

    assert effects_of(steps) == pytest.approx({"a": 1 - 0.5 * 0.25 / whole, "b": 1 - 0.5 * 0.5 / whole})


@pytest.mark.parametrize("seed", range(5))
def test_the_closed_form_is_what_removing_each_channel_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    channels = list("abcdef")
    counts = rng.integers(0, 20, (7, 6)) + 1
    steps = [("(start)", channel, float(count)) for channel, count in zip(channels, counts[6], strict=True)]
    for row, one in enumerate(channels):
        steps += [(one, other, float(counts[row, column])) for column, other in enumerate(channels)]
        steps += [(one, "(conversion)", float(rng.integers(1, 9))), (one, "(none)", float(rng.integers(1, 9)))]
    whole = _conversion_rate(steps, without="")

    expected = {channel: 1 - _conversion_rate(steps, without=channel) / whole for channel in channels}

    assert effects_of(steps) == pytest.approx(expected, rel=1e-9)


def _conversion_rate(steps: list[tuple[str, str, float]], without: str) -> float:
    """Return the rate by walking the chain a thousand steps; whoever comes to ``without`` is lost."""
    sums: dict[str, float] = {}
    for one, _, count in steps:
        sums[one] = sums.get(one, 0.0) + count
    there, converted = {"(start)": 1.0}, 0.0
    for _ in range(1000):
        coming: dict[str, float] = {}
        for one, other, count in steps:
            share = there.get(one, 0.0) * count / sums[one]
            if other == "(conversion)":
                converted += share
            elif other not in ("(none)", without):
                coming[other] = coming.get(other, 0.0) + share
        there = coming
    return converted


def test_without_conversions_there_is_nothing_to_share() -> None:
    table = "(SELECT 'a > b' AS path, 0 AS total_conversions, 0 AS total_conversion_value, 5 AS total_null)"
    with pytest.raises(SegueError, match="No path converts"):
        removal_effects(read_paths(duckdb.connect(), table))


@pytest.mark.skipif(not DATA.is_dir(), reason="PathData is not here: ../shared/data")
def test_path_data_gives_the_closed_form() -> None:
    published = msgspec.json.decode((DATA / "reference_results.json").read_bytes())["attribution_pathdata"]
    expected = dict(published["markov_order1_closed_form"])
    effect = expected.pop("removal_effect_alpha")

    found = removal_effects(read_paths(duckdb.connect(), f"'{DATA / 'attribution_pathdata.csv.gz'}'"))

    assert found.conversions() == pytest.approx(expected, abs=1e-3)
    assert found.credits[0].removal_effect == pytest.approx(effect, abs=1e-6)
    assert sum(credit.conversions for credit in found.credits) == pytest.approx(published["totals"]["conversions"])
