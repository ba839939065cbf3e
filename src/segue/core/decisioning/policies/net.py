"""From what a policy believes a candidate brings to its total: what the business wants more of, cost and prices."""

from collections.abc import Mapping

WANTED = ("lever", "context_weight")
"""Scores by which a worth is multiplied because the business wants it so."""

FACTORS = (*WANTED, "lift", "preference")
"""Scores by which a worth is multiplied where the model knows no channels."""


def product_of(scores: Mapping[str, float], names: tuple[str, ...]) -> float:
    """Return the product of the scores called ``names``; those that are not there count 1."""
    product = 1.0
    for name in names:
        product *= scores.get(name, 1.0)
    return product


def wanted(gain: float, scores: Mapping[str, float], names: tuple[str, ...] = WANTED) -> float:
    """Return ``gain`` as it counts: a lever makes a gain count more, a harm neither more nor less."""
    return gain * product_of(scores, names) if gain > 0.0 else gain


def charges_of(scores: Mapping[str, float]) -> float:
    """Return what carrying a candidate out costs, with what it uses of scarce things, less what its reach is worth."""
    return scores.get("cost", 0.0) + scores.get("price", 0.0) - scores.get("subsidy", 0.0)
