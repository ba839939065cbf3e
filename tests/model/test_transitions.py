from segue.model.customers import Customer
from segue.model.decisions import Reason
from segue.model.ids import CustomerId
from segue.model.time import NEVER
from segue.model.transitions import Blocked, Transition
from tests.builders import reread


def test_a_transition_that_says_nothing_decides_nothing_and_never_wakes() -> None:
    transition = Transition(customer=Customer(CustomerId("ada")))
    assert (transition.decisions, transition.commands, transition.ended, transition.blocked) == ((), (), (), ())
    assert transition.wake_at == NEVER


def test_a_blocked_entry_is_read_as_it_was_written() -> None:
    blocked = Blocked("reorder", Reason.REENTRY_BLOCKED)
    assert reread(blocked) == blocked
