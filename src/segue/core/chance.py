"""Chance, derived: a draw is a keyed hash of what it is for, so the same history gives the same draw."""

from hashlib import blake2b


def draw(seed: str, *parts: str | int) -> float:
    """Return a number in [0, 1), uniform over ``parts``, the same in every process.

    Args:
        seed: the workspace's seed.
        parts: what the draw is for; different parts give independent draws.

    >>> draw("seed", "holdout", "customer-1") == draw("seed", "holdout", "customer-1")
    True
    """
    key = "\x1f".join(map(str, parts)).encode()
    digest = blake2b(key, digest_size=8, key=_key(seed)).digest()
    return (int.from_bytes(digest, "big") >> 11) / 9007199254740992.0


def _key(seed: str) -> bytes:
    """Return the seed as a key, which may be 64 bytes long at most."""
    key = seed.encode()
    return key if len(key) <= 64 else blake2b(key).digest()
