from pathlib import Path

import segue.simulation.checkers as package
from segue.simulation.checkers.every import CHECKERS, Violation, check_every
from tests.simulation.checkers.breaking import handed, history

HELPERS = ("__init__", "every", "evidence", "owners", "walking", "again")


def test_every_checker_is_asked() -> None:
    files = {path.stem for path in Path(package.__path__[0]).glob("*.py")} - set(HELPERS)
    assert files == set(CHECKERS)


def test_what_a_checker_finds_is_told_with_its_name() -> None:
    found = check_every(history(handed=(handed(), handed())))
    assert {each.checker for each in found} == {"once", "attempts"}
    assert all(isinstance(each, Violation) and each.what for each in found)
    assert check_every(history()) == []
