import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.model.consents import ANY, Consent, latest_word
from segue.model.time import Instant
from tests.builders import reread, stored


def word(channel: str, purpose: str, granted: bool, at: int) -> Consent:
    return Consent(channel, purpose, granted, Instant(at))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], None),
        ([word("sms", "marketing", True, 1)], None),
        ([word("email", "service", True, 1)], None),
        ([word("email", "marketing", True, 1)], True),
        ([word(ANY, "marketing", True, 1)], True),
        ([word("email", ANY, False, 1)], False),
        ([word(ANY, ANY, False, 1)], False),
        ([word("email", "marketing", True, 1), word(ANY, ANY, False, 2)], False),
        ([word(ANY, ANY, False, 1), word("email", "marketing", True, 2)], True),
        ([word("email", "marketing", True, 2), word("email", "marketing", False, 1)], True),
        ([word("email", "marketing", True, 1), word("email", "marketing", False, 1)], False),
        ([word("email", "marketing", False, 1), word(ANY, "marketing", True, 1)], False),
    ],
)
def test_the_latest_applicable_word_decides(said: list[Consent], expected: bool | None) -> None:
    found = latest_word(tuple(said), "email", "marketing")
    assert (found.granted if found else None) == expected


words = st.builds(
    word, st.sampled_from(["email", "sms", ANY]), st.sampled_from(["marketing", ANY]), st.booleans(), st.integers(0, 3)
)


@given(st.lists(words, max_size=6).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_order_in_which_words_arrived_does_not_matter(orders: tuple[list[Consent], list[Consent]]) -> None:
    found, again = (latest_word(tuple(said), "email", "marketing") for said in orders)
    assert (found and (found.at, found.granted)) == (again and (again.at, again.granted))


def test_a_word_is_read_as_it_was_written() -> None:
    said = Consent("email", ANY, False, Instant(7), "one_click")
    assert reread(said) == said


def test_a_word_written_without_a_source_is_still_readable() -> None:
    assert stored(Consent, ["email", "*", True, 7]) == Consent("email", ANY, True, Instant(7), source="")
