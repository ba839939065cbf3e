import random

from msgspec.structs import replace

from segue.core.decisioning.assignment import holdouts_of
from segue.model.assignments import Holdout
from segue.model.customers import Customer, Profile
from segue.model.identities import contact_point_key
from segue.model.ids import CustomerId
from segue.model.shared import HeldOut
from segue.model.workspace import Workspace
from segue.ports.store import pack
from segue.runtimes.glance import glance_at
from segue.runtimes.held_out import HeldOutPoints
from tests.runtimes.support import world

NONE = world().workspace
SOME = replace(NONE, groups={"holdout": 0.4}, holdouts={"no_mail": Holdout(share=0.3, channels=("mail",))})
ADDRESSES = ("a@x.com", "b@x.com", "c@x.com")
POINTS = {address: contact_point_key("email", address) for address in ADDRESSES}


def person(name: str, email: str | None) -> Customer:
    return Customer(CustomerId(name), profile=Profile(traits={"email": email} if email else {}))


def expected(everybody: dict[str, Customer], but: str, workspace: Workspace) -> tuple[HeldOut, ...]:
    found = {
        (POINTS[other.profile.traits["email"]], holdout)
        for name, other in everybody.items()
        if name != but and "email" in other.profile.traits
        for holdout in holdouts_of(other.customer_id, None, workspace)
    }
    return tuple(HeldOut(*each) for each in sorted(found))


def test_an_index_that_changes_at_random_says_what_everybody_says() -> None:
    chance, points, everybody = random.Random(3), HeldOutPoints(SOME), dict[str, Customer]()
    found = 0
    for _ in range(1500):
        name = f"c{chance.randrange(8)}"
        before, after = everybody.get(name, person(name, None)), person(name, chance.choice((*ADDRESSES, None)))
        points.change(before, after)
        everybody[name] = after
        truth = expected(everybody, name, SOME)
        assert points.others((CustomerId(name),), POINTS.values()) == truth
        found += len(truth)
    assert found > 1000


def test_saved_customers_are_taken_in_and_where_nobody_can_be_held_out_nothing_is_kept() -> None:
    everybody = {name: person(name, "a@x.com") for name in "abcdefgh"}
    for workspace in (SOME, NONE):
        points = HeldOutPoints(workspace)
        for name, each in everybody.items():
            points.load(CustomerId(name), glance_at(pack(each)))
        assert points.others((), POINTS.values()) == expected(everybody, "", workspace)
        assert points.holds_out == (workspace is SOME)


def test_an_index_holds_for_as_long_as_the_same_customers_are_drawn() -> None:
    points = HeldOutPoints(SOME)
    assert points.holds_for(SOME)
    assert points.holds_for(replace(SOME, name="another"))
    for other in (
        replace(SOME, epoch="2"),
        replace(SOME, seed="x"),
        replace(SOME, groups={}),
        replace(SOME, holdouts={}),
        replace(SOME, channels=()),
    ):
        assert not points.holds_for(other)
