from segue.core.journeys.moves import Finish, Go, Offer, Stay
from segue.model.time import NEVER
from tests.builders import candidate


def test_a_run_that_stays_is_only_woken_when_it_asks_for_it() -> None:
    assert Stay() == Stay(wake_at=NEVER)


def test_a_run_that_goes_on_is_not_converted_unless_the_step_says_so() -> None:
    assert Go("next") == Go("next", is_converted=False)
    assert Go(None) != Go(None, is_converted=True)


def test_moves_of_different_kinds_are_never_the_same() -> None:
    moves = [Stay(), Go(None), Offer((candidate(),)), Finish("capped")]
    assert [moves.index(move) for move in moves] == [0, 1, 2, 3]
