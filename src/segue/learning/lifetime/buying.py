"""BG/NBD: how often customers buy, and whether they still do.

Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way: while alive a customer buys at a rate that is
gamma distributed over customers (``r``, ``alpha``), and drops out after each purchase with a probability that is beta
distributed (``a``, ``b``).
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.learning.lifetime.orders import Purchases
from segue.model.errors import SegueError

Floats: TypeAlias = npt.NDArray[np.float64]

_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 0.1, 1.0, 4.0))
"""From which the search begins, ``alpha`` in mean ages."""

_STEPS = 600
_WIDEST = 7.0
"""The logarithms of parameters stay within this: where customers hardly differ the likelihood rises without end."""


class Buying(Struct, frozen=True):
    """The four parameters, in the unit of time of the purchases they were fitted to.

    Attributes:
        r, alpha: shape and rate of the gamma distribution of purchase rates.
        a, b: of the beta distribution of drop-out probabilities.
        log_likelihood: of the purchases.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def still_alive(self, purchases: Purchases) -> Floats:
        """Return P(customer still buys) at the end of the observation (n,); 1 for those without a repeat purchase."""
        x, recency, age = purchases.frequency, purchases.recency, purchases.age
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1.0) - 1.0)
        odds = odds + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        return np.asarray(np.where(x > 0, 0.5 - 0.5 * np.tanh(0.5 * odds), 1.0))

    def purchases_within(self, purchases: Purchases, horizon: float | Floats) -> Floats:
        """Return the expected purchases of each customer (n,) in the ``horizon`` after the observation.

        Equation 10 of the paper; where ``a`` is 1 its limit is taken by a step aside.
        """
        from scipy.special import hyp2f1

        a = self.a if abs(self.a - 1.0) > 1e-6 else 1.0 + 1e-6
        x, age = purchases.frequency, purchases.age
        share = horizon / (self.alpha + age + horizon)
        shape = hyp2f1(self.r + x, self.b + x, a + self.b + x - 1.0, share)
        fading = ((self.alpha + age) / (self.alpha + age + horizon)) ** (self.r + x)
        if_alive = (a + self.b + x - 1.0) / (a - 1.0) * (1.0 - fading * shape)
        return np.asarray(if_alive * self.still_alive(purchases))


def fit_buying(purchases: Purchases) -> Buying:
    """Return the parameters of the greatest likelihood; customers alike are counted together.

    Raises:
        SegueError: nobody bought twice; the purchases are impossible; scipy is not installed.
    """
    if not (purchases.frequency > 0).any():
        raise SegueError(
            "Nobody bought twice: there is nothing to learn about repeat purchases.", "Wait for more orders."
        )
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise SegueError("scipy is not installed.", "Install it: pip install 'segue[learn]'.") from error
    rows = np.column_stack((purchases.frequency, purchases.recency, purchases.age))
    alike, counts = np.unique(rows, axis=0, return_counts=True)
    scale = max(float(alike[:, 2].mean()), 1e-9)
    x, recency, age = alike[:, 0], alike[:, 1] / scale, alike[:, 2] / scale

    def loss(logs: Floats) -> float:
        return -float((counts * _log_likelihood(np.exp(logs), x, recency, age)).sum()) / float(counts.sum())

    bounds, exact = [(-_WIDEST, _WIDEST)] * 4, {"xatol": 1e-6, "fatol": 1e-12, "maxiter": _STEPS}
    near = [minimize(loss, np.log(start), method="L-BFGS-B", bounds=bounds) for start in _STARTS]
    best = minimize(loss, min(near, key=lambda each: each.fun).x, method="Nelder-Mead", bounds=bounds, options=exact)
    if not np.isfinite(best.fun):
        reason = "No purchase model fits these customers."
        raise SegueError(reason, "Look whether recencies are at most ages, and none of them below 0.")
    r, alpha, a, b = np.exp(best.x).tolist()
    log_likelihood = -float(best.fun) * float(counts.sum())
    # In units of the mean age the density of each purchase is larger by that unit.
    return Buying(r, alpha * scale, a, b, log_likelihood - float(counts @ x) * float(np.log(scale)))


def _log_likelihood(parameters: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Return the log likelihood of each customer (equation 6 of the paper), without overflow."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = parameters
    rates = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    gone = betaln(a + 1.0, b + np.maximum(x, 1.0) - 1.0) - betaln(a, b) - (r + x) * np.log(alpha + recency)
    return np.asarray(rates + np.logaddexp(alive, np.where(x > 0, gone, -np.inf)))
