from collections.abc import Sequence
from math import inf, isclose, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.chance import draw
from segue.core.decisioning.choose import SILENT, Choice, choose, slot_price
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies import STANDING
from segue.core.decisioning.policy import Policy
from segue.model.workspace import PolicySpec

OFFERS = [Scored("small", "email", 0.0, 1.0), Scored("large", "email", 0.0, 2.0)]


class Fixed:
    """Answers with the same numbers, whatever it is asked."""

    def __init__(self, *probabilities: float) -> None:
        self.name = "fixed@1"
        self.answer = probabilities

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        return candidates

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return self.answer


def chosen(
    policy: Policy,
    group: str = "agent",
    exploration: float = 0.0,
    key: str = "decision-1",
    offers: list[Scored] = OFFERS,
) -> Choice:
    spec = PolicySpec(name="fixed", exploration=exploration)
    return choose(offers, Context(), group, spec, {**STANDING, "fixed": policy}, "seed", key)


def test_the_policy_s_probabilities_the_draw_and_the_choice_are_recorded() -> None:
    assert chosen(Fixed(0.0, 1.0, 0.0)) == Choice(
        index=1,
        probabilities=(0.0, 1.0, 0.0),
        policy="fixed@1",
        is_exploration=False,
        draw=draw("seed", "choose", "decision-1"),
        fallback="",
        scored=(*OFFERS, SILENT),
    )


def test_the_same_question_has_the_same_answer() -> None:
    answers = [chosen(Fixed(0.2, 0.3, 0.5), exploration=0.1, key="decision-7") for _ in range(5)]
    assert all(answer == answers[0] for answer in answers)


def test_where_nothing_is_eligible_silence_is_certain() -> None:
    choice = chosen(Fixed(1.0), offers=[])
    assert (choice.index, choice.probabilities, choice.is_exploration) == (0, (1.0,), False)


@pytest.mark.parametrize(
    ("group", "policy"),
    [("agent", "fixed@1"), ("holdout", "fixed@1"), ("random", "random@1"), ("rules", "rules@1")],
)
def test_the_standing_groups_have_their_own_policy_and_the_held_out_the_workspace_s(group: str, policy: str) -> None:
    assert chosen(Fixed(1.0, 0.0, 0.0), group).policy == policy


@pytest.mark.parametrize("group", ["random", "rules"])
def test_the_standing_groups_do_not_explore(group: str) -> None:
    assert chosen(Fixed(), group, exploration=0.5).probabilities in {(0.0, 1.0, 0.0), (1 / 3, 1 / 3, 1 / 3)}


@pytest.mark.parametrize(
    "answer",
    [
        (),
        (1.0,),
        (0.5, 0.5),
        (0.25, 0.25, 0.25, 0.25),
        (nan, 0.5, 0.5),
        (0.5, nan, 0.5),
        (0.5, 0.5, nan),
        (nan, nan, nan),
        (inf, 0.0, 0.0),
        (inf, -inf, 1.0),
        (1e308, 1e308, 1e308),
        (-0.5, 1.0, 0.5),
        (0.5, 0.6, 0.0),
        (0.0, 0.0, 0.0),
        (0.5, 0.5 - 1e-6, 0.0),
    ],
    ids=str,
)
def test_an_answer_that_is_no_distribution_falls_back_to_the_rules_and_says_so(answer: tuple[float, ...]) -> None:
    choice = chosen(Fixed(*answer))
    assert (choice.index, choice.probabilities, choice.policy) == (1, (0.0, 1.0, 0.0), "rules@1")
    assert choice.fallback == "fixed@1 gave no valid probabilities"


@st.composite
def distributions(generate: st.DrawFn) -> tuple[float, ...]:
    weights = generate(st.lists(st.integers(0, 9), min_size=2, max_size=8).filter(any))
    return tuple(weight / sum(weights) for weight in weights)


