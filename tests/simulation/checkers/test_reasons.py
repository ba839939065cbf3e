import pytest
from msgspec.structs import replace

from segue.model.decisions import Considered, Decision, Reason
from segue.model.time import HOUR
from segue.simulation.checkers.reasons import check_reasons
from tests.simulation.checkers.breaking import NOON, QUIET, decision, entry, history, row

LOST = row("rule:look/a/push", reason=Reason.LOST_ARBITRATION)


def errors_of(made: Decision) -> list[str]:
    return list(check_reasons(history(entry(decisions=(made,)))))


def test_one_winner_and_a_reason_for_all_others_is_right() -> None:
    assert errors_of(decision(row(), LOST, QUIET)) == []
    assert errors_of(decision(replace(row(), suppressed=Reason.HOLDOUT), QUIET, is_ghost=True)) == []


@pytest.mark.parametrize(
    "rows",
    [
        (row(), replace(LOST, suppressed=None), QUIET),
        (replace(row(), suppressed=Reason.CAPPED), QUIET),
        (replace(row(), probability=0.5), QUIET),
        (row(), LOST, LOST, QUIET),
    ],
    ids=["a loser without a reason", "a winner with one", "half a probability", "one candidate twice"],
)
def test_candidates_that_do_not_add_up_are_found(rows: tuple[Considered, ...]) -> None:
    assert len(errors_of(decision(*rows))) == 1


def test_a_ghost_is_suppressed_for_being_one() -> None:
    assert errors_of(decision(replace(row(), suppressed=Reason.CAPPED), QUIET, is_ghost=True)) != []


def test_what_was_put_off_has_to_come_up_again() -> None:
    waits = row("journey:w/run2/a/push", reason=Reason.QUIET_DEFERRED, until=NOON + HOUR)
    assert len(errors_of(decision(row(), waits, QUIET))) == 1
    again = entry(decisions=(decision(row(), replace(waits, until=0), QUIET, delivery="d2"),))
    assert list(check_reasons(history(entry(decisions=(decision(row(), waits, QUIET),)), again))) == []
