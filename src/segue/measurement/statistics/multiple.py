"""Multiple: p-values of several comparisons, so that many looks at nothing do not find something.

`holm`: S. Holm, Scandinavian Journal of Statistics 6, 1979: one false finding at most, `alpha` of the time.
`benjamini_hochberg`: Y. Benjamini, Y. Hochberg, JRSS B 57, 1995: that share of the findings is false.
"""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values in the order given; those below alpha are found."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(order), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[place]))
        adjusted[place] = highest
    return tuple(adjusted)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values in the order given; those below q are found, a share q of them falsely."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    adjusted, lowest = [0.0] * len(order), 1.0
    for behind, place in enumerate(order):
        lowest = min(lowest, p_values[place] * len(order) / (len(order) - behind))
        adjusted[place] = lowest
    return tuple(adjusted)
