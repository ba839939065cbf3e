"""Who else is at an address, and what follows at the hand-over."""

from msgspec.structs import replace

from segue.core.decisioning.assignment import holdouts_of
from segue.core.handover import recheck
from segue.core.world import World, build_world
from segue.model.commands import Deliver
from segue.model.decisions import Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Identified, Merged
from segue.model.identities import contact_point_key
from segue.model.ids import CustomerId, EventId
from segue.model.shared import HeldOut
from segue.runtimes.neighbourhood import NOBODY, Neighbourhood, Neighbours, among, logged_with, with_neighbours
from segue.runtimes.population import Population
from tests.builders import contact
from tests.properties.history import report_on
from tests.runtimes.support import world
from tests.runtimes.test_contact_points import SHARED, at, signs_up

HALF = world(groups={"holdout": 0.5})


def somebody(town: World, *, is_held_out: bool, not_: str = "") -> str:
    """Return the first name that is, or is not, drawn into the holdout."""
    names = (f"c{number}" for number in range(100))
    return next(
        name
        for name in names
        if name != not_ and (holdouts_of(CustomerId(name), None, town.workspace) == ("",)) == is_held_out
    )


HELD, FREE = somebody(HALF, is_held_out=True), somebody(HALF, is_held_out=False)


def known(number: int, who: str, email: str) -> Identified:
    return Identified(
        event_id=EventId(f"k{number}"), customer_id=CustomerId(who), at=at(number), traits={"email": email}
    )


def test_who_shares_an_address_with_somebody_held_out_gets_nothing_there() -> None:
    population = Population(HALF)
    population.advance(known(1, HELD, SHARED), at(1))
    advanced = population.advance(signs_up(2, FREE, SHARED), at(2))
    assert advanced.entry.held_out == (HeldOut(contact_point_key("email", SHARED), ""),)
    assert advanced.entry.commands == ()
    (refused, _) = advanced.entry.decisions[0].considered
    assert (refused.suppressed, refused.detail) == (Reason.DUPLICATE_CONTACT_POINT, "held out")
    assert logged_with(advanced.entry).held_out == advanced.entry.held_out
    assert population.shared.held_out == (), "for one transition only"


def test_an_address_that_comes_to_belong_to_somebody_held_out_takes_the_message_back() -> None:
    population = Population(HALF)
    (command,) = population.advance(signs_up(1, FREE, SHARED), at(1)).entry.commands
    assert isinstance(command, Deliver)
    assert _asked(population, command) is None
    population.advance(known(2, HELD, SHARED), at(2))
    assert _asked(population, command) == Reason.DUPLICATE_CONTACT_POINT
    population.advance(known(3, FREE, "elsewhere@example.com"), at(3))
    assert _asked(population, command) == Reason.DUPLICATE_CONTACT_POINT, "the message still goes to the old address"


def test_whoever_turns_out_to_be_held_out_gets_nothing_that_is_still_on_its_way() -> None:
    population = Population(HALF)
    ghost = population.advance(signs_up(1, HELD, "held@example.com"), at(1)).entry
    assert ghost.decisions[0].is_ghost
    (command,) = population.advance(signs_up(2, FREE, SHARED), at(2)).entry.commands
    assert isinstance(command, Deliver)
    survivor, absorbed = CustomerId(FREE), CustomerId(HELD)
    merge = {"customer_id": survivor, "absorbed_id": absorbed, "absorbed": population.state(absorbed)}
    population.advance(Merged(event_id=EventId("m"), at=at(3), **merge), at(3))
    assert _asked(population, command) == Reason.HOLDOUT
    back = report_on(command, DeliveryStatus.WITHDRAWN, at(3), Reason.HOLDOUT)
    after = population.advance(back, at(3)).transitions[-1].customer
    assert after.outbox.in_flight == ()
    assert [slot.state for slot in after.contacts.ledger] == ["ghost"], "its slot is free again"


def test_where_others_become_held_out_everybody_is_looked_at_again() -> None:
    population = Population(world())
    population.advance(known(1, HELD, SHARED), at(1))
    (command,) = population.advance(signs_up(2, FREE, SHARED), at(2)).entry.commands
    assert isinstance(command, Deliver)
    assert _asked(population, command) is None
    population.world = HALF
    assert _asked(population, command) == Reason.DUPLICATE_CONTACT_POINT
    population.world = build_world(replace(HALF.workspace, groups={}))
    assert _asked(population, command) is None


def _asked(population: Population, command: Deliver) -> Reason | None:
    customer = population.customer(command.customer_id)
    return recheck(customer, command, now=command.decided_at, world=population.world_of(customer, command))


def test_an_index_and_a_look_at_a_few_find_the_same() -> None:
    population = Population(HALF)
    for number, (who, email) in enumerate([(HELD, SHARED), (FREE, SHARED), ("x", "x@example.com"), ("y", SHARED)], 1):
        population.advance(signs_up(number, who, email), at(number))
    everybody = [population.customer(customer_id) for customer_id in population.customer_ids()]
    index = Neighbours(HALF.workspace, population.customer)
    for customer in everybody:
        index.follow(replace(customer, contacts=type(customer.contacts)(), profile=type(customer.profile)()), customer)
    for customer in everybody:
        event = known(9, customer.customer_id, "x@example.com")
        found, looked = index.of(customer, event), among(everybody, customer, event, HALF.workspace)
        assert sorted(found.contacts, key=str) == sorted(looked.contacts, key=str)
        assert set(found.held_out) == set(looked.held_out)


def test_without_neighbours_the_world_is_as_it_was() -> None:
    assert with_neighbours(HALF, NOBODY) is HALF
    around = Neighbourhood((contact(),), (HeldOut("p", ""),))
    seen = with_neighbours(HALF, around).shared
    assert (seen.neighbours, seen.held_out) == around
