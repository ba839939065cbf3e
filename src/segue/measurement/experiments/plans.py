"""Plans: which shares the lot was to give. A plan that nobody told is guessed only where it can be, and said to be."""

from collections.abc import Mapping

from msgspec import Struct

from segue.measurement.statistics.split import BROKEN, chi_square_p
from segue.model.errors import SegueError

NEARLY_EVEN = 0.25
"""Arms within this share of even are taken to have been planned even."""

_STEP = 0.01


class Plan(Struct, frozen=True):
    """The planned shares by arm, None where nobody knows; ``words`` say what was guessed, "" where nothing was."""

    shares: dict[str, float] | None
    words: str = ""


def plan_of(told: Mapping[str, float], units: Mapping[str, int]) -> Plan:
    """Return the planned shares of the arms.

    Args:
        told: the weights that were told, by arm; empty where none were.
        units: the customers by arm.

    Raises:
        SegueError: not every arm has a weight above 0, or one is of no arm.
    """
    if told:
        if sorted(told) != sorted(units) or min(told.values()) <= 0.0:
            reason = f"The split tells of {', '.join(sorted(told))}; the arms are {', '.join(sorted(units))}."
            raise SegueError(reason, "Give every arm a share above 0.")
        return Plan({arm: told[arm] / sum(told.values()) for arm in units})
    total, even = sum(units.values()), 1.0 / len(units)
    if all(abs(count / total / even - 1.0) <= NEARLY_EVEN for count in units.values()):
        plan, words = _even(units)
        return Plan(plan, f"Nobody told the planned split: taken to be even{words} (--split says it).")
    rounded = {arm: round(count / total / _STEP) * _STEP for arm, count in units.items()}
    seen = " : ".join(f"{count / total:.2%}" for count in units.values())
    is_plan = abs(sum(rounded.values()) - 1.0) < 1e-9 and min(rounded.values()) > 0.0
    if is_plan and chi_square_p(list(units.values()), list(rounded.values())) >= BROKEN:
        shares = " : ".join(f"{share:.0%}" for share in rounded.values())
        return Plan(rounded, f"Nobody told the planned split: taken to be {shares}, the nearest (--split says it).")
    return Plan(None, f"The split was not checked: it is {seen}, and nobody told what was planned (--split says it).")


def _even(units: Mapping[str, int]) -> tuple[dict[str, float], str]:
    """Return even shares; in whole per cent, the larger ones to the larger arms, where those fit and exact ones do not:
    a third is often typed as 34, 33 and 33.
    """
    exact, low = 1.0 / len(units), 100 // len(units)
    by_size = sorted(units, key=lambda arm: -units[arm])
    whole = {arm: (low + (place < 100 % len(units))) / 100.0 for place, arm in enumerate(by_size)}
    shares = {arm: whole[arm] for arm in units}
    counts = list(units.values())
    if chi_square_p(counts, [exact] * len(units)) >= BROKEN or chi_square_p(counts, list(shares.values())) < BROKEN:
        return dict.fromkeys(units, exact), ""
    return shares, " in whole per cent, " + " : ".join(f"{share:.0%}" for share in shares.values())
