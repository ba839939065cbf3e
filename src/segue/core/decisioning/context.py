"""The context: what policies see of a customer at one decision, as numbers of like size.

Counts and amounts are compressed (sign(v) log(1 + |v|) / 2), times since become nearness (1 just now, 1/2 a week ago,
0 never), truths are 0 or 1, words fall into one of `BUCKETS` places each. What is missing, or is no finite number, is
0: neutral, as if nothing were known.

Beside the traits and features that a workspace names there are some of our own: the hour, how tired of contacts the
customer is (exponentially decayed counts, in all and by channel), how they answer.
"""

from collections.abc import Callable, Mapping
from math import cos, exp, isfinite, log, log1p, pi, sin
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from segue.core.chance import draw
from segue.core.expressions import Node, Scope, compile_library, parse
from segue.core.receptive import hour_of_week
from segue.core.view import Condition, View
from segue.model.catalogue import FeatureSpec
from segue.model.customers import Contact, Contacts
from segue.model.time import DAY, WEEK, Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from segue.core.decisioning.models.factored import Factored

BUCKETS = 4
MOST_INPUTS = 48
"""More traits and features than this are not taken by default: name those that matter."""

FATIGUE_HALVES = {"fatigue_12h": DAY // 2, "fatigue_3d": 3 * DAY, "fatigue_14d": 14 * DAY}
"""How long until contacts count half; those by channel, and the dose, are as those of three days."""

DOSE = "fatigue_dose"
"""The last of all values: the plain sum of contacts that halve in three days, neither compressed nor scaled."""

REPEAT_HALVES = WEEK
_LARGEST = 4.0
_LOG2 = log(2.0)
_MICROSECONDS_PER_WEEK = float(WEEK)

Reading: TypeAlias = Callable[[Any, Instant], tuple[float, ...]]


class Context(Struct, frozen=True):
    """What a policy is told beside the candidates.

    Attributes:
        values: what is known, in the order of ``names``; the first is 1.
        slot: what is decided about.
        learned: what the online learner had published at this position of the log; None where it runs not.
    """

    values: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    slot: str = ""
    at: Instant = Instant(0)
    learned: "Factored | None" = None


class ContextPlan(Struct, frozen=True):
    """How the context is read; nothing is where no policy learns.

    Attributes:
        readings: (condition, how its value becomes numbers), for each trait and feature.
        channels: those whose contacts interrupt.
    """

    names: tuple[str, ...] = ()
    readings: tuple[tuple[Condition, Reading], ...] = ()
    channels: tuple[str, ...] = ()


NOTHING_SEEN = ContextPlan()


def compile_context(workspace: Workspace, features: Mapping[str, FeatureSpec]) -> ContextPlan:
    """Return how to read the context of ``workspace``: of no values where it does not learn.

    Args:
        features: the declared ones and those behind them (`core.world.all_features`).
    """
    if not workspace.learns:
        return NOTHING_SEEN
    scope = Scope(traits={name: spec.type for name, spec in workspace.traits.items()}, features=features)
    nodes: dict[str, Node] = {}
    names, readings = ["one"], []
    for name in inputs_of(workspace):
        nodes[name] = parse(name, scope, None)
    compiled = compile_library(nodes, features)
    for name, node in nodes.items():
        reading, labels = reading_of(name, str(node.type))
        names += labels
        readings.append((compiled[name], reading))
    channels = tuple(channel.name for channel in workspace.channels if channel.family in ("message", "task"))
    names += ["hour_sin", "hour_cos", "weekend", "is_here", "known_for", *FATIGUE_HALVES]
    names += [f"fatigue_{channel}" for channel in channels]
    names += ["last_contact", "answers", DOSE]
    return ContextPlan(tuple(names), tuple(readings), channels)


def inputs_of(workspace: Workspace) -> tuple[str, ...]:
    """Return the traits and features that models see."""
    if workspace.learning.context:
        return workspace.learning.context
    traits = [name for name, spec in workspace.traits.items() if spec.type in ("number", "boolean")]
    features = [name for name, spec in workspace.features.items() if spec.kind not in ("last", "first")]
    return (*features, *traits)[:MOST_INPUTS]


def read_context(view: View, contacts: Contacts, plan: ContextPlan) -> tuple[float, ...]:
    """Return the values of ``plan`` for the customer in ``view``."""
    if not plan.names:
        return ()
    values = [1.0]
    for condition, reading in plan.readings:
        values += reading(view.value(condition), view.now)
    hour = hour_of_week(view.now, view.zone)
    turn = 2.0 * pi * (hour % 24) / 24.0
    values += (sin(turn), cos(turn), float(hour >= 120), float(view.is_here))
    values.append(1.0 - nearness(view.now - view.profile.first_seen))
    reached = tuple([contact for contact in contacts.ledger if contact.state != "ghost"])
    values += _fatigue(reached, view.now, plan.channels)
    return tuple(values)


def repeats(contacts: Contacts, action: str, now: Instant) -> float:
    """Return how recently and how often ``action`` reached the customer: each time counts half after a week.

    What is shown again wears off, and recovers with time (Yancey and Settles, "A Sleeping, Recovering Bandit Algorithm
    for Optimizing Recurring Notifications", KDD 2020).
    """
    shown = [contact for contact in contacts.ledger if contact.action == action and contact.state != "ghost"]
    return sum([_left(contact, now, REPEAT_HALVES) for contact in shown])


def reading_of(name: str, kind: str) -> tuple[Reading, list[str]]:
    """Return how a value of type ``kind`` becomes numbers, and what they are called."""
    match kind:
        case "number":
            return _number, [name]
        case "boolean":
            return _truth, [name]
        case "duration":
            return _since, [name]
        case "instant":
            return _moment, [name]
        case _:
            return _word, [f"{name}_{place}" for place in range(BUCKETS)]


def _number(value: Any, now: Instant) -> tuple[float, ...]:
    if not isinstance(value, (int, float)):
        return (0.0,)
    number = float(value) if abs(value) < 1e300 else 0.0
    if not isfinite(number):
        return (0.0,)
    compressed = min(log1p(abs(number)) / 2.0, _LARGEST)
    return (compressed if number >= 0.0 else -compressed,)


def _truth(value: Any, now: Instant) -> tuple[float, ...]:
    return (1.0 if value is True else 0.0,)


def _since(value: Any, now: Instant) -> tuple[float, ...]:
    return (nearness(value),) if isinstance(value, int) else (0.0,)


def _moment(value: Any, now: Instant) -> tuple[float, ...]:
    return (nearness(abs(now - value)),) if isinstance(value, int) else (0.0,)


def _word(value: Any, now: Instant) -> tuple[float, ...]:
    if not isinstance(value, str):
        return (0.0,) * BUCKETS
    place = int(draw("context", value) * BUCKETS)
    return tuple([float(place == each) for each in range(BUCKETS)])


def nearness(microseconds: int) -> float:
    """Return how near a moment so long ago is: 1 just now, 1/2 a week ago, 0 never."""
    return 1.0 / (1.0 + max(microseconds, 0) / _MICROSECONDS_PER_WEEK)


def _fatigue(ledger: tuple[Contact, ...], now: Instant, channels: tuple[str, ...]) -> list[float]:
    half_a_day, three_days, fortnight = FATIGUE_HALVES.values()
    doses = dict.fromkeys(channels, 0.0)
    lately = dose = long = 0.0
    answered = 0
    for contact in ledger:
        gone = -_LOG2 * max(now - contact.at, 0)
        left = exp(gone / three_days)
        lately += exp(gone / half_a_day)
        dose += left
        long += exp(gone / fortnight)
        if contact.channel in doses:
            doses[contact.channel] += left
        answered += contact.engaged_at > 0
    values = [log1p(total) for total in (lately, dose, long, *doses.values())]
    last = nearness(now - ledger[-1].at) if ledger else 0.0
    return [*values, last, (answered + 1.0) / (len(ledger) + 5.0), dose]


def _left(contact: Contact, now: Instant, halves: int) -> float:
    return exp(-_LOG2 * max(now - contact.at, 0) / halves)
