"""Seats: which of a model's blocks each arm is made of, and what the model does not know."""

from segue.core.decisioning.models.seats import seated

ROWS = ("shared", "channel:email", "action:offer", "channel:sms")


def test_blocks_stand_in_the_order_in_which_arms_name_them_behind_the_shared_one() -> None:
    seats = seated((("action:offer", "channel:sms"), (), ("channel:email", "action:offer")), ROWS)
    assert seats.names == ("shared", "action:offer", "channel:sms", "channel:email")
    assert seats.rows.tolist() == [0, 2, 3, 1]
    assert seats.arms.tolist() == [0, 0, 2, 2]
    assert seats.columns.tolist() == [1, 2, 3, 1]
    assert seats.known.all()
    assert seats.unknown == ()


def test_what_the_model_does_not_know_is_named_with_its_place() -> None:
    seats = seated((("action:offer", "action:news"), ("action:news", "repeat")), ROWS)
    assert seats.names == ("shared", "action:offer")
    assert seats.known.tolist() == [True, False, False, False]
    assert seats.unknown == ((1, 0, "action:news"), (2, 1, "action:news"), (3, 1, "repeat"))


def test_a_model_that_learns_another_block_seats_the_same_arms_anew() -> None:
    arms = (("action:news",),)
    assert seated(arms, ROWS).unknown
    assert not seated(arms, (*ROWS, "action:news")).unknown
