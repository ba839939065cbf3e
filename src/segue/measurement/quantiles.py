"""Quantiles: the normal, Student, chi-square and beta distributions in closed forms and continued fractions.

Only the standard library, so that a report needs no statistics package. Tails are computed as tails: a probability of
1e-30 keeps its digits. Sources: Wichura 1988 (AS 241, the normal quantile of `statistics`), Lentz 1976 and Thompson and
Barnett 1986 (continued fractions), Abramowitz and Stegun 1964, 6.1.41 (Stirling), 6.5.29 and 6.5.31 (gamma), 26.5.8
(beta) and 26.7.1 (Student), and Hill 1970 for Student with more than 100,000 degrees of freedom.
"""

import math
from collections.abc import Callable, Iterator
from statistics import NormalDist

_TINY = 1e-300
_CLOSE = 1e-16
_STEPS_MAX = 100_000
_STIRLING_FROM = 100.0
_HILL_FROM = 1e5
_NORMAL = NormalDist()


def normal_tail(z: float) -> float:
    """Return P(Z > z) of the standard normal."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def normal_cdf(z: float) -> float:
    """Return P(Z <= z) of the standard normal."""
    return normal_tail(-z)


def normal_quantile(p: float) -> float:
    """Return z with P(Z <= z) = ``p``, for 0 < p < 1.

    normal_quantile(0.975)  # 1.959963984540054
    """
    _check_probability(p)
    return _NORMAL.inv_cdf(p)


def student_tail(t: float, freedom: float) -> float:
    """Return P(T > t) of Student's distribution with ``freedom`` > 0 degrees of freedom; infinity is the normal."""
    if math.isinf(freedom):
        return normal_tail(t)
    if freedom > _HILL_FROM:
        return normal_tail(_as_normal(t, freedom))
    square = t * t
    both = _beta_share(freedom / 2.0, 0.5, freedom / (freedom + square), square / (freedom + square))
    return both / 2.0 if t >= 0 else 1.0 - both / 2.0


def student_cdf(t: float, freedom: float) -> float:
    """Return P(T <= t) of Student's distribution with ``freedom`` degrees of freedom."""
    return student_tail(-t, freedom)


def student_quantile(p: float, freedom: float) -> float:
    """Return t with P(T <= t) = ``p``, for 0 < p < 1, of Student's distribution."""
    _check_probability(p)
    if p < 0.5:
        return -_upper_student(p, freedom)
    return _upper_student(1.0 - p, freedom)


def chi_square_tail(x: float, freedom: float) -> float:
    """Return P(X > x) of the chi-square distribution with ``freedom`` degrees of freedom, at most ten million."""
    return _gamma_shares(freedom / 2.0, x / 2.0)[1] if x > 0 else 1.0


def chi_square_cdf(x: float, freedom: float) -> float:
    """Return P(X <= x) of the chi-square distribution with ``freedom`` degrees of freedom."""
    return _gamma_shares(freedom / 2.0, x / 2.0)[0] if x > 0 else 0.0


def chi_square_quantile(p: float, freedom: float) -> float:
    """Return x with P(X <= x) = ``p``, for 0 < p < 1, of the chi-square distribution."""
    _check_probability(p)
    if p < 0.5:
        return _root(lambda x: p - chi_square_cdf(x, freedom), 0.0, max(freedom, 1.0))
    rest = 1.0 - p
    return _root(lambda x: chi_square_tail(x, freedom) - rest, 0.0, max(2.0 * freedom, 1.0))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return P(B <= x) of the beta distribution with parameters ``a``, ``b`` > 0."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    return _beta_share(a, b, x, 1.0 - x)


def beta_quantile(p: float, a: float, b: float) -> float:
    """Return x with P(B <= x) = ``p``, for 0 < p < 1, of the beta distribution (Clopper-Pearson bounds are two)."""
    _check_probability(p)
    return _root(lambda x: p - beta_cdf(x, a, b), 0.0, 1.0)


def log_beta(a: float, b: float) -> float:
    """Return the logarithm of the beta function, exact to 1e-13 also where one parameter is in the millions."""
    small, large = sorted((a, b))
    return math.lgamma(small) - _log_gamma_ratio(large, small)


def _as_normal(t: float, freedom: float) -> float:
    """Return the normal value with the tail of Student's ``t``, to 1e-12 from 100,000 degrees of freedom on."""
    less = freedom - 0.5
    size = math.sqrt(less * math.log1p(t * t / freedom))
    return math.copysign(size + (size**3 + 3.0 * size) / (48.0 * less * less), t)


