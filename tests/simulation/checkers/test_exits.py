import pytest

from segue.simulation.checkers.exits import check_exits
from tests.simulation.checkers.breaking import decision, entry, handed, history, moved

MADE = entry(decisions=(decision(),), moved=(moved("", "ask", "entered"),))


@pytest.mark.parametrize("why", ["exit_event", "goal", "expired", "journey_stopped", "merged"])
def test_a_message_of_an_interrupted_run_is_found(why: str) -> None:
    over = entry(moved=(moved("ask", "", "exited", why),))
    assert len(list(check_exits(history(MADE, over, handed=(handed(since=2),))))) == 1
    assert list(check_exits(history(MADE, over, handed=(handed(since=1, until=2),)))) == [], "it was not durable yet"


def test_a_run_that_came_to_its_end_lets_its_messages_go() -> None:
    over = entry(moved=(moved("ask", "", "passed", "done"),))
    assert list(check_exits(history(MADE, over, handed=(handed(since=2),)))) == []
