"""Gains: which customers gain from being contacted, by what was known of them before the first decision.

A trait counts as it was stated last before a customer's first decision, so that nothing that was sent could change it.
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from segue.core.expressions.sql_values import quoted
from segue.measurement.drawing import Dot, Line, dot_plot, line_chart
from segue.measurement.experiments.results import GroupReading, GroupsReading
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Table, amount, between
from segue.model.errors import SegueError

PARTS = 4
"""Groups that a trait of numbers is cut into, of as many customers each as its values allow."""

UNKNOWN = "(not known)"
_PLACES = 20


class Gains(Struct, frozen=True):
    """What is told of the groups: a table, notes and drawings."""

    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    drawings: tuple[str, ...]


def assigned_by(period: Period, assigned: str, trait: str) -> str:
    """Return ``assigned`` (a source of customer_id, arm, at) with the column ``known``: the trait's value before ``at``
    as text, a range of it where it is a number, `UNKNOWN` where nothing was stated.

    Raises:
        SegueError: the workspace has no such trait.
    """
    declared = period.workspace.traits
    if trait not in declared:
        known = ", ".join(declared) or "none"
        raise SegueError(f"The workspace has no trait {trait!r}.", f"Its traits are {known}.")
    path = quoted(f"/traits/{trait}")
    stated = f"""(
        SELECT assigned.customer_id, any_value(arm) AS arm, any_value(assigned."at") AS "at",
            arg_max(json_extract_string(body, {path}), (told."at", seq)) FILTER (
                json_type(body, {path}) IS NOT NULL AND told."at" <= assigned."at") AS value
        FROM {assigned} AS assigned LEFT JOIN (
            SELECT coalesce(survivor, customer_id) AS customer_id, "at", seq, body
            FROM main.events LEFT JOIN survivors ON absorbed = customer_id WHERE kind IN ('identified', 'tracked')
        ) AS told USING (customer_id) GROUP BY assigned.customer_id
    )"""
    known = f"coalesce(value, '{UNKNOWN}')"
    if declared[trait].type == "number":
        edges = ", ".join(str(part / PARTS) for part in range(1, PARTS))
        cuts = period.one(f"SELECT quantile_cont(try_cast(value AS DOUBLE), [{edges}]) FROM {stated}")[0] or []
        known = _range_sql(sorted(dict.fromkeys(cuts)))
    return f'(SELECT customer_id, arm, "at", {known} AS known FROM {stated})'


def gains_of(found: tuple[GroupsReading, ...], trait: str, control: str) -> Gains:
    """Return what is told of the groups that ``trait`` makes."""
    notes = []
    drawings: list[str] = []
    for each in found:
        differ = "differs between them" if each.interaction.p < 0.05 else "is not seen to differ between them"
        words = (
            f"{each.metric} of {each.arm} by {trait}: the effect {differ} (p = {each.interaction.p:.3g}, interaction)."
        )
        if each.qini is not None:
            words += (
                f" Contacting the best groups first brings {each.qini.area:+.3g} per customer more than contacting as "
                "many at random, on average over all shares (learnt on one half of the customers, paid on the other)."
            )
            drawings.append(qini_chart(each))
        notes.append(words)
        dots = [_dot(reading) for reading in each.groups]
        if dots:
            title = f"{each.metric}, {each.arm} above {control}, by {trait}"
            drawings.insert(0, dot_plot(dots, title=title, is_difference=True))
    return Gains(tuple(_table(each, trait) for each in found), tuple(notes), tuple(drawings))


def _range_sql(cuts: list[float]) -> str:
    """Return the range of a number as text, in the order of the ranges."""
    value = "try_cast(value AS DOUBLE)"
    whens = "".join(f" WHEN {value} <= {cut!r} THEN '{place}: up to {cut:g}'" for place, cut in enumerate(cuts, 1))
    above = f"'{len(cuts) + 1}: above {cuts[-1]:g}'" if cuts else f"'{UNKNOWN}'"
    return f"CASE WHEN {value} IS NULL THEN '{UNKNOWN}'{whens} ELSE {above} END"


def _table(found: GroupsReading, trait: str) -> Table:
    return Table(
        head=(trait, "held out", found.arm, "difference", "95 % at any time", "p, adjusted", ""),
        rows=tuple(
            (
                each.group,
                f"{each.control_units:,}",
                f"{each.arm_units:,}",
                amount(each.effect.difference.value),
                between(each.effect.difference.low, each.effect.difference.high),
                f"{each.p_adjusted:.3g}",
                "" if each.gate.is_open else f"too few converters ({each.gate.converters} of {each.gate.needed})",
            )
            for each in found.groups
        ),
        right=(1, 2, 3, 4, 5),
        caption=f"{found.metric} by {trait}, as it was known before the first decision",
    )


def _dot(each: GroupReading) -> Dot:
    difference = each.effect.difference
    return Dot(label=each.group, value=difference.value, low=difference.low, high=difference.high)


def qini_chart(each: GroupsReading) -> str:
    """Return the curve of what contacting the best groups first brings, beside that of customers at random; of a
    reading that has one.
    """
    assert each.qini is not None
    shares = [place / _PLACES for place in range(_PLACES + 1)]
    along = [f"{100.0 * share:.0f} %" for share in shares]
    last = each.qini.curve[-1][1]
    return line_chart(
        [
            Line(label="best first", values=tuple(_at(each.qini.curve, share) for share in shares), series=1),
            Line(label="at random", values=tuple(last * share for share in shares), series=2),
        ],
        title=f"Gained per customer as more groups are contacted: {each.metric}, {each.arm}",
        along=along,
        axis="customers contacted",
    )


def _at(curve: Sequence[tuple[float, float]], share: float) -> float:
    """Return the curve at ``share``, on straight lines between its points."""
    for (begin, low), (end, high) in pairwise(curve):
        if share <= end:
            return low + (high - low) * (share - begin) / (end - begin)
    return curve[-1][1]
