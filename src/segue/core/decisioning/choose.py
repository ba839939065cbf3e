"""Choose: ask the policy for probabilities, mix in exploration, draw. The draw is a keyed hash: it can be repeated."""

from collections.abc import Callable, Mapping, Sequence
from math import fsum

from msgspec import Struct
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.chance import draw
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies import LADDERS
from segue.core.decisioning.policy import Policy, Unready
from segue.model.assignments import RANDOM, RULES
from segue.model.workspace import PolicySpec

SILENT = Scored("", "", 0.0, 0.0)
NOBODY = "silence@1"
"""The policy of decisions that no policy could make."""


class Choice(Struct, frozen=True):
    """What was chosen among the open candidates.

    Attributes:
        index: of the chosen one; the number of open candidates for silence.
        probabilities: of each open candidate and, last, of silence.
        fallback: why the policies above the one that decided did not; "" when the first one did.
        scored: the candidates and, last, silence, with what the policy believed of them.
    """

    index: int
    probabilities: tuple[float, ...]
    policy: str
    is_exploration: bool
    draw: float
    fallback: str = ""
    scored: tuple[Scored, ...] = ()


def choose(
    candidates: Sequence[Scored],
    context: Context,
    group: str,
    spec: PolicySpec,
    policies: Mapping[str, Policy],
    seed: str,
    decision_id: str,
    silence: Scored = SILENT,
    usual: Sequence[float] = (),
) -> Choice:
    """Return the choice among ``candidates`` (all of them eligible) and ``silence``.

    The candidates are those of a slot, or the options of a journey's step, for which silence is going on otherwise.

    Args:
        group: ``random`` and ``rules`` have their own policy; everyone else gets the workspace's.
        silence: what keeping the slot brings, told in what offers are worth to most.
        usual: what the candidates are worth to most; where not given ``silence`` stands as it is.
    """
    is_standing = group in (RANDOM, RULES)
    ladder = LADDERS.get(group if is_standing else spec.name, (spec.name, RULES))
    chance = draw(seed, "choose", decision_id)
    if not candidates:
        return Choice(0, (1.0,), policies[ladder[0]].name, False, chance, scored=(silence,))
    name, open_to, favoured, fallback = _ask(
        ladder, policies, context, candidates, lambda scored: slot_price(usual, scored, silence)
    )
    explored = 0.0 if is_standing or name == NOBODY else spec.exploration
    probabilities = favoured
    if explored:
        floor = explored / len(open_to)
        probabilities = tuple([(1.0 - explored) * p + floor for p in favoured])
    index = _draw_index(probabilities, chance)
    is_exploration = favoured[index] < max(favoured)
    return Choice(index, probabilities, name, is_exploration, chance, fallback, tuple(open_to))


def failures_of(fallback: str) -> tuple[tuple[str, str], ...]:
    """Return (policy, reason in one word) for each policy that could not decide, as a decision's record tells it.

    >>> failures_of("bandit@1 no_model; propensity@1 raised ValueError")
    (('bandit', 'no_model'), ('propensity', 'raised_ValueError'))
    """
    if not fallback:
        return ()
    parts = [part.partition(" ") for part in fallback.split("; ")]
    return tuple((name.partition("@")[0], reason.replace(" ", "_")) for name, _, reason in parts)


def slot_price(usual: Sequence[float], scored: Sequence[Scored], silence: Scored) -> Scored:
    """Return ``silence`` as it is to this customer.

    What the slot brings if it is kept is told in what offers are worth to most. To a customer who answers less than
    most, later offers are worth less too, in the proportion in which the best of the present ones is (`lasting_worth`).
    """
    if not silence.total or not usual:
        return silence
    shares = [
        max(lasting_worth(now.total, now.scores), 0.0) / most
        for most, now in zip(usual, scored, strict=True)
        if now.takes_slot and most > 0.0
    ]
    if not shares:
        return silence
    total = silence.total * max(shares)
    return replace(silence, total=total, scores={"opportunity_cost": total})


def lasting_worth(total: float, scores: Mapping[str, float]) -> float:
    """Return what of a candidate's ``total`` tells of later offers too: not what it owes to this moment's context, nor
    to a target that is behind. Else both would make the slot dearer that they are to win.
    """
    granted, weight = scores.get("subsidy", 0.0), scores.get("context_weight", 1.0)
    if not granted and weight == 1.0:
        return total
    spent = scores.get("cost", 0.0) + scores.get("price", 0.0)
    return (total - granted + spent) / weight - spent


def oblige(candidates: Sequence[Scored], seed: str, decision_id: str) -> Choice:
    """Return the first of ``candidates``, for certain: what has to be sent is not weighed."""
    certain = (1.0, *(0.0 for _ in candidates))
    chance = draw(seed, "choose", decision_id)
    return Choice(0, certain, "obligation@1", False, chance, scored=(*candidates, SILENT))


def _ask(
    ladder: Sequence[str],
    policies: Mapping[str, Policy],
    context: Context,
    candidates: Sequence[Scored],
    silence_beside: Callable[[Sequence[Scored]], Scored],
) -> tuple[str, Sequence[Scored], tuple[float, ...], str]:
    """Return the first policy of ``ladder`` that can decide, what it believes and favours, and why others could not.

    Where none can, nothing is done, for certain: what is broken explores nothing either.
    """
    failed: list[str] = []
    for name in ladder:
        policy = policies[name]
        try:
            scored = policy.score(context, candidates)
            open_to = [*scored, silence_beside(scored)]
            favoured = policy.probabilities(context, open_to)
        except Unready as unready:
            failed.append(f"{policy.name} {unready.reason}")
        except Exception as error:
            # A model may fail on any customer in any way; the decision must still be made, and say why it was made so.
            failed.append(f"{policy.name} raised {type(error).__name__}")
        else:
            if _is_distribution(favoured, len(open_to)):
                return policy.name, open_to, favoured, "; ".join(failed)
            failed.append(f"{policy.name} gave no valid probabilities")
    silent = (*(0.0 for _ in candidates), 1.0)
    return NOBODY, [*candidates, silence_beside(candidates)], silent, "; ".join(failed)


def _draw_index(probabilities: Sequence[float], chance: float) -> int:
    threshold = 0.0
    last_possible = 0
    for index, probability in enumerate(probabilities):
        if probability > 0.0:
            last_possible = index
            threshold += probability
            if chance < threshold:
                return index
    return last_possible


def _is_distribution(probabilities: Sequence[float], size: int) -> bool:
    # Bounded above too, because fsum raises where huge numbers overflow. A NaN fails the comparison with the sum.
    if len(probabilities) != size or not (min(probabilities) >= 0.0 and max(probabilities) < 2.0):
        return False
    return abs(fsum(probabilities) - 1.0) < 1e-9
