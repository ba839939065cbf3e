"""What would have had to be different for another candidate to win: the smallest change of a single number of it.

A total is a product of factors less what it costs, so each factor's change follows from the gap alone. What a policy
draws by lot it draws around its favourite: a candidate "wins" where it would have been the favourite.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from segue.core.decisioning.explanation import Change
from segue.core.decisioning.policies.net import FACTORS, WANTED, charges_of, product_of
from segue.model.decisions import SILENCE, Considered, Decision, Reason

CHARGES = ("cost", "price")
_AFTER_SCORING = (None, Reason.LOST_ARBITRATION, Reason.SILENCE, Reason.HOLDOUT)


class _Terms(NamedTuple):
    """What a policy's total is made of: factors that multiply, effects with the weight at which they count."""

    factors: tuple[str, ...]
    effects: Mapping[str, float]
    is_sum: bool = False
    probabilities: Collection[str] = ()


def favourite(decision: Decision, takes_slot: Collection[tuple[str, str]] | None = None) -> Considered | None:
    """Return what the policy favoured; None for silence. See `changes_needed` for ``takes_slot``."""
    net = _nets(decision, takes_slot)
    worthwhile = [each for each in _scored(decision) if net[each.key] >= 0.0]
    return max(worthwhile, key=lambda each: _rank(each, net[each.key], decision), default=None)


def changes_needed(
    decision: Decision,
    takes_slot: Collection[tuple[str, str]] | None = None,
    weights: Mapping[str, float] | None = None,
    probabilities: Collection[str] = (),
) -> Mapping[str, tuple[Change, ...]]:
    """Return, by the key of each candidate that was not the favourite, what would have made it so, the least first.

    Each change is enough alone. Silence, where nothing else was worth its cost, would have been the favourite at
    another number of the favourite: that stands under ``silence``. What nothing alone would help has no changes.

    Args:
        takes_slot: (action, channel) of candidates that have to be worth the slot; all of them where None.
        weights: what one unit of each objective counts (`arms.weights_of`), for the bandit.
        probabilities: those of the objectives that happen or not: an effect on them is 1 at most.
    """
    if decision.policy.startswith(("random", "obligation", "silence")):
        return {}
    net, terms = _nets(decision, takes_slot), _terms_of(decision, weights or {}, probabilities)
    best = favourite(decision, takes_slot)
    others = [each for each in _scored(decision) if best is None or each.key != best.key]
    found = {each.key: _least_first(_raising(each, best, net, decision, terms)) for each in others}
    if best is not None and not any(net[each.key] >= 0.0 for each in others):
        found[SILENCE] = _least_first(_moves(best, -net[best.key], terms))
    return found


def _raising(
    each: Considered, best: Considered | None, net: Mapping[str, float], decision: Decision, terms: _Terms
) -> list[Change]:
    mine = net[each.key]
    if best is None:
        return _moves(each, -mine, terms)
    ahead = net[best.key] - mine
    if not decision.policy.startswith("rules"):
        return _moves(each, ahead, terms)
    ours, theirs = each.scores.get("priority", 0.0), best.scores.get("priority", 0.0)
    if mine < 0.0:  # the rules look at priority only among what is worth its slot
        return _moves(each, -mine if ours > theirs else ahead, terms) if ours >= theirs else []
    changes = _moves(each, ahead, terms) if ours == theirs else []
    needed = theirs if ahead < 0.0 else theirs + 1.0
    return [*changes, _change("priority", ours, needed)] if needed > ours else changes


def _terms_of(decision: Decision, weights: Mapping[str, float], probabilities: Collection[str]) -> _Terms:
    match decision.policy.partition("@")[0]:
        case "rules":
            return _Terms(("value", *FACTORS, "affinity"), {})
        case "propensity":
            return _Terms(("propensity", "value", *FACTORS), {}, probabilities=("propensity",))
        case "uplift":
            return _Terms(FACTORS, {"effect": 1.0})
        case "bandit":
            return _Terms(WANTED, weights, is_sum=True, probabilities=probabilities)
        case _:
            return _Terms((), {"response": 1.0}, is_sum=True)


def _moves(each: Considered, gap: float, terms: _Terms) -> list[Change]:
    """Return the single changes that move the candidate's total by ``gap``."""
    scores = each.scores
    changes = [
        _change(name, scores[name], scores[name] - gap) for name in CHARGES if name in scores and scores[name] >= gap
    ]
    gain = scores["total"] + charges_of(scores)
    wanted = gain + gap
    if gain > 0.0 and wanted >= 0.0:
        changes += [
            _change(name, now, now * wanted / gain) for name in terms.factors if (now := scores.get(name, 0.0)) > 0.0
        ]
    pull = product_of(scores, terms.factors)
    for name, weight in terms.effects.items():
        if name not in scores or not weight:
            continue
        now = scores[name]
        if terms.is_sum:  # the lever pulls at the sum of the effects
            changes.append(_change(name, now, now + (_pulled(wanted, pull) - _pulled(gain, pull)) / weight))
        else:
            changes.append(_change(name, now, _pulled(wanted, pull)))
    return [change for change in changes if change.name not in terms.probabilities or abs(change.needed) <= 1.0]


def _pulled(gain: float, pull: float) -> float:
    """Return what a gain was before levers made it count more."""
    return gain / pull if gain > 0.0 and pull > 0.0 else gain


def _change(name: str, now: float, needed: float) -> Change:
    return Change(name=name, now=now, needed=needed, share=abs(needed - now) / abs(now) if now else 1.0)


def _least_first(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: (change.share, change.name)))


def _scored(decision: Decision) -> list[Considered]:
    return [
        each
        for each in decision.considered
        if each.action and each.suppressed in _AFTER_SCORING and "total" in each.scores
    ]


def _bar_of(decision: Decision) -> float:
    silence = next((each for each in decision.considered if each.key == SILENCE), None)
    return silence.scores.get("opportunity_cost", 0.0) if silence is not None else 0.0


def _nets(decision: Decision, takes_slot: Collection[tuple[str, str]] | None) -> dict[str, float]:
    """Return, by key, what each scored candidate is worth beyond its slot."""
    bar = _bar_of(decision)
    return {
        each.key: each.scores["total"]
        - (bar if takes_slot is None or (each.action, each.channel) in takes_slot else 0.0)
        for each in _scored(decision)
    }


def _rank(each: Considered, net: float, decision: Decision) -> tuple[float, float, bool]:
    priority = each.scores.get("priority", 0.0) if decision.policy.startswith("rules") else 0.0
    return priority, net, each.key == decision.chosen
