from segue.ports.store import Entry
from segue.simulation.checkers.evidence import Handed
from segue.simulation.checkers.walking import never_permitted
from tests.simulation.checkers.breaking import entry, handed, history


def test_a_line_is_wrong_only_where_no_place_permits_it() -> None:
    log = history(entry(), entry(), entry()).entries
    place = [0]

    def see(each: Entry) -> None:
        place[0] = each.seq

    def at(*places: int) -> list[Handed]:
        place[0] = 0
        lines = [handed(since=1, until=2)]
        return never_permitted(log, lines, see, lambda line: place[0] in places)

    assert at(0, 3) == [handed(since=1, until=2)]
    assert at(1) == at(2) == []


def test_what_lies_beyond_the_log_is_judged_at_its_end() -> None:
    late = handed(since=9)
    assert never_permitted((), [late], lambda _: None, lambda _: False) == [late]
    assert never_permitted((), [late], lambda _: None, lambda _: True) == []
