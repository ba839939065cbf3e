"""Doubts: what may make an experiment say something else than it seems to, and what to do about it."""

from collections.abc import Sequence

from segue.measurement.experiments.results import Reading
from segue.measurement.experiments.units import Intake
from segue.measurement.experiments.verdicts import percent

EXPECTED_LEAST = 10.0
"""Customers with an outcome that an arm can be expected to have where it is odd that it has none: e^-10 by chance."""

EXPECTED_SHARE = 0.1
"""The share of customers with an outcome, where the other arm does not tell it."""

MANY_MIXED = 0.01
"""A share of customers in more than one arm above which a report warns."""


def doubts_about(intake: Intake) -> tuple[str, ...]:
    """Return warnings where many customers were in more than one arm, or rows may have been written twice."""
    return (*_many_mixed(intake), *_copies(intake))


def nobody_in(readings: Sequence[Reading], control: str) -> tuple[str, ...]:
    """Return a warning for each arm of whose customers nobody has an outcome, where some could be expected."""
    empty: dict[str, list[str]] = {}
    for each in readings:
        if each.kind == "ratio" or each.gate.converters:
            continue
        sides = (
            (control, each.control_mean, each.control_units, each.arm_mean),
            (each.arm, each.arm_mean, each.arm_units, each.control_mean),
        )
        for arm, mean, units, other in sides:
            share = other if each.kind == "rate" and other else EXPECTED_SHARE
            if mean == 0.0 and units * share >= EXPECTED_LEAST:
                empty[arm] = list(dict.fromkeys((*empty.get(arm, ()), each.metric)))
    return tuple(
        f"Nobody in {arm} has any {' or '.join(names)}: look whether it is recorded there before you read this."
        for arm, names in empty.items()
    )


def _many_mixed(intake: Intake) -> tuple[str, ...]:
    if intake.mixed <= MANY_MIXED * intake.units:
        return ()
    return (
        f"{percent(intake.mixed / intake.units)} of the customers were in more than one arm. Each was kept in the "
        "first one, so what the arms differ by is watered down. Look how they came into both: if the lot was drawn by "
        "device or visit, name that column with --unit.",
    )


def _copies(intake: Intake) -> tuple[str, ...]:
    if not intake.copies:
        return ()
    return (
        f"{intake.copies:,} rows are the same as another one in every column. If they were written twice, so are their "
        "amounts: take them out.",
    )
