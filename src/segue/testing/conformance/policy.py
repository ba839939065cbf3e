"""What every policy must do: numbered cases, each a function that asks the policy and asserts.

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_my_policy_conforms(case):
        case.check(MyPolicy())

A policy that fails one of them is not refused at run time: `core.decisioning.choose` falls back to the rules, decision
by decision, and says so in the record.
"""

import re
from collections.abc import Callable, Sequence
from itertools import permutations
from math import fsum, isfinite

import msgspec

from segue.core.catalogue import Scored
from segue.core.decisioning.policy import Policy, Unready
from segue.core.decisioning.context import Context
from segue.model.time import DAY, Instant

SILENCE = Scored(action="", channel="", priority=0.0, total=0.0)


class Case(msgspec.Struct, frozen=True):
    """One numbered promise; ``check`` raises `AssertionError` where the policy breaks it."""

    number: str
    sentence: str
    check: Callable[[Policy], None]

    def __str__(self) -> str:
        return f"{self.number} {self.sentence}"


def _has_a_name_and_a_version(policy: Policy) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*@\S+", policy.name), f"{policy.name!r} is not NAME@VERSION"


def _gives_a_distribution(policy: Policy) -> None:
    for candidates in _CHOICES:
        probabilities = _ask(policy, candidates)
        assert isinstance(probabilities, tuple)
        assert len(probabilities) == len(candidates)
        assert all(isfinite(p) and 0.0 <= p <= 1.0 for p in probabilities)
        assert abs(fsum(probabilities) - 1.0) < 1e-9


def _keeps_silent_where_nothing_else_is_possible(policy: Policy) -> None:
    assert _ask(policy, [SILENCE]) == (1.0,)


def _says_the_same_again(policy: Policy) -> None:
    first = [_ask(policy, candidates) for candidates in _CHOICES]
    again = [_ask(policy, candidates) for candidates in reversed(_CHOICES)]
    assert first == again[::-1]


def _changes_nothing_that_it_is_shown(policy: Policy) -> None:
    candidates = list(_CHOICES[-1])
    scores = [dict(each.scores) for each in candidates]
    _ask(policy, candidates)
    assert candidates == list(_CHOICES[-1])
    assert [each.scores for each in candidates] == scores


def _favours_candidates_and_not_places(policy: Policy) -> None:
    for candidates in _CHOICES:
        if not 2 < len(candidates) < 6:
            continue
        expected = _by_name(policy, candidates)
        for order in permutations(candidates[:-1]):
            found = _by_name(policy, [*order, candidates[-1]])
            assert all(abs(found[each] - expected[each]) < 1e-9 for each in expected)


def _by_name(policy: Policy, candidates: Sequence[Scored]) -> dict[tuple[str, str], float]:
    probabilities = _ask(policy, candidates)
    return {(each.action, each.channel): p for each, p in zip(candidates, probabilities, strict=True)}


def _needs_no_knowledge(policy: Policy) -> None:
    for context in (Context(), Context(slot="message", at=_NOW)):
        candidates = _CHOICES[-1]
        try:
            probabilities = _ask(policy, candidates, context)
        except Unready as unready:
            assert re.fullmatch(r"[a-z_]+(:\S+)?", unready.reason), f"{unready.reason!r} is no word"
            continue
        assert len(probabilities) == len(candidates)
        assert abs(fsum(probabilities) - 1.0) < 1e-9


def _scores_every_candidate_in_its_place(policy: Policy) -> None:
    for candidates in _CHOICES:
        scored = policy.score(_CONTEXT, candidates[:-1])
        assert [(each.action, each.channel) for each in scored] == [(c.action, c.channel) for c in candidates[:-1]]
        assert all(isfinite(each.total) for each in scored)


def _ask(policy: Policy, candidates: Sequence[Scored], context: Context | None = None) -> tuple[float, ...]:
    about = context or _CONTEXT
    return policy.probabilities(about, [*policy.score(about, candidates[:-1]), candidates[-1]])


CASES = (
    Case("PO-01", "has a name and a version", _has_a_name_and_a_version),
    Case("PO-02", "gives each candidate one probability, and all of them sum to one", _gives_a_distribution),
    Case("PO-03", "keeps silent where nothing else is possible", _keeps_silent_where_nothing_else_is_possible),
    Case("PO-04", "says the same again when it is asked the same again", _says_the_same_again),
    Case("PO-05", "changes nothing that it is shown", _changes_nothing_that_it_is_shown),
    Case("PO-06", "favours candidates and not their places in the list", _favours_candidates_and_not_places),
    Case("PO-07", "needs no knowledge about the customer to answer, or says that it does", _needs_no_knowledge),
    Case("PO-08", "scores every candidate in its place", _scores_every_candidate_in_its_place),
)
"""The promises of `core.decisioning.policy.Policy`."""

_NOW = Instant(20_000 * DAY)
_CONTEXT = Context((1.0, 0.5, -0.25), ("one", "orders", "dose"), "message", _NOW)


def _offer(name: str, priority: float = 0.0, total: float = 0.0, channel: str = "email") -> Scored:
    return Scored(action=name, channel=channel, priority=priority, total=total)


_CHOICES: tuple[Sequence[Scored], ...] = (
    (SILENCE,),
    (_offer("only"), SILENCE),
    (_offer("costly", total=-1.0), SILENCE),
    (_offer("small", total=1.0), _offer("large", total=2.0), SILENCE),
    (_offer("urgent", 9.0, 0.1), _offer("large", 0.0, 50.0), _offer("costly", 9.0, -5.0), SILENCE),
    (_offer("tie"), _offer("tie", channel="sms"), _offer("tied"), SILENCE),
    (_offer("huge", 1e300, 1e300), _offer("tiny", -1e300, 5e-324), _offer("awful", 0.0, -1e300), SILENCE),
    (*(_offer(f"offer_{number}", float(number % 3), number / 7.0) for number in range(200)), SILENCE),
)
