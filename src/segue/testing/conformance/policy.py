"""What every policy must do: numbered cases, each a function that asks the policy and asserts.

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_my_policy_conforms(case):
        case.check(MyPolicy())

A policy with a model is asked about a context that its model knows: ``case.check(policy, context)``.

A policy that fails one of them is not refused at run time: `core.decisioning.choose` falls back to the rules, decision
by decision, and says so in the record.
"""

import re
from collections.abc import Callable, Sequence
from itertools import permutations
from math import fsum, inf, isfinite, nan

import msgspec
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.choose import choose
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies import STANDING
from segue.core.decisioning.policy import MISSING_INPUT, REASONS, Policy, Unready
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec

SILENCE = Scored(action="", channel="", priority=0.0, total=0.0)
CONTEXT = Context((1.0, 0.5, 0.25), ("one", "orders", "fatigue_dose"), "message", Instant(20_000 * DAY))

EXPLORATION = 0.1
_NEARLY = 1e-9


class Case(msgspec.Struct, frozen=True):
    """One numbered promise."""

    number: str
    sentence: str
    promise: Callable[[Policy, Context], None]

    def __str__(self) -> str:
        return f"{self.number} {self.sentence}"

    def check(self, policy: Policy, context: Context = CONTEXT) -> None:
        """Raise `AssertionError` where ``policy`` breaks the promise.

        Args:
            context: one in which the policy can decide, with at least one value after the constant.
        """
        self.promise(policy, context)


def _has_a_name_and_a_version(policy: Policy, context: Context) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*@\S+", policy.name), f"{policy.name!r} is not NAME@VERSION"


def _gives_a_distribution(policy: Policy, context: Context) -> None:
    for candidates in CHOICES:
        _must_be_a_distribution(_ask(policy, candidates, context), candidates)


def _keeps_silent_where_nothing_else_is_possible(policy: Policy, context: Context) -> None:
    assert _ask(policy, [SILENCE], context) == (1.0,)


def _says_the_same_again(policy: Policy, context: Context) -> None:
    first = [_answer(policy, candidates, context) for candidates in CHOICES]
    again = [_answer(policy, candidates, context) for candidates in reversed(CHOICES)]
    assert first == again[::-1]


def _changes_nothing_that_it_is_shown(policy: Policy, context: Context) -> None:
    candidates = list(CHOICES[-1])
    scores = [dict(each.scores) for each in candidates]
    seen = replace(context, values=tuple(context.values))
    _ask(policy, candidates, context)
    assert candidates == list(CHOICES[-1])
    assert [each.scores for each in candidates] == scores
    assert context == seen


def _favours_candidates_and_not_places(policy: Policy, context: Context) -> None:
    for candidates in CHOICES:
        if not 2 < len(candidates) < 6:
            continue
        expected = _by_name(policy, candidates, context)
        for order in permutations(candidates[:-1]):
            found = _by_name(policy, [*order, candidates[-1]], context)
            for name, (total, probability) in expected.items():
                assert abs(found[name][1] - probability) < _NEARLY
                assert abs(found[name][0] - total) <= _NEARLY * max(abs(total), 1.0)


def _needs_no_knowledge(policy: Policy, context: Context) -> None:
    nobody = replace(context, values=(), names=())
    for about in (Context(), Context(slot="message", at=context.at), nobody, replace(context, learned=None)):
        _decides_or_says_why_not(policy, CHOICES[-1], about)


def _scores_every_candidate_in_its_place(policy: Policy, context: Context) -> None:
    for candidates in CHOICES:
        scored = policy.score(context, candidates[:-1])
        assert [_name(each) for each in scored] == [_name(each) for each in candidates[:-1]]
        for each in scored:
            assert isfinite(each.total)
            assert all(isfinite(score) for score in each.scores.values())


def _leaves_the_floor_to_exploration(policy: Policy, context: Context) -> None:
    spec = PolicySpec(name="asked", exploration=EXPLORATION)
    for candidates in CHOICES[1:]:
        made = choose(candidates[:-1], context, "agent", spec, {**STANDING, "asked": policy}, "seed", "d-1", SILENCE)
        assert (made.policy, made.fallback) == (policy.name, "")
        assert min(made.probabilities) >= EXPLORATION / len(candidates) * (1.0 - _NEARLY)


def _chooses_the_same_with_the_same_seed(policy: Policy, context: Context) -> None:
    spec = PolicySpec(name="asked", exploration=EXPLORATION)
    for number, candidates in enumerate(CHOICES):
        asked = (candidates[:-1], context, "agent", spec, {**STANDING, "asked": policy}, "seed", f"decision-{number}")
        assert choose(*asked, SILENCE) == choose(*asked, SILENCE)


def _answers_each_customer_alone_as_among_others(policy: Policy, context: Context) -> None:
    customers = [_someone_else(context, number) for number in range(12)]
    alone = [_answer(policy, CHOICES[-2], customer) for customer in customers]
    several = [_answer(policy, candidates, customers[0]) for candidates in CHOICES]
    among = [_answer(policy, CHOICES[-2], customer) for customer in reversed(customers)]
    assert alone == among[::-1]
    assert several == [_answer(policy, candidates, customers[0]) for candidates in CHOICES]


