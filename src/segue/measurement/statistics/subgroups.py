"""Subgroups: does the effect differ from group to group, and what would sending only to the best of them bring?

Interaction by Cochran's test of homogeneity (W. G. Cochran, Biometrics 10, 1954). The Qini curve of N. J. Radcliffe
("Using control groups to target on predicted lift", 2007) over groups: their order is learnt on one half of the
customers and paid on the other, so that luck is not paid twice.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from segue.measurement.quantiles import chi_square_tail
from segue.measurement.statistics.formulas import INTERACTION, QINI
from segue.measurement.statistics.means import Effect

FEWEST = 2


class Interaction(Struct, frozen=True):
    """``p``: how rarely effects of groups lie so far apart where all groups have the same effect."""

    p: float
    formula: str = INTERACTION


class Qini(Struct, frozen=True):
    """What choosing by group brings.

    ``curve``: (share of the customers, what they bring beyond the control, per customer of all), best group first, from
    (0, 0). ``area``: between the curve and the straight line to its end; 0 where the choice brings nothing.
    """

    curve: tuple[tuple[float, float], ...]
    area: float
    formula: str = QINI


def interaction(effects: Sequence[Effect]) -> Interaction:
    """Return whether the groups' effects differ; groups without a known standard error are left out."""
    known = [effect for effect in effects if effect.standard_error > 0.0]
    if len(known) < FEWEST:
        return Interaction(1.0)
    weights = [1.0 / effect.standard_error**2 for effect in known]
    values = [effect.difference.value for effect in known]
    middle = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    apart = sum(w * (v - middle) ** 2 for w, v in zip(weights, values, strict=True))
    return Interaction(chi_square_tail(apart, len(known) - 1))


def qini(learnt: Mapping[str, float], paid: Mapping[str, tuple[int, float]]) -> Qini:
    """Return the curve of the groups in the order of ``learnt``, their effects on other customers than those of
    ``paid``.

    Args:
        paid: by group how many customers it has, and the effect on one of them.
    """
    order = sorted(paid, key=lambda group: (-learnt.get(group, 0.0), group))
    total = sum(count for count, _ in paid.values())
    curve = [(0.0, 0.0)]
    for group in order:
        count, effect = paid[group]
        share, gained = curve[-1]
        curve.append((share + count / total, gained + effect * count / total))
    below = sum((b[0] - a[0]) * (a[1] + b[1]) / 2.0 for a, b in pairwise(curve))
    return Qini(tuple(curve), below - curve[-1][1] / 2.0)
