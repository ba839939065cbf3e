"""Learns how tightly a regression's weights are held, from the weights: most inputs mean nothing, some mean much.

Weights of a family are Cauchy around 0 (Student's t with one degree of freedom), with one width for the family: each
weight has a variance of its own, and these scatter around the width (global and local shrinkage; Carvalho, Polson and
Scott, Biometrika 2010). So a weight that the rows speak for is hardly held, however tight its family, and those of junk
are held the tighter the more there are of them. Variances and widths are found by expectation and maximisation around
Laplace's approximation (Tipping, Journal of Machine Learning Research 2001).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_FREEDOM = 1.0
"""Degrees of freedom: 1 is a Cauchy distribution; many would hold all weights of a family alike."""

_TOLD = 0.5
"""So many weights count as much for the width of a family as what was told of it."""


class Shrinkage:
    """Variances of weights, told at first and learnt round by round.

    Args:
        family: of each weight, 0 and up; shape (p,).
        variance: told of each weight, above 0; shape (p,).
    """

    def __init__(self, family: NDArray[np.intp], variance: Floats) -> None:
        self._family = family
        self._count = np.bincount(family)
        present = np.maximum(self._count, 1)
        self._told = np.maximum(np.bincount(family, variance) / present, 1e-300)
        self._width = np.where(self._count > 0, self._told, 1.0)

    def learn(self, squares: Floats) -> Floats:
        """Return the precision of each weight, shape (p,).

        Args:
            squares: expected square of each weight, its variance included; shape (p,).
        """
        precision = np.bincount(self._family, self._precision(squares))
        self._width = (self._count + _TOLD) / (precision + _TOLD / self._told)
        return self._precision(squares)

    def _precision(self, squares: Floats) -> Floats:
        return np.asarray((_FREEDOM + 1.0) / (squares + _FREEDOM * self._width[self._family]))
