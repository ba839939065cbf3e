from msgspec import structs

from segue.model.assignments import Assignment
from segue.model.customers import Customer, Profile
from segue.model.events import Tick
from segue.model.ids import EventId
from segue.model.time import Instant
from segue.ports.store import pack
from segue.simulation.checkers.again import Repeated, advance_again
from segue.simulation.checkers.parts import check_parts, errors_of
from segue.simulation.faults.driver import simulate
from segue.simulation.faults.schedule import NONE

FOUND = simulate("parts", faults=NONE, facts=12)
ANY = next(each for each in advance_again(FOUND).entries if isinstance(each.entry.event, Tick))


def ended_with(customer: Customer) -> Repeated:
    """Return an entry of a tick whose last transition ends with ``customer``."""
    *others, last = ANY.again.transitions
    transitions = (*others, structs.replace(last, customer=customer, decisions=()))
    return structs.replace(ANY, again=ANY.again._replace(transitions=transitions))


def test_what_really_happened_is_right() -> None:
    assert list(check_parts(FOUND)) == []


def test_a_part_that_changes_without_its_stage_is_found() -> None:
    after = ANY.again.transitions[-1].customer
    known = structs.replace(after, profile=Profile(last_seen=Instant(after.profile.last_seen + 1)))
    assert any("profile" in what for what in errors_of(ended_with(known)))
    merged = structs.replace(after, absorbed=(*after.absorbed, after.customer_id))
    assert any("absorbed" in what for what in errors_of(ended_with(merged)))
    group = structs.replace(after, assignment=Assignment("rules", "9", "unit", Instant(0)))
    assert any("assignment" in what for what in errors_of(ended_with(group)))


def test_a_version_that_is_passed_over_is_found() -> None:
    after = ANY.again.transitions[-1].customer
    assert any("version" in what for what in errors_of(ended_with(structs.replace(after, version=after.version + 1))))


def test_a_customer_that_was_changed_in_place_is_found() -> None:
    before = Customer(ANY.before.customer_id, profile=Profile(traits={"tier": "gold"}))
    was = pack(before)
    before.profile.traits["tier"] = "staff"
    changed = structs.replace(ANY, before=before, was=was)
    assert "the customer before it was changed in place" in list(errors_of(changed))


def test_the_tick_is_one() -> None:
    assert ANY.entry.event.event_id != EventId("")
