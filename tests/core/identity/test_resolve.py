from hypothesis import given
from hypothesis import strategies as st

from segue.core.identity.resolve import Directory, own_customer, resolve
from segue.model.identities import Identifier, Link
from segue.model.ids import CustomerId
from segue.model.time import Instant


def user(name: str) -> Identifier:
    return Identifier("user_id", name)


def device(name: str) -> Identifier:
    return Identifier("anonymous_id", name)


def email(address: str) -> Identifier:
    return Identifier("email", address)


class People:
    """A directory that takes every link in, as a runtime does."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.links: list[Link] = []

    def see(self, *identifiers: Identifier, alias: bool = False) -> tuple[CustomerId, tuple[CustomerId, ...]]:
        at = Instant(len(self.links))
        resolution, links = resolve(self.directory, identifiers, at, "test", is_explicit=alias)
        assert resolution is not None
        absorbed = tuple(loser for link in links if (loser := self.directory.add(link)))
        assert resolution.absorbed == absorbed
        self.links.extend(links)
        return resolution.customer_id, absorbed


def test_a_lone_identifier_names_its_own_customer_without_any_evidence() -> None:
    people = People()
    assert people.see(device("d1")) == (own_customer(device("d1")), ())
    assert people.links == []


def test_the_id_of_a_customer_does_not_show_the_address() -> None:
    assert "ann" not in own_customer(email("ann@example.com"))


def test_the_stronger_identifier_keeps_its_customer() -> None:
    people = People()
    assert people.see(device("d1"), user("u1")) == (own_customer(user("u1")), (own_customer(device("d1")),))
    assert people.see(device("d1")) == (own_customer(user("u1")), ())


def test_an_anonymous_history_joins_the_user_through_the_address() -> None:
    people = People()
    people.see(email("ann@example.com"), device("d1"))
    customer_id, absorbed = people.see(user("u1"), email("Ann@Example.com "))
    assert customer_id == own_customer(user("u1"))
    assert absorbed == (own_customer(email("ann@example.com")),)
    assert people.see(device("d1")) == (own_customer(user("u1")), ())


def test_the_same_evidence_again_is_no_new_link() -> None:
    people = People()
    people.see(user("u1"), device("d1"))
    people.see(user("u1"), device("d1"))
    assert len(people.links) == 1


def test_a_shared_device_never_merges_two_users() -> None:
    people = People()
    people.see(user("u1"), device("kiosk"))
    assert people.see(user("u2"), device("kiosk")) == (own_customer(user("u2")), ())
    assert people.see(device("kiosk")) == (own_customer(user("u1")), ())
    assert len(people.links) == 2, "the refused link is kept as evidence"


def test_a_shared_address_never_merges_two_users() -> None:
    people = People()
    people.see(user("u1"), email("family@example.com"))
    assert people.see(user("u2"), email("family@example.com")) == (own_customer(user("u2")), ())


def test_an_alias_merges_two_users() -> None:
    people = People()
    people.see(user("old"), device("d1"))
    assert people.see(user("new"), user("old"), alias=True) == (own_customer(user("new")), (own_customer(user("old")),))
    assert people.see(device("d1")) == (own_customer(user("new")), ())


def test_an_alias_overrules_evidence_that_was_refused() -> None:
    people = People()
    people.see(user("u1"), device("d1"))
    people.see(user("u2"), device("d1"))
    assert people.see(user("u2"), device("d1"), alias=True)[1] == (own_customer(user("u1")),)


def test_junk_names_nobody() -> None:
    people = People()
    for value in ("", "null", "0000", "undefined", "Anonymous", " - ", "[object Object]"):
        assert people.see(user(value), device("d1")) == (own_customer(device("d1")), ())
    assert resolve(people.directory, (user("null"),), Instant(0), "test") == (None, ())


def test_three_customers_become_one_in_one_event() -> None:
    people = People()
    customer_id, absorbed = people.see(device("d1"), email("a@example.com"), user("u1"))
    assert customer_id == own_customer(user("u1"))
    assert absorbed == (own_customer(device("d1")), own_customer(email("a@example.com")))


identifiers = st.one_of(
    st.sampled_from("abcd").map(user), st.sampled_from("abcd").map(device), st.sampled_from("ab").map(email)
)
sightings = st.lists(st.tuples(st.lists(identifiers, min_size=1, max_size=3), st.booleans()), max_size=20)


@given(sightings)
def test_a_directory_rebuilt_from_its_links_answers_the_same(seen: list[tuple[list[Identifier], bool]]) -> None:
    people = People()
    for each, alias in seen:
        people.see(*each, alias=alias)
    rebuilt = Directory(people.links)
    for each, _ in seen:
        for identifier in each:
            assert rebuilt.find(identifier) == people.directory.find(identifier)


@given(sightings)
def test_without_aliases_no_two_user_ids_share_a_customer(seen: list[tuple[list[Identifier], bool]]) -> None:
    people = People()
    for each, _ in seen:
        people.see(*each)
    found = [people.directory.find(user(name)) for name in "abcd"]
    assert len(set(found)) == 4


@given(sightings)
def test_who_is_absorbed_is_absorbed_once_and_never_returns(seen: list[tuple[list[Identifier], bool]]) -> None:
    people = People()
    gone: list[CustomerId] = []
    for each, alias in seen:
        customer_id, absorbed = people.see(*each, alias=alias)
        assert customer_id not in gone
        assert not set(absorbed) & set(gone)
        gone.extend(absorbed)
