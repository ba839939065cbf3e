"""Sums that do not depend on the order of their terms.

Floating-point addition rounds, so the same amounts in another order give another last digit, and a condition such as
``spend >= 100`` would depend on which of two late events came first. A sum is therefore kept as a short list of floats
that do not overlap and together hold the exact total (Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997);
`math.fsum` rounds it once, when it is read.

A decayed sum is kept exact in the same way by **forward decay** (Cormode et al., ICDE 2009): an amount that halves
every ``half_life`` since ``at`` is worth ``amount * 2 ** (at / half_life)`` in units of the year 1970. Whole powers of
two move the exponent only, which rounds nothing. The state is ``[exponent, total, partials...]``; its total is worth
``total * 2 ** (exponent - now / half_life)`` at ``now`` (`core.expressions.reading`). What has faded to 2**-100 is
forgotten, so that the list stays short; a sum reads as zero long before that could show.
"""

from collections.abc import Sequence
from math import exp2, fsum, ldexp

FADED = 2.0**-100
NEGLIGIBLE = 2.0**-60


def add_exactly(partials: Sequence[float], amount: float) -> list[float]:
    """Return non-overlapping floats whose exact sum is that of ``partials`` and ``amount``."""
    grown = []
    for partial in partials:
        if abs(amount) < abs(partial):
            amount, partial = partial, amount
        total = amount + partial
        lost = partial - (total - amount)
        if lost:
            grown.append(lost)
        amount = total
    grown.append(amount)
    return grown


def add_decayed(state: Sequence[float] | None, at: int, amount: float, half_life: int) -> list[float]:
    """Return ``state`` with an ``amount`` that halves every ``half_life`` microseconds since ``at``."""
    exponent, rest = divmod(at, half_life)
    worth = amount * exp2(rest / half_life)
    # Forgotten from the start, or the first event would keep what a later one loses, and a tie would round by order.
    added = _decayed(exponent, [worth if abs(worth) > FADED else 0.0])
    return added if state is None else merge_decayed(state, added)


def merge_decayed(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return the state of two decayed sums together."""
    if theirs[0] > ours[0]:
        ours, theirs = theirs, ours
    shift = int(theirs[0] - ours[0])
    partials = list(_partials(ours))
    for partial in _partials(theirs):
        faded = ldexp(partial, shift)
        if abs(faded) > FADED:
            partials = add_exactly(partials, faded)
    return _decayed(int(ours[0]), partials)


def _decayed(exponent: int, partials: list[float]) -> list[float]:
    """Return a state: the exponent, the total (rounded once, for readers), and the partials where there is more."""
    total = partials[0] if len(partials) == 1 else fsum(partials)
    if abs(total) < NEGLIGIBLE:
        total = 0.0
    return [exponent, total] if partials == [total] else [exponent, total, *partials]


def _partials(state: Sequence[float]) -> Sequence[float]:
    return state[2:] or state[1:]
