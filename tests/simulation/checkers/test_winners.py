from segue.model.ids import EventId
from segue.simulation.checkers.winners import check_winners
from tests.simulation.checkers.breaking import QUIET, decision, entry, history, row


def test_one_winner_in_one_slot_is_right() -> None:
    again = decision(delivery="d2", event_id=EventId("e1+1"))
    assert list(check_winners(history(entry(decisions=(decision(), again))))) == []


def test_two_decisions_about_one_slot_are_found() -> None:
    assert len(list(check_winners(history(entry(decisions=(decision(), decision(delivery="d2"))))))) == 1


def test_two_winners_with_one_name_are_found() -> None:
    assert len(list(check_winners(history(entry(decisions=(decision(row(), row(), QUIET),)))))) == 1


def test_a_delivery_that_wins_twice_is_found() -> None:
    first, second = decision(), decision(event_id=EventId("e2"))
    assert len(list(check_winners(history(entry(decisions=(first,)), entry(decisions=(second,)))))) == 1
