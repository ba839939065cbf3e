"""Choose: ask the policy for probabilities, mix in exploration, draw. The draw is a keyed hash: it can be repeated."""

from collections.abc import Mapping, Sequence
from math import fsum

from msgspec import Struct

from segue.core.catalogue import Scored
from segue.core.chance import draw
from segue.core.decisioning.policy import Policy
from segue.core.view import View
from segue.model.assignments import RANDOM, RULES
from segue.model.workspace import PolicySpec

SILENT = Scored("", "", 0.0, 0.0)


class Choice(Struct, frozen=True):
    """What was chosen among the open candidates.

    Attributes:
        index: of the chosen one; the number of open candidates for silence.
        probabilities: of each open candidate and, last, of silence.
        fallback: why the policy asked was not used, "" when it was.
    """

    index: int
    probabilities: tuple[float, ...]
    policy: str
    is_exploration: bool
    draw: float
    fallback: str = ""


def choose(
    candidates: Sequence[Scored],
    view: View,
    group: str,
    spec: PolicySpec,
    policies: Mapping[str, Policy],
    seed: str,
    decision_id: str,
    silence: Scored = SILENT,
) -> Choice:
    """Return the choice among ``candidates`` (all of them eligible) and ``silence``.

    The candidates are those of a slot, or the options of a journey's step, for which silence is going on otherwise.

    Args:
        group: ``random`` and ``rules`` have their own policy; everyone else gets the workspace's.
    """
    policy = policies[group if group in (RANDOM, RULES) else spec.name]
    chance = draw(seed, "choose", decision_id)
    if not candidates:
        return Choice(0, (1.0,), policy.name, False, chance)
    open_to = [*candidates, silence]
    favoured, fallback = _ask(policy, view, open_to)
    if fallback:
        policy = policies[RULES]
        favoured = policy.probabilities(view, open_to)
    explored = spec.exploration if group not in (RANDOM, RULES) else 0.0
    probabilities = favoured
    if explored:
        floor = explored / len(open_to)
        probabilities = tuple([(1.0 - explored) * p + floor for p in favoured])
    index = _draw_index(probabilities, chance)
    is_exploration = favoured[index] < max(favoured)
    return Choice(index, probabilities, policy.name, is_exploration, chance, fallback)


def oblige(candidates: Sequence[Scored], seed: str, decision_id: str) -> Choice:
    """Return the first of ``candidates``, for certain: what has to be sent is not weighed."""
    certain = (1.0, *(0.0 for _ in candidates))
    return Choice(0, certain, "obligation@1", False, draw(seed, "choose", decision_id))


def _ask(policy: Policy, view: View, open_to: Sequence[Scored]) -> tuple[tuple[float, ...], str]:
    """Return the policy's probabilities, and why they cannot be used ("" when they can)."""
    try:
        favoured = policy.probabilities(view, open_to)
    except Exception as error:
        # A model may fail on any customer in any way; the decision must still be made, and say why it was made so.
        return (), f"{policy.name} raised {type(error).__name__}"
    return favoured, "" if _is_distribution(favoured, len(open_to)) else f"{policy.name} gave no valid probabilities"


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
