"""The base: every customer of a store against every variant that a plan could choose, through the production gate.

What is possible is asked of the gate, what it is worth of the workspace's policy, both as the engine does it; only the
prices and subsidies of shared quantities are left out, because a plan finds its own.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from segue.core.arbitration.gate import Gate
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import OBLIGED, Scored, VariantPlan
from segue.core.decisioning.assignment import assign
from segue.core.decisioning.choose import SILENT, choose
from segue.core.decisioning.worth import Worth
from segue.core.facts import Fact
from segue.core.profiles import zone_of
from segue.core.shared import SharedPlan
from segue.core.view import View
from segue.core.world import World
from segue.model.assignments import HOLDOUT
from segue.model.customers import Customer
from segue.model.decisions import Candidate, Reason
from segue.model.ids import CustomerId, DeliveryId, derive
from segue.model.time import DAY, Instant
from segue.runtimes.population import Population

Option: TypeAlias = tuple[str, str]
"""(action, channel)"""

MESSAGE = "message"


class Base(Struct, frozen=True, eq=False):
    """A base, scored.

    Attributes:
        values: (N, K) worth more than silence, net of cost; minus infinity where it is not eligible on any day.
        costs: (K,)
        possible: (N, K) the days on which the gate lets it through, as bits: 1 for the first.
        reasons: (N,) why the best that there is for a customer is not eligible; "" where something is.
        members: by target, (N,) for whom it is meant.
    """

    customer_ids: tuple[CustomerId, ...]
    options: tuple[Option, ...]
    values: NDArray[np.float64]
    costs: NDArray[np.float64]
    possible: NDArray[np.int64]
    reasons: tuple[str, ...]
    members: dict[str, NDArray[np.bool_]]


def options_of(world: World, actions: Sequence[str] = ()) -> tuple[Option, ...]:
    """Return the variants that a plan could choose, of ``actions`` or of all: contacts that nothing obliges to."""
    return tuple(
        (name, channel)
        for name, plan in world.actions.items()
        for channel, variant in plan.variants.items()
        if variant.interrupts and plan.action.category not in OBLIGED and (not actions or name in actions)
    )


def score_base(population: Population, world: World, options: Sequence[Option], days: Sequence[Instant]) -> Base:
    """Return every customer of ``population`` against ``options``; nothing is changed.

    Args:
        days: when each day of the plan begins; at most 62.
    """
    ids = tuple(population.customer_ids())
    shape = (len(ids), len(options))
    values, possible = np.full(shape, -np.inf), np.zeros(shape, np.int64)
    members = {name: np.zeros(len(ids), bool) for name in world.shared_plan.reaches}
    reasons: list[str] = []
    for row, customer_id in enumerate(ids):
        customer = population.customer(customer_id)
        seen = _Seen(customer, population.world_of(customer), options)
        for name, reach in world.shared_plan.reaches.items():
            members[name][row] = seen.view(days[0]).holds(reach.who)
        first: list[str] = []
        for number, day in enumerate(days):
            refused = seen.score(day, 1 << number, values[row], possible[row])
            first = first or refused
        reasons.append("" if possible[row].any() else _main_reason(first, world, options))
    costs = [world.variants[option].scored.scores["cost"] for option in options]
    return Base(ids, tuple(options), values, np.array(costs), possible, tuple(reasons), members)


class _Seen:
    """A customer as the engine would see them at a moment of the plan."""

    def __init__(self, customer: Customer, world: World, options: Sequence[Option]) -> None:
        self._customer, self._options = customer, options
        self._world = replace(world, shared=replace(world.shared, leases=()))
        self._group = assign(customer, world.workspace, Instant(0)).group

    def view(self, now: Instant) -> View:
        """Return what conditions may look at."""
        profile, world = self._customer.profile, self._world
        return View(profile, Fact("", {}, {}, now), now, zone_of(profile, world.workspace), world.shared)

    def score(self, now: Instant, bit: int, values: NDArray[np.float64], possible: NDArray[np.int64]) -> list[str]:
        """Write down what is possible on the day that begins at ``now``, and what it is worth on the first such day;
        return why each option is not possible, "" where it is.
        """
        if self._group == HOLDOUT:
            return [Reason.HOLDOUT] * len(self._options)
        view, customer, world = self.view(now), self._customer, self._world
        runs: dict[str, object] = {run.run_id: run for run in customer.enrollments.runs}
        ledger, memberships = customer.contacts.ledger, customer.outbox.memberships
        gate = Gate(view, customer.profile, ledger, runs, {}, world.actions, world.contact_rules, memberships)
        verdicts = gate.judge_all([_candidate(customer.customer_id, option, now) for option in self._options])
        open_to = [number for number, verdict in enumerate(verdicts) if _is_possible(verdict)]
        new = [number for number in open_to if not possible[number]]
        possible[open_to] |= bit
        if new:
            values[new] = self._worths(view, [self._options[number] for number in new])
        return ["" if verdict is None or verdict.until else str(verdict.reason) for verdict in verdicts]

    def _worths(self, view: View, options: Sequence[Option]) -> list[float]:
        """Return what the policy believes of ``options`` more than of the slot they would take."""
        world, customer = self._world, self._customer
        plan = replace(world.worth, shared=SharedPlan())  # a plan has prices of its own
        worth = Worth(view, customer.contacts, plan, world.context, world.learned)
        variants = [world.variants[option] for option in options]
        scored = [worth.of(world.actions[v.scored.action], v) for v in variants]
        choice = choose(
            *(scored, worth.context(MESSAGE), self._group, world.workspace.policy, world.policies, world.seed, "plan"),
            _silence(variants, worth, world),
            [variant.scored.total for variant in variants],
        )
        kept = choice.scored[-1].total
        return [each.total - (kept if each.takes_slot else 0.0) for each in choice.scored[:-1]]


def _silence(variants: Sequence[VariantPlan], worth: Worth, world: World) -> Scored:
    """Return what keeping the slot brings to most, as the engine weighs it against messages."""
    if not any(variant.scored.takes_slot for variant in variants):
        return SILENT
    categories = dict.fromkeys(world.actions[variant.scored.action].action.category for variant in variants)
    return max((worth.silence(category) for category in categories), key=lambda each: each.total)


def _candidate(customer_id: CustomerId, option: Option, day: Instant) -> Candidate:
    action, channel = option
    sent = DeliveryId(derive("plan", customer_id, action, channel, day))
    deadline = Instant((day // DAY + 1) * DAY - 1)
    return Candidate(f"plan/{action}/{channel}", action, channel, "plan", sent, deadline, day)


def _is_possible(verdict: Verdict | None) -> bool:
    """Tell whether the gate lets it through on this day: at once, or when it has waited for a better hour of it."""
    return verdict is None or verdict.until > 0


def _main_reason(refused: Sequence[str], world: World, options: Sequence[Option]) -> str:
    """Return the reason of the option that is worth most to most."""
    if not refused:
        return str(Reason.INELIGIBLE)
    totals = [world.variants[option].scored.total for option in options]
    return refused[int(np.argmax(totals))]
