"""The problem: who could get what, what it would bring, and what all of them share.

    maximise   sum of value[i, a(i)]     with at most one action a(i) for each customer i, else silence, which brings 0
    such that  sum of use[r, i, a(i)] <= limit[r]   for what is scarce (capacities, budgets)
               sum of use[r, i, a(i)] >= limit[r]   for what is promised (reach, floors for a segment)

An action uses the same of a constraint for every member of a segment, or in proportion to what it costs for this
customer. So prices turn into one table for each *kind* of customer (those of the same segments), whatever their number.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any, Literal, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.model.errors import SegueError

Floats: TypeAlias = NDArray[np.floating[Any]]
Doubles: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Whole: TypeAlias = NDArray[np.integer[Any]]

MOST_KINDS = 256
"""Segments may overlap in so many ways: for each there is a table of charges."""


class Constraint(Struct, frozen=True, kw_only=True, eq=False):
    """Something that all customers share.

    Attributes:
        limit: contacts, or an amount of money.
        sense: ``at_most`` for what is scarce, ``at_least`` for what is promised.
        counts: every contact, or what each costs.
        amounts: (K,) how much of it each action takes, in contacts or in shares of its cost; 1 of each where None.
        members: (N,) the customers whose contacts count; all where None.
    """

    name: str
    limit: float
    sense: Literal["at_most", "at_least"] = "at_most"
    counts: Literal["contacts", "cost"] = "contacts"
    amounts: Doubles | None = None
    members: Bools | None = None


class Problem(Struct, frozen=True, eq=False):
    """A checked problem of N customers, K actions, R constraints and C kinds of customer.

    Attributes:
        values: (N, K) what an action brings more than silence, net of its cost; minus infinity where it is not
            eligible. float32 or float64; all is computed in the same.
        costs: (N, K) of the same type, None where no constraint counts cost.
        kinds: (N,) which kind a customer is of.
        by_contact: (R, C, K) use of a contact.
        by_cost: (R, C, K) use for each unit of cost.
        limits: (R,)
        is_floor: (R,) the constraint is ``at_least``.
    """

    names: tuple[str, ...]
    values: Floats
    costs: Floats | None
    kinds: Whole
    by_contact: Doubles
    by_cost: Doubles
    limits: Doubles
    is_floor: Bools

    @property
    def customers(self) -> int:
        """N."""
        return int(self.values.shape[0])

    @property
    def actions(self) -> int:
        """K; as a choice it stands for silence."""
        return int(self.values.shape[1])

    def charges(self, prices: Doubles) -> tuple[Floats, Floats | None]:
        """Return (C, K) what a contact is charged at ``prices``, and for each unit of cost; in the type of values.

        What may not be used at all is charged infinity.
        """
        dtype = self.values.dtype
        flat = np.tensordot(prices, self.by_contact, 1)
        nothing = (self.limits == 0.0) & ~self.is_floor
        flat[(self.by_contact[nothing] > 0.0).any(axis=0)] = np.inf
        if self.costs is None:
            return flat.astype(dtype), None
        return flat.astype(dtype), np.tensordot(prices, self.by_cost, 1).astype(dtype)

    def uses(self, choice: Whole) -> Doubles:
        """Return (R,) how much of each constraint ``choice`` (N,) uses."""
        kinds, size = self.by_contact.shape[1], self.actions + 1
        cells = choice if kinds == 1 else self.kinds * size + choice
        contacts = np.bincount(cells, minlength=kinds * size).reshape(kinds, size)[:, :-1]
        used = np.tensordot(self.by_contact, contacts, 2)
        if self.costs is not None:
            chosen = np.flatnonzero(choice < self.actions)
            spent = self.costs[chosen, choice[chosen]].astype(np.float64)
            cost = np.bincount(cells[chosen], spent, kinds * size).reshape(kinds, size)[:, :-1]
            used += np.tensordot(self.by_cost, cost, 2)
        return used

    def part(self, rows: Whole, limits: Doubles) -> "Problem":
        """Return the problem of the customers ``rows`` with other limits."""
        costs = None if self.costs is None else self.costs[rows]
        return Problem(
            self.names,
            self.values[rows],
            costs,
            self.kinds[rows],
            self.by_contact,
            self.by_cost,
            limits,
            self.is_floor,
        )


def pose(values: Floats, constraints: Sequence[Constraint], costs: Floats | None = None) -> Problem:
    """Return the problem, checked.

    Args:
        values: (N, K), see `Problem`.
        costs: (N, K) what each action costs for each customer; needed where a constraint counts cost.

    Raises:
        SegueError: a shape does not fit, a number is not one, a limit is negative, or a floor asks for more members
            than there are.
    """
    values = _matrix(values, "values")
    if values.max(initial=-np.inf) == np.inf or np.isnan(values.max(initial=-np.inf)):
        raise SegueError("Some values are NaN or infinite.", "Give a number, or -inf for what is not eligible.")
    needs_costs = any(each.counts == "cost" for each in constraints)
    if needs_costs and costs is None:
        raise SegueError("A constraint counts cost, but no costs are given.", "Give costs of the shape of values.")
    costs = _costs(costs, values) if needs_costs and costs is not None else None
    for each in constraints:
        _check(each, *values.shape)
    kinds, members = _kinds(constraints, len(values))
    by_contact = np.zeros((len(constraints), len(members), values.shape[1]))
    by_cost = np.zeros_like(by_contact)
    for index, each in enumerate(constraints):
        target = by_contact if each.counts == "contacts" else by_cost
        amounts = np.ones(values.shape[1]) if each.amounts is None else np.asarray(each.amounts, np.float64)
        target[index] = np.outer(members[:, index], amounts)
    return Problem(
        tuple(each.name for each in constraints),
        values,
        costs,
        kinds,
        by_contact,
        by_cost,
        np.array([each.limit for each in constraints], np.float64),
        np.array([each.sense == "at_least" for each in constraints], bool),
    )


def _matrix(given: Floats, what: str) -> Floats:
    matrix = np.ascontiguousarray(given)
    if matrix.ndim != 2 or not matrix.shape[1]:
        reason = f"{what} has the shape {matrix.shape}, not (customers, actions)."
        raise SegueError(reason, "Give one row for each customer and one column for each action.")
    return matrix if matrix.dtype in (np.float32, np.float64) else matrix.astype(np.float64)


def _costs(given: Floats, values: Floats) -> Floats:
    costs = _matrix(given, "costs").astype(values.dtype, copy=False)
    if costs.shape != values.shape:
        reason = f"costs has the shape {costs.shape}, values {values.shape}."
        raise SegueError(reason, "Give one cost for each value.")
    low, high = costs.min(initial=0.0), costs.max(initial=0.0)
    if not (low >= 0.0 and high < np.inf):
        raise SegueError("Some costs are negative, NaN or infinite.", "Give a number of 0 or more.")
    return costs


def _check(each: Constraint, customers: int, actions: int) -> None:
    if not (isfinite(each.limit) and each.limit >= 0.0):
        raise SegueError(f"The limit of {each.name!r} is {each.limit}.", "Give a number of 0 or more.")
    if each.amounts is not None:
        amounts = np.asarray(each.amounts, np.float64)
        if amounts.shape != (actions,) or not np.isfinite(amounts).all() or (amounts < 0.0).any():
            reason = f"The amounts of {each.name!r} are not one number of 0 or more for each action."
            raise SegueError(reason, f"Give {actions} of them.")
    if each.members is not None and each.members.shape != (customers,):
        reason = f"The members of {each.name!r} have the shape {each.members.shape}."
        raise SegueError(reason, f"Tell of each of the {customers:,} customers whether they count.")


def _kinds(constraints: Sequence[Constraint], customers: int) -> tuple[Whole, Doubles]:
    """Return (N,) the kind of each customer, and (C, R) whether the kind's contacts count."""
    masks = [each.members for each in constraints if each.members is not None]
    if not masks:
        return np.zeros(customers, np.int16), np.ones((1, len(constraints)))
    distinct, kinds = np.unique(np.stack(masks, axis=1), axis=0, return_inverse=True)
    if len(distinct) > MOST_KINDS:
        reason = f"The segments overlap in {len(distinct):,} ways."
        raise SegueError(reason, f"Use fewer segments, so that there are at most {MOST_KINDS}.")
    members = np.ones((len(distinct), len(constraints)))
    masked = [index for index, each in enumerate(constraints) if each.members is not None]
    members[:, masked] = distinct
    return kinds.reshape(-1).astype(np.int16), members