@given(distributions(), st.sampled_from([0.0, 0.05, 0.5, 1.0]), st.text(max_size=5))
def test_the_logged_probabilities_sum_to_one_and_what_was_chosen_was_possible(
    answer: tuple[float, ...], exploration: float, key: str
) -> None:
    offers = [Scored(f"offer_{number}", "email", 0.0, 1.0) for number in range(len(answer) - 1)]
    choice = chosen(Fixed(*answer), exploration=exploration, key=key, offers=offers)
    assert len(choice.probabilities) == len(answer)
    assert isclose(sum(choice.probabilities), 1.0, abs_tol=1e-9)
    assert choice.probabilities[choice.index] > 0.0
    assert choice.is_exploration == (answer[choice.index] < max(answer))
    floor = exploration / len(answer)
    assert all(p >= floor * (1 - 1e-9) for p in choice.probabilities)


def test_silence_is_shown_to_the_policy_at_its_own_worth() -> None:
    offers = [Scored("small", "email", 0.0, 1.0, takes_slot=True), Scored("large", "email", 0.0, 2.0, takes_slot=True)]
    spec = PolicySpec(name="rules")
    for worth, expected in ((0.5, 1), (1.5, 1), (2.5, 2)):
        silence = Scored("", "", 0.0, worth)
        assert choose(offers, Context(), "agent", spec, STANDING, "seed", "decision-1", silence).index == expected


def counts_of(policy: Policy, exploration: float = 0.0, draws: int = 10_000) -> tuple[list[int], int]:
    counts, explored = [0, 0, 0], 0
    for number in range(draws):
        choice = chosen(policy, exploration=exploration, key=f"decision-{number}")
        counts[choice.index] += 1
        explored += choice.is_exploration
    return counts, explored


@pytest.mark.parametrize(
    ("answer", "exploration", "expected"),
    [
        ((0.2, 0.3, 0.5), 0.0, (0.2, 0.3, 0.5)),
        ((0.0, 1.0, 0.0), 0.3, (0.1, 0.8, 0.1)),
        ((0.5, 0.5, 0.0), 0.06, (0.49, 0.49, 0.02)),
    ],
)
def test_choices_are_drawn_as_often_as_the_logged_probabilities_say(
    answer: tuple[float, ...], exploration: float, expected: tuple[float, ...]
) -> None:
    counts, _ = counts_of(Fixed(*answer), exploration)
    wanted = [10_000 * p for p in expected]
    chi_square = sum((count - want) ** 2 / want for count, want in zip(counts, wanted, strict=True))
    assert chi_square < 13.8  # two degrees of freedom, one in a thousand; the draws are fixed


def test_exploration_is_flagged_when_it_took_another_one_than_the_best() -> None:
    counts, explored = counts_of(Fixed(0.0, 1.0, 0.0), exploration=0.3)
    assert explored == counts[0] + counts[2] > 0


def test_silence_is_possible_under_every_policy_that_explores() -> None:
    counts, _ = counts_of(STANDING["rules"], exploration=0.05, draws=2_000)
    assert counts[2] > 0


def test_what_the_policy_gives_no_chance_is_never_chosen_without_exploration() -> None:
    counts, _ = counts_of(Fixed(0.0, 0.6, 0.4), draws=5_000)
    assert counts[0] == 0


def test_what_an_offer_owes_to_the_moment_or_to_a_target_makes_its_slot_no_dearer() -> None:
    plain = Scored("offer", "email", 0.0, 8.0, {"value": 10.0, "cost": 1.0, "price": 1.0}, takes_slot=True)
    weighed = replace(plain, total=18.0, scores=plain.scores | {"context_weight": 2.0})
    granted = replace(weighed, total=21.0, scores=weighed.scores | {"subsidy": 3.0})
    kept = Scored("", "", 0.0, 5.0)
    prices = [slot_price((8.0,), (each,), kept).total for each in (plain, weighed, granted)]
    assert prices == [5.0, 5.0, 5.0]


def test_to_whom_offers_are_worth_half_a_slot_is_worth_half() -> None:
    scored = (Scored("offer", "email", 0.0, 4.0, {"affinity": 0.5}, takes_slot=True),)
    assert slot_price((8.0,), scored, Scored("", "", 0.0, 5.0)).total == 2.5
