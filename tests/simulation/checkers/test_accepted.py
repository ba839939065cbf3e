from segue.model.ids import EventId
from segue.simulation.checkers.accepted import check_accepted
from tests.simulation.checkers.breaking import entry, history, tracked

F1 = EventId("f1")
LOGGED = entry(tracked(event_id=F1))


def test_a_fact_that_is_acknowledged_and_logged_is_right() -> None:
    assert list(check_accepted(history(LOGGED, answers={F1: "accepted"}, told=(F1,)))) == []


def test_a_fact_that_is_acknowledged_and_lost_is_found() -> None:
    assert len(list(check_accepted(history(answers={F1: "accepted"})))) == 1
    assert len(list(check_accepted(history(answers={F1: "duplicate"})))) == 1


def test_a_fact_that_is_taken_twice_is_found() -> None:
    assert len(list(check_accepted(history(LOGGED, LOGGED, answers={F1: "accepted"})))) == 1


def test_a_fact_among_the_dead_letters_and_one_without_an_answer_are_found() -> None:
    assert len(list(check_accepted(history(answers={F1: "dead"})))) == 1
    assert len(list(check_accepted(history(told=(F1,))))) == 1


def test_a_gap_in_the_log_is_found() -> None:
    found = history(LOGGED, entry(tracked("x")))
    found.entries = found.entries[1:]
    assert len(list(check_accepted(found))) == 1
