import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies.rules import RulesPolicy

SILENCE = Scored("", "", 0.0, 0.0)


def scored(action: str, priority: float = 0.0, total: float = 0.0, channel: str = "email") -> Scored:
    return Scored(action, channel, priority, total)


def favourite(*candidates: Scored) -> str:
    probabilities = RulesPolicy().probabilities(Context(), [*candidates, SILENCE])
    assert sorted(probabilities) == [0.0] * len(candidates) + [1.0]
    best = [*candidates, SILENCE][probabilities.index(1.0)]
    return f"{best.action}/{best.channel}".strip("/")


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ((), ""),
        ((scored("a"),), "a/email"),
        ((scored("a", total=-0.01),), ""),
        ((scored("a", 9.0, -0.01), scored("b", 0.0, 0.0)), "b/email"),
        ((scored("a", 1.0, 100.0), scored("b", 2.0, 1.0)), "b/email"),
        ((scored("a", 1.0, 1.0), scored("b", 1.0, 2.0)), "b/email"),
        ((scored("a", -1.0, 1.0),), "a/email"),
        ((scored("b"), scored("a")), "a/email"),
        ((scored("a", channel="sms"), scored("a", channel="email")), "a/email"),
    ],
)
def test_priority_then_worth_then_the_name_and_silence_where_all_would_cost(
    candidates: tuple[Scored, ...], expected: str
) -> None:
    assert favourite(*candidates) == expected


def against(slot: float, *candidates: Scored) -> str:
    silence = Scored("", "", 0.0, slot)
    probabilities = RulesPolicy().probabilities(Context(), [*candidates, silence])
    return [*candidates, silence][probabilities.index(1.0)].action


def slotted(action: str, priority: float = 0.0, total: float = 0.0) -> Scored:
    return Scored(action, "email", priority, total, takes_slot=True)


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ((slotted("a", total=2.9),), ""),
        ((slotted("a", total=3.0),), "a"),
        ((slotted("a", 9.0, 2.9), slotted("b", 0.0, 3.5)), "b"),
        ((slotted("a", 9.0, 3.0), slotted("b", 0.0, 9.0)), "a"),
        ((slotted("a", total=2.9), scored("free", total=0.1)), "free"),
        ((slotted("a", total=4.0), scored("free", total=2.0)), "free"),
        ((slotted("a", total=6.0), scored("free", total=2.0)), "a"),
    ],
)
def test_what_takes_a_slot_must_be_worth_more_than_it_and_priority_ranks_among_those(
    candidates: tuple[Scored, ...], expected: str
) -> None:
    assert against(3.0, *candidates) == expected


def test_of_two_channels_of_equal_worth_the_faster_one_is_taken() -> None:
    slow = Scored("a", "email", 0.0, 1.0, latency=60)
    fast = Scored("a", "sms", 0.0, 1.0, latency=5)
    probabilities = RulesPolicy().probabilities(Context(), [slow, fast, SILENCE])
    assert probabilities == (0.0, 1.0, 0.0)


numbers = st.integers(-2, 2).map(float)
offers = st.lists(
    st.builds(scored, st.sampled_from("abc"), numbers, numbers, st.sampled_from(["email", "sms"])), max_size=6
)


@given(offers)
def test_the_favourite_is_the_greatest_of_those_that_do_not_cost(candidates: list[Scored]) -> None:
    worthwhile = [each for each in candidates if each.total >= 0]
    best = min(worthwhile, key=lambda each: (-each.priority, -each.total, each.action, each.channel), default=None)
    assert favourite(*candidates) == (f"{best.action}/{best.channel}" if best else "")
