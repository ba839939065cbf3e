"""Fold stated traits: of each the latest statement by event time wins; at the same instant, the later arrival."""

from collections.abc import Mapping
from typing import Any

from segue.core.expressions.runtime import as_instant
from segue.model.time import Instant


def fold_traits(
    traits: dict[str, Any],
    times: dict[str, Instant],
    stated: Mapping[str, Any],
    at: Instant,
    instants: frozenset[str],
) -> tuple[dict[str, Any], dict[str, Instant]]:
    """Return the traits, and when each was stated, after a statement made at ``at``.

    A null takes the trait away, and its time is kept so that an older statement cannot bring it back. A trait declared
    as an instant that came as text is kept as an instant; other undeclared or ill-typed traits are kept as they are.
    """
    traits, times = traits.copy(), times.copy()
    for name, value in stated.items():
        if times.get(name, at) > at:
            continue
        times[name] = at
        if value is None:
            traits.pop(name, None)
        elif name in instants and (moment := as_instant(value)) is not None:
            traits[name] = moment
        else:
            traits[name] = value
    return traits, times