def _survives_what_is_no_number(policy: Policy, context: Context) -> None:
    for odd in (nan, inf, -inf, 1e308, -1e308):
        for place in range(len(context.values)):
            values = (*context.values[:place], odd, *context.values[place + 1 :])
            _decides_or_says_why_not(policy, CHOICES[-2], replace(context, values=values))
    _decides_or_says_why_not(policy, CHOICES[-2], replace(context, values=context.values[:-1]))


CASES = (
    Case("PO-01", "has a name and a version", _has_a_name_and_a_version),
    Case("PO-02", "gives each candidate one probability, and all of them sum to one", _gives_a_distribution),
    Case("PO-03", "keeps silent where nothing else is possible", _keeps_silent_where_nothing_else_is_possible),
    Case("PO-04", "says the same again when it is asked the same again", _says_the_same_again),
    Case("PO-05", "changes nothing that it is shown", _changes_nothing_that_it_is_shown),
    Case("PO-06", "favours candidates and not their places in the list", _favours_candidates_and_not_places),
    Case("PO-07", "needs no knowledge about the customer to answer, or says that it does", _needs_no_knowledge),
    Case("PO-08", "scores every candidate in its place, in finite numbers", _scores_every_candidate_in_its_place),
    Case("PO-09", "leaves every candidate its floor where the workspace explores", _leaves_the_floor_to_exploration),
    Case("PO-10", "leads to the same choice with the same seed", _chooses_the_same_with_the_same_seed),
    Case("PO-11", "answers for many customers what it answers for one", _answers_each_customer_alone_as_among_others),
    Case("PO-12", "decides about numbers that are none, or says that it cannot", _survives_what_is_no_number),
)
"""The promises of `core.decisioning.policy.Policy`."""


def _ask(policy: Policy, candidates: Sequence[Scored], context: Context) -> tuple[float, ...]:
    return _answer(policy, candidates, context)[1]


def _answer(
    policy: Policy, candidates: Sequence[Scored], context: Context
) -> tuple[tuple[Scored, ...], tuple[float, ...]]:
    scored = tuple(policy.score(context, candidates[:-1]))
    probabilities = policy.probabilities(context, [*scored, candidates[-1]])
    assert isinstance(probabilities, tuple)
    return scored, probabilities


def _decides_or_says_why_not(policy: Policy, candidates: Sequence[Scored], context: Context) -> None:
    try:
        probabilities = _ask(policy, candidates, context)
    except Unready as unready:
        _must_be_a_known_reason(unready.reason)
    else:
        _must_be_a_distribution(probabilities, candidates)


def _must_be_a_known_reason(reason: str) -> None:
    word, _, detail = reason.partition(":")
    assert word in REASONS, f"{reason!r} begins with none of {', '.join(REASONS)}"
    assert bool(detail) == (word == MISSING_INPUT), f"{reason!r}: {MISSING_INPUT} names something, nothing else does"


def _must_be_a_distribution(probabilities: Sequence[float], candidates: Sequence[Scored]) -> None:
    assert len(probabilities) == len(candidates)
    assert all(isfinite(p) and 0.0 <= p <= 1.0 for p in probabilities)
    assert abs(fsum(probabilities) - 1.0) < _NEARLY


def _by_name(
    policy: Policy, candidates: Sequence[Scored], context: Context
) -> dict[tuple[str, str], tuple[float, float]]:
    scored, probabilities = _answer(policy, candidates, context)
    return {_name(each): (each.total, p) for each, p in zip(scored, probabilities, strict=False)}


def _name(each: Scored) -> tuple[str, str]:
    return each.action, each.channel


def _someone_else(context: Context, number: int) -> Context:
    values = [value + (0.37 * number * (place + 1)) % 1.3 for place, value in enumerate(context.values[1:])]
    return replace(context, values=(*context.values[:1], *values))


def _offer(name: str, priority: float = 0.0, total: float = 0.0, channel: str = "email") -> Scored:
    scores = {"value": max(total, 0.0) + 1.0, "cost": 1.0, "priority": priority, "total": total}
    return Scored(action=name, channel=channel, priority=priority, total=total, scores=scores)


CHOICES: tuple[Sequence[Scored], ...] = (
    (SILENCE,),
    (_offer("only"), SILENCE),
    (_offer("costly", total=-1.0), SILENCE),
    (_offer("small", total=1.0), _offer("large", total=2.0), SILENCE),
    (_offer("urgent", 9.0, 0.1), _offer("large", 0.0, 50.0), _offer("costly", 9.0, -5.0), SILENCE),
    (_offer("tie"), _offer("tie", channel="sms"), _offer("tied"), SILENCE),
    (_offer("huge", 1e300, 1e300), _offer("tiny", -1e300, 5e-324), _offer("awful", 0.0, -1e300), SILENCE),
    (replace(_offer("small", total=1.0), takes_slot=True), _offer("large", total=1.5), replace(SILENCE, total=1.2)),
    (*(_offer(f"offer_{number}", float(number % 3), number / 7.0) for number in range(200)), SILENCE),
)
"""What is asked about; the last of each is silence."""
