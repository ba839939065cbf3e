"""Markets are made by kind or from a file of one's own, and what is wrong with that file is said."""

from pathlib import Path

import pytest

from segue.model.errors import SegueError
from segue.simulation.markets import KINDS, MarketSpec, make_market


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made_as_it_is(kind: str) -> None:
    assert make_market(MarketSpec(kind=kind)).describe().name == kind


def test_a_file_that_python_cannot_read_is_named_with_the_cause(tmp_path: Path) -> None:
    (tmp_path / "town.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(SegueError, match=r"town\.py, line 1: reading it broke: ModuleNotFoundError"):
        make_market(MarketSpec(kind="town.py:Town", folder=str(tmp_path)))


def test_a_class_that_is_not_there_and_parameters_that_it_does_not_have_are_named(tmp_path: Path) -> None:
    (tmp_path / "town.py").write_text("class Town:\n    pass\n")
    with pytest.raises(SegueError, match="has no class 'City'"):
        make_market(MarketSpec(kind="town.py:City", folder=str(tmp_path)))
    with pytest.raises(SegueError, match="has no `Parameters`"):
        make_market(MarketSpec(kind="town.py:Town", folder=str(tmp_path)))
    with pytest.raises(SegueError, match="parameters are not right"):
        make_market(MarketSpec(kind="fatigue", parameters={"heal": 1.0}))
