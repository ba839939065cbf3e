from segue.simulation.checkers.evidence import compared
from segue.simulation.checkers.owners import Owners
from segue.simulation.faults.driver import simulate
from segue.simulation.faults.schedule import NONE
from tests.simulation.checkers.breaking import history


def test_who_is_held_out_where_is_known_from_the_entry_that_says_so() -> None:
    found = simulate("owners", faults=NONE, facts=0)
    owners, last = Owners(found), len(found.entries)
    held = {name for _, name in owners.held_out_at(" FLAT@example.com", last, last)}
    assert "" in held
    assert list(owners.held_out_at("nobody@example.com", last, last)) == []
    known = [entry.seq for entry in found.entries if any(owners.held_out_at("flat@example.com", entry.seq, entry.seq))]
    assert known == list(range(known[0], last + 1))
    assert list(owners.held_out_at("flat@example.com", known[0] - 1, last)) == [], "not all the time"


def test_of_an_empty_log_nobody_owns_anything() -> None:
    assert list(Owners(history()).held_out_at("home@example.com", 0, 1)) == []
    assert compared(" Home@Example.com ") == "home@example.com"
