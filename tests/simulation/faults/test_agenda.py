import pytest

from segue.simulation.faults.agenda import Agenda
from segue.simulation.faults.loop import StandsStillError


def test_things_happen_in_order_one_at_a_time_and_none_before_its_time() -> None:
    agenda, seen = Agenda(), list[str]()
    agenda.put(20, lambda: seen.append("late"))
    agenda.put(10, lambda: seen.append("first"))
    agenda.put(10, lambda: seen.append("second"))
    agenda.pass_time(None)
    assert (seen, agenda.elapsed) == (["first"], 10)
    agenda.pass_time(15)
    agenda.pass_time(15)
    assert (seen, agenda.elapsed) == (["first", "second"], 15)
    agenda.after(5, lambda: seen.append("after"))
    agenda.pass_time(None)
    agenda.pass_time(None)
    assert seen == ["first", "second", "late", "after"]
    with pytest.raises(StandsStillError):
        agenda.pass_time(None)


def test_what_is_overdue_happens_now() -> None:
    agenda, seen = Agenda(), list[int]()
    agenda.pass_time(100)
    agenda.put(50, lambda: seen.append(agenda.elapsed))
    agenda.pass_time(None)
    assert seen == [100]
