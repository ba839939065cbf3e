from segue.simulation.checkers.fencing import check_fencing
from tests.simulation.checkers.breaking import history


def test_a_second_runtime_that_was_let_in_is_found() -> None:
    assert list(check_fencing(history(intruders=(True, True)))) == []
    assert len(list(check_fencing(history(intruders=(True, False))))) == 1
