"""Dice: chance by name, so that two arms that ask for the same thing get the same number."""

from functools import lru_cache
from hashlib import blake2b
from math import cos, exp, log, pi, sqrt


class Dice:
    """The draws of one customer of a market.

    Args:
        seed: the market's.
        number: the customer's.

    >>> Dice("town", 1).uniform("age") == Dice("town", 1).uniform("age")
    True
    """

    __slots__ = ("_market", "_own")

    def __init__(self, seed: str, number: int) -> None:
        self._market, self._own = _of_market(seed), f"{number}\x1f"

    def uniform(self, *names: str | int) -> float:
        """Return a number in [0, 1) for what ``names`` say."""
        hash_ = self._market.copy()
        hash_.update((self._own + "\x1f".join(map(str, names))).encode())
        return (int.from_bytes(hash_.digest(), "big") >> 11) / 9007199254740992.0

    def happens(self, chance: float, *names: str | int) -> bool:
        """Return whether something of probability ``chance`` happens."""
        return self.uniform(*names) < chance

    def normal(self, *names: str | int) -> float:
        """Return a standard normal number (Box and Muller 1958)."""
        radius = sqrt(-2.0 * log(1.0 - self.uniform(*names, "radius")))
        return radius * cos(2.0 * pi * self.uniform(*names, "angle"))

    def exponential(self, mean: float, *names: str | int) -> float:
        """Return an exponential number with this mean."""
        return -mean * log(1.0 - self.uniform(*names))

    def lognormal(self, median: float, sigma: float, *names: str | int) -> float:
        """Return a lognormal number; ``sigma`` is the standard deviation of its logarithm."""
        return median * exp(sigma * self.normal(*names))

    def count(self, mean: float, *names: str | int) -> int:
        """Return a Poisson number, by inversion; ``mean`` below some hundred."""
        left, chance, number = self.uniform(*names), exp(-mean), 0
        while left >= chance and chance > 0.0:
            left -= chance
            number += 1
            chance *= mean / number
        return number


@lru_cache(maxsize=8)
def _of_market(seed: str) -> blake2b:
    """Return the hash that all draws of a market begin with: one for all its customers, since it takes half a KiB."""
    return blake2b(digest_size=8, key=blake2b(seed.encode()).digest())
