"""Asking policies about logged decisions: with which probability each would have chosen what could be chosen then.

A policy sees a context and candidates with their scores, and both were logged. Of the scores, what the logging policy
believed is put aside: a candidate's total is what it is worth to most, times the factors of the moment, less what it
cost and used then, as `core.decisioning.worth` has it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.choose import SILENT, choose, lasting_worth
from segue.core.decisioning.context import Context
from segue.core.decisioning.models.factored import Factored, FactoredLearner, Shape
from segue.core.world import World
from segue.learning.frames import Frame, Option
from segue.learning.off_policy.logged import LoggedBandit, Target
from segue.learning.online import heads_of
from segue.model.assignments import AGENT, RANDOM
from segue.model.time import Instant

Array: TypeAlias = np.ndarray[Any, Any]

SILENCE = "silence"
_FACTORS = ("affinity", "preference", "context_weight")
_SLOT = "opportunity_cost"


class Asked(Struct, frozen=True, eq=False):
    """What a policy would have done.

    Attributes:
        target: (n, K) its probabilities.
        decided_by: which policies of its ladder decided how many of the decisions.
        fallbacks: why those above them did not.
    """

    target: Target
    decided_by: Mapping[str, int]
    fallbacks: Mapping[str, int]


def with_chance(frame: Frame) -> Frame:
    """Return the decisions that chance made with a probability that is known and not 1.

    Those of the standing groups ``rules`` and ``holdout`` had one outcome, and are told from the others by it.
    """
    possible = frame.options.row[frame.options.probability > 0.0]
    by_chance = np.bincount(possible, minlength=len(frame)) > 1
    return frame.take(by_chance & np.isin(frame.group, (AGENT, RANDOM)) & ~frame.is_ghost)


def as_log(frame: Frame, reward: Array) -> LoggedBandit:
    """Return the decisions of ``frame`` as arrays; actions are named ``ACTION/CHANNEL``, and ``silence``.

    Candidates of one action on one channel are one, whoever proposed them.
    """
    options, names = frame.options, _names(frame)
    places = {name: place for place, name in enumerate(names)}
    columns = np.array([places[_name(*each)] for each in zip(options.action, options.channel, strict=True)])
    logging = np.zeros((len(frame), len(names)))
    np.add.at(logging, (options.row, columns), options.probability)
    eligible = np.zeros(logging.shape, dtype=bool)
    eligible[options.row, columns] = True
    action = np.array([places[_name(*each)] for each in zip(frame.action, frame.channel, strict=True)], dtype=np.int64)
    return LoggedBandit(
        actions=names,
        x=frame.x[:, 1:],
        action=action,
        probability=logging[np.arange(len(frame)), action],
        reward=reward,
        eligible=eligible,
        logging=logging,
        unit=np.unique(frame.customer_id.astype(str), return_inverse=True)[1],
    )


def ask(frame: Frame, world: World, learned: Factored | None = None) -> Asked:
    """Return what the policy of ``world``'s agents would have done at each decision of ``frame``.

    Args:
        learned: what an online model knows; it must have learnt from other decisions than these.
    """
    names = {name: place for place, name in enumerate(_names(frame))}
    target = np.zeros((len(frame), len(names)))
    decided_by, fallbacks = Counter[str](), Counter[str]()
    for row in range(len(frame)):
        options = frame.considered[row]
        candidates = [_candidate(option, world) for option in options[:-1]]
        context = Context(
            tuple(frame.x[row].tolist()), frame.inputs, frame.slot[row], Instant(int(frame.at[row])), learned
        )
        silence, usual = _silence(options, world)
        spec, policies = world.workspace.policy, world.policies
        choice = choose(candidates, context, AGENT, spec, policies, world.seed, "", silence, usual)
        for option, probability in zip(options, choice.probabilities, strict=True):
            target[row, names[_name(option.action, option.channel)]] += probability
        decided_by[choice.policy] += 1
        if choice.fallback:
            fallbacks[choice.fallback] += 1
    return Asked(target, dict(decided_by.most_common()), dict(fallbacks.most_common()))


def learn(frame: Frame, world: World) -> Factored:
    """Return what ``world``'s online model would know after the decisions of ``frame``, with all that came of them."""
    learner = FactoredLearner(Shape(frame.inputs[:-1], tuple(heads_of(world.rewards))))
    known = [frame.objectives.index(name) if name in frame.objectives else None for name in world.rewards.objectives]
    for row in range(len(frame)):
        action, channel = str(frame.action[row]), str(frame.channel[row])
        option = frame.considered[row][int(frame.chosen[row])]
        scores = option.scores if action == option.action else {}
        amounts = [float(frame.rewards[row, place]) if place is not None else 0.0 for place in known]
        learner.observe(frame.x[row, :-1], world.arms.of(action, channel, str(frame.slot[row]), scores), amounts)
    return learner.publish()


def _candidate(option: Option, world: World) -> Scored:
    """Return a logged candidate as a policy of ``world`` would have seen it then."""
    logged = option.scores
    variant = world.variants.get((option.action, option.channel))
    if variant is None:  # a way of a journey's step, or what is no longer offered
        return Scored(option.action, option.channel, logged.get("priority", 0.0), logged.get("total", 0.0), logged)
    static = variant.scored
    cost = static.scores.get("cost", 0.0)
    worth = static.total + cost
    for factor in _FACTORS:
        worth *= logged.get(factor, 1.0)
    total = worth - cost - logged.get("price", 0.0) + logged.get("subsidy", 0.0)
    return replace(static, total=total, scores={**logged, **static.scores, "total": total})


def _silence(options: tuple[Option, ...], world: World) -> tuple[Scored, list[float]]:
    """Return what the slot was worth, in what offers are worth to most, and what the candidates are worth to most.

    The log has the slot's worth as it was to the customer: in the proportion of the best candidate as the logging
    policy saw it (`choose.slot_price`), which is undone here.
    """
    variants = [world.variants.get((option.action, option.channel)) for option in options[:-1]]
    usual = [variant.scored.total if variant is not None else 0.0 for variant in variants]
    price = options[-1].scores.get(_SLOT, 0.0)
    if not price:
        return SILENT, usual
    shares = [
        max(lasting_worth(option.scores.get("total", 0.0), option.scores), 0.0) / variant.scored.total
        for option, variant in zip(options, variants, strict=False)
        if variant is not None and variant.scored.takes_slot and variant.scored.total > 0.0
    ]
    share = max(shares, default=1.0) or 1.0
    return Scored("", "", 0.0, price / share, {_SLOT: price / share}), usual


def _names(frame: Frame) -> tuple[str, ...]:
    """Return what could be done anywhere in ``frame``, silence last."""
    pairs = {
        pair for pair in zip(frame.options.action.tolist(), frame.options.channel.tolist(), strict=True) if pair[0]
    }
    return (*sorted(_name(*pair) for pair in pairs), SILENCE)


def _name(action: str, channel: str) -> str:
    if not action:
        return SILENCE
    return f"{action}/{channel}" if channel else action
