"""Calibration: find the parameters of a market with which one arm shows what is known of it.

Each fact has a parameter of its own that moves it most. All are changed at once, each by its own elasticity (by how
many percent the figure moves when the parameter moves by one), which is corrected from what the change before did: a
secant step in logarithms, kept to a factor of two. Early steps may be taken with fewer customers than the last.
"""

from collections.abc import Callable, Mapping, Sequence
from math import copysign, exp, log

from msgspec import Struct

from segue.model.errors import SegueError

MOST = log(2.0)
"""The logarithm of a parameter moves by this at most in one step."""
ELASTICITY = (0.1, 3.0)
"""What a secant may say; outside of it the change was too small beside chance."""
LEAST_MOVE = 0.05
"""A smaller change of a parameter tells nothing about the elasticity."""

Run = Callable[[Mapping[str, float], int], Mapping[str, float]]
"""Takes parameters by name and a number of customers, gives figures by name."""


class Fact(Struct, frozen=True, kw_only=True):
    """Something that is known, and the parameter by which the market is made to show it.

    Attributes:
        start: the parameter's value at first.
        elasticity: what the figure is expected to do, at first.
        most: the parameter is never larger.
    """

    figure: str
    target: float
    parameter: str
    start: float
    elasticity: float = 1.0
    most: float = 1.0


class Step(Struct, frozen=True, kw_only=True):
    """One run of the arm."""

    customers: int
    parameters: dict[str, float]
    figures: dict[str, float]


def calibrate(run: Run, facts: Sequence[Fact], sizes: Sequence[int], within: float = 0.02) -> tuple[Step, ...]:
    """Return the steps that were taken; the last one is as the facts say.

    Args:
        run: runs the arm.
        sizes: customers in each step; the last size counts, and is run again until all facts are met.
        within: how far a figure may be from its target, as a share of it.

    Raises:
        SegueError: the facts were not met after four more steps of the last size.
    """
    steps: list[Step] = []
    values = {fact.parameter: fact.start for fact in facts}
    slopes = {fact.parameter: fact.elasticity for fact in facts}
    for customers in (*sizes, *[sizes[-1]] * 4):
        figures = dict(run(values, customers))
        steps.append(Step(customers=customers, parameters=values, figures=figures))
        far = [fact for fact in facts if abs(figures[fact.figure] / fact.target - 1.0) > within]
        if not far and customers == sizes[-1]:
            return tuple(steps)
        slopes = {fact.parameter: _slope(fact, slopes[fact.parameter], steps) for fact in facts}
        values = {fact.parameter: _next(fact, figures[fact.figure], slopes[fact.parameter], values) for fact in facts}
    missed = ", ".join(f"{fact.figure} {steps[-1].figures[fact.figure]:.4g} for {fact.target:.4g}" for fact in far)
    raise SegueError(
        f"The market does not show what is known: {missed}.", "Choose other parameters, or more customers."
    )


def _slope(fact: Fact, before: float, steps: Sequence[Step]) -> float:
    """Return the elasticity that the last two steps show, else what was believed before."""
    if len(steps) < 2 or steps[-1].customers != steps[-2].customers:
        return before
    moved = log(steps[-1].parameters[fact.parameter] / steps[-2].parameters[fact.parameter])
    was, now = steps[-2].figures[fact.figure], steps[-1].figures[fact.figure]
    if abs(moved) < LEAST_MOVE or min(was, now) <= 0.0:
        return before
    return min(max(log(now / was) / moved, ELASTICITY[0]), ELASTICITY[1])


def _next(fact: Fact, figure: float, slope: float, values: Mapping[str, float]) -> float:
    wanted = log(fact.target / figure) / slope if figure > 0.0 else MOST
    step = copysign(min(abs(wanted), MOST), wanted)
    return min(float(f"{values[fact.parameter] * exp(step):.4g}"), fact.most)