def _upper_student(rest: float, freedom: float) -> float:
    """Return t >= 0 with P(T > t) = ``rest`` <= 1/2."""
    if rest == 0.5:
        return 0.0
    if math.isinf(freedom):
        return -_NORMAL.inv_cdf(rest)
    return _root(lambda t: student_tail(t, freedom) - rest, 0.0, 2.0)


def _beta_share(a: float, b: float, x: float, y: float) -> float:
    """Return the regularised incomplete beta function at ``x``; ``y`` is 1 - x, given so that it loses no digits."""
    if x <= 0.0 or y <= 0.0:
        return float(y <= 0.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _beta_share(b, a, y, x)
    log_x, log_y = _log_of_share(x, y), _log_of_share(y, x)
    front = math.exp(a * log_x + b * log_y - log_beta(a, b)) / a
    return front * _continued_fraction(_beta_terms(a, b, x))


def _beta_terms(a: float, b: float, x: float) -> Iterator[tuple[float, float]]:
    yield 1.0, 1.0
    step = 0
    while True:
        yield -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1.0)), 1.0
        step += 1
        yield step * (b - step) * x / ((a + 2 * step - 1.0) * (a + 2 * step)), 1.0


def _gamma_shares(a: float, x: float) -> tuple[float, float]:
    """Return the regularised lower and upper incomplete gamma functions."""
    front = math.exp(a * math.log(x) - x - math.lgamma(a)) if a < _STIRLING_FROM else _large_gamma_front(a, x)
    if x < a + 1.0:
        lower = front * _gamma_series(a, x)
        return lower, 1.0 - lower
    upper = front * _continued_fraction(_gamma_terms(a, x))
    return 1.0 - upper, upper


def _large_gamma_front(a: float, x: float) -> float:
    """Return x**a exp(-x) / gamma(a) without the difference of large numbers."""
    excess = (x - a) / a
    return math.sqrt(a / (2.0 * math.pi)) * math.exp(a * (math.log1p(excess) - excess) - _stirling(a))


def _gamma_series(a: float, x: float) -> float:
    term = total = 1.0 / a
    for step in range(1, _STEPS_MAX):
        term *= x / (a + step)
        total += term
        if term < total * _CLOSE:
            return total
    raise AssertionError("the series of the gamma function did not converge")


def _gamma_terms(a: float, x: float) -> Iterator[tuple[float, float]]:
    yield 1.0, x + 1.0 - a
    step = 1
    while True:
        yield -step * (step - a), x + 2.0 * step + 1.0 - a
        step += 1


def _continued_fraction(terms: Iterator[tuple[float, float]]) -> float:
    """Return a1 / (b1 + a2 / (b2 + ...)) by Lentz's method."""
    value = ratio_up = _TINY
    ratio_down = 0.0
    for _, (a, b) in zip(range(_STEPS_MAX), terms, strict=False):
        ratio_down = 1.0 / _not_zero(b + a * ratio_down)
        ratio_up = _not_zero(b + a / ratio_up)
        change = ratio_up * ratio_down
        value *= change
        if abs(change - 1.0) < 4 * _CLOSE:
            return value
    raise AssertionError("the continued fraction did not converge")


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _log_of_share(share: float, rest: float) -> float:
    return math.log(share) if share < 0.5 else math.log1p(-rest)


def _log_gamma_ratio(a: float, b: float) -> float:
    """Return log(gamma(a + b) / gamma(a)) for b <= a, without the difference of large numbers."""
    if a < _STIRLING_FROM:
        return math.lgamma(a + b) - math.lgamma(a)
    return (a - 0.5) * math.log1p(b / a) + b * math.log(a + b) - b + _stirling(a + b) - _stirling(a)


def _stirling(a: float) -> float:
    """Return log(gamma(a)) less its leading terms, (a - 1/2) log(a) - a + log(2 pi) / 2."""
    square = 1.0 / (a * a)
    return (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / a


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function is zero, by the Illinois method (Dowell and Jarratt 1971) with halvings between;
    ``high`` is doubled until it is beyond.
    """
    above, below = falling(low), falling(high)
    while below > 0.0:
        low, above, high = high, below, 2.0 * high
        below = falling(high)
    last_above = False
    for step in range(2000):
        line = high - below * (high - low) / (below - above)
        middle = line if step % 3 < 2 and low < line < high else (low + high) / 2.0
        if not low < middle < high or high - low <= 4 * _CLOSE * high:
            break
        value = falling(middle)
        if value > 0.0:
            low, above, below = middle, value, below / 2.0 if last_above else below
        else:
            high, below, above = middle, value, above if last_above else above / 2.0
        last_above = value > 0.0
    return high


def _check_probability(p: float) -> None:
    assert 0.0 < p < 1.0, f"a quantile is of a probability between 0 and 1, not {p}"
