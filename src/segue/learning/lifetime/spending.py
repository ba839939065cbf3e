"""Gamma-Gamma: what a customer's purchases are worth.

Fader, Hardie and Lee (2005), "RFM and CLV"; Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value":
amounts vary about each customer's mean (shape ``p``), means vary over customers (``q``, ``v``), and neither depends on
how often a customer buys.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.model.errors import SegueError

Floats: TypeAlias = npt.NDArray[np.float64]

_LEAST_CUSTOMERS = 20
_WIDEST = 15.0


class Spending(Struct, frozen=True):
    """The three parameters.

    Attributes:
        correlation: of frequency and worth among those who bought again; the model takes it to be 0.
    """

    p: float
    q: float
    v: float
    correlation: float = 0.0

    @property
    def mean(self) -> float:
        """The mean worth of a purchase over all customers; infinite where ``q`` is not above 1."""
        return self.p * self.v / (self.q - 1.0) if self.q > 1.0 else float("inf")

    def expected(self, frequency: Floats, worth: Floats) -> Floats:
        """Return the worth to expect of a purchase of each customer (n,): their own mean, drawn to everybody's."""
        mass = self.p * frequency
        return np.asarray(self.p * (self.v + frequency * worth) / (mass + self.q - 1.0))


def fit_spending(frequency: Floats, worth: Floats) -> Spending:
    """Return the parameters of the greatest likelihood, from those with a repeat purchase of a positive worth.

    Raises:
        SegueError: too few of them; no maximum was found, or one without a mean; scipy is not installed.
    """
    known = (frequency > 0) & (worth > 0)
    if known.sum() < _LEAST_CUSTOMERS:
        reason = f"Only {known.sum()} customers bought again for a positive amount: too few to learn what is spent."
        raise SegueError(reason, f"Wait for {_LEAST_CUSTOMERS} of them.")
    try:
        from scipy.optimize import minimize
        from scipy.special import gammaln
    except ImportError as error:
        raise SegueError("scipy is not installed.", "Install it: pip install 'segue[learn]'.") from error
    x, scale = frequency[known], float(worth[known].mean())
    m = worth[known] / scale

    def loss(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        terms = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        return -float((terms + (p * x - 1.0) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(x * m + v)).mean())

    found = minimize(loss, np.log([2.0, 3.0, 1.0]), method="L-BFGS-B", bounds=[(-_WIDEST, _WIDEST)] * 3)
    found = minimize(loss, found.x, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-13, "maxiter": 4000})
    p, q, v = np.exp(found.x).tolist()
    if not np.isfinite(found.fun) or np.abs(found.x).max() >= _WIDEST or q <= 1.0:
        raise SegueError("No spending model fits these amounts.", "Leave the amounts out, or look for outliers.")
    varies = len(x) > 1 and x.std() > 0 and m.std() > 0
    return Spending(p, q, v * scale, float(np.corrcoef(x, m)[0, 1]) if varies else 0.0)
