from segue.core.arbitration.neighbours import neighbours_at
from tests.builders import NOW, contact


def test_neighbours_are_what_others_got_at_this_very_address_oldest_first() -> None:
    here, earlier = contact(NOW, "a", contact_point="0f"), contact(NOW - 1, "b", contact_point="0f")
    elsewhere = contact(NOW, "c", contact_point="1e")
    assert neighbours_at("0f", (here, elsewhere, earlier), ()) == (earlier, here)
    assert neighbours_at("2d", (here, elsewhere), ()) == ()


def test_where_there_is_no_address_there_are_no_neighbours() -> None:
    assert neighbours_at("", (contact(NOW, "a", contact_point=""),), ()) == ()


def test_a_slot_counts_once_even_where_both_customers_have_it() -> None:
    slot = contact(NOW, "a", contact_point="0f")
    assert neighbours_at("0f", (slot, slot), ()) == (slot,)
    assert neighbours_at("0f", (slot,), (slot,)) == ()


def test_what_was_only_decided_for_a_held_out_neighbour_never_reached_the_address() -> None:
    assert neighbours_at("0f", (contact(NOW, "a", contact_point="0f", state="ghost"),), ()) == ()
