from segue.model.time import Instant
from segue.simulation.faults.clock import MachineClock


def test_a_clock_may_be_wrong_and_what_is_believed_never_goes_back() -> None:
    clock = MachineClock(Instant(100))
    clock.error = 50
    assert (clock(), clock.believed()) == (150, 150)
    clock.error = -20
    assert (clock(), clock.believed()) == (80, 150)
    clock.true = Instant(200)
    assert (clock(), clock.believed()) == (180, 180)


def test_a_restart_knows_only_what_the_log_tells() -> None:
    clock = MachineClock(Instant(100))
    clock.error = 50
    clock()
    clock.error = 0
    clock.restart(Instant(120))
    assert clock.believed() == 120
