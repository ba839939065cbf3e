"""Outcome figures by group: lifetime value so far, time to the first conversion, cross-sell, revenue per spend."""

from typing import Any

from msgspec import Struct

from segue.core.expressions.sql_values import quoted
from segue.measurement.cohorts import kaplan_meier, log_rank, mean_difference, read_times, times_to
from segue.measurement.cohorts.results import LogRank, MeanDifference, Survival
from segue.measurement.drawing import Line, line_chart
from segue.measurement.literals import timestamp
from segue.measurement.reports.effects import ASSIGNED, BASELINES, CONTACT_COSTS, VALUE, value_events
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Section, Table, amount, percent
from segue.model.errors import SegueError
from segue.model.time import MONTH_DAYS

DRAWN_DAYS = 61


class GroupOutcome(Struct, frozen=True, kw_only=True):
    """What customers of one group came to after their first decision.

    Attributes:
        value: of all objectives a customer, before what contacts cost.
        value_a_month: the same for 30.44 days under observation.
        converting: share with at least one conversion (of any objective of worth above 0).
        again: share of those with a second one; ``kinds`` of them with two kinds of objective or more (cross-sell).
        spent: on contacts, in all; ``per_spend`` is value for each unit of it, None where nothing was spent.
    """

    group: str
    customers: int
    value: float
    value_a_month: float
    converting: float
    again: float
    kinds: float
    spent: float
    per_spend: float | None


class Outcomes(Struct, frozen=True, kw_only=True):
    """Outcome figures, and the time until the first conversion."""

    groups: tuple[GroupOutcome, ...]
    times: tuple[Survival, ...]
    log_rank: LogRank | None
    sooner: tuple[MeanDifference, ...]


def outcomes_section(period: Period) -> Section | None:
    """Return outcome figures; None where nothing counts yet."""
    good = [name for name, each in period.objectives.items() if each.value * each.weight > 0.0]
    if not good or not period.one("SELECT count(*) FROM rewards")[0]:
        return None
    groups = tuple(_group(row) for row in period.rows(_groups_query(period, good)))
    if not groups:
        return None
    outcomes = _with_times(period, groups, good)
    return Section(
        name="outcomes",
        title="What customers came to",
        lead=_lead(outcomes, period.workspace.currency),
        tables=(_table(outcomes), *_times_table(outcomes)),
        notes=(
            "Per customer with a decision in the period, from the first one on. Groups are drawn by lot, so they can "
            "be compared; whether a difference is more than chance, the section on what was caused says.",
        ),
        data=outcomes,
        drawings=tuple(_drawings(outcomes)),
    )


def _groups_query(period: Period, good: list[str]) -> str:
    names = ", ".join(map(quoted, good))
    return f"""
        WITH assigned AS (SELECT * FROM {ASSIGNED}), happened AS (
            SELECT assigned.customer_id, name, sum(amount) AS amount, count(*) FILTER (name IN ({names})) AS times
            FROM assigned JOIN {value_events(period.objectives)} AS happened USING (customer_id)
            WHERE happened."at" >= assigned."at" GROUP BY ALL
        ), spent AS (
            SELECT assigned.customer_id, sum(cost) AS cost
            FROM assigned JOIN {CONTACT_COSTS} AS costs USING (customer_id) GROUP BY ALL
        ), each AS (
            SELECT arm, assigned.customer_id, epoch({timestamp(period.end)}) - epoch(any_value("at")) AS seconds,
                coalesce(sum(amount) FILTER (name = '{VALUE}'), 0.0) AS net, coalesce(any_value(cost), 0.0) AS cost,
                coalesce(sum(times), 0) AS times, count(*) FILTER (times > 0) AS kinds
            FROM assigned LEFT JOIN happened USING (customer_id) LEFT JOIN spent USING (customer_id)
            GROUP BY arm, assigned.customer_id
        )
        SELECT arm, count(*), avg(net + cost), sum(net + cost) / greatest(sum(seconds) / 86400.0 / {MONTH_DAYS}, 1e-9),
            avg((times > 0)::INT), avg((times > 1)::INT) FILTER (times > 0), avg((kinds > 1)::INT) FILTER (times > 0),
            sum(cost), sum(net + cost) / nullif(sum(cost), 0.0)
        FROM each GROUP BY arm ORDER BY arm
    """


def _group(row: tuple[Any, ...]) -> GroupOutcome:
    group, customers, value, value_a_month, converting, again, kinds, spent, per_spend = row
    return GroupOutcome(
        group=group,
        customers=customers,
        value=value,
        value_a_month=value_a_month,
        converting=converting,
        again=again or 0.0,
        kinds=kinds or 0.0,
        spent=spent,
        per_spend=per_spend,
    )


def _with_times(period: Period, groups: tuple[GroupOutcome, ...], good: list[str]) -> Outcomes:
    names = ", ".join(map(quoted, good))
    starts = f'(SELECT customer_id, arm AS group_name, "at" FROM {ASSIGNED})'
    events = f'(SELECT customer_id, "at" FROM rewards WHERE objective IN ({names}))'
    tables = read_times(period.duck, times_to(starts, events, now=period.end))
    times = tuple(kaplan_meier(table) for table in tables.values())
    control = next((name for name in BASELINES if name in tables), None)
    if control is None or len(tables) < 2:
        return Outcomes(groups=groups, times=times, log_rank=None, sooner=())
    until = min(float(table.days[-1]) for table in tables.values())
    try:
        test = log_rank(tables)
        sooner = tuple(
            mean_difference(table, tables[control], until_days=until)
            for name, table in tables.items()
            if name != control
        )
    except SegueError:
        return Outcomes(groups=groups, times=times, log_rank=None, sooner=())
    return Outcomes(groups=groups, times=times, log_rank=test, sooner=sooner)


def _lead(outcomes: Outcomes, currency: str) -> str:
    return " ".join(
        f"{each.group}: {amount(each.value)} {currency} a customer so far, {percent(each.converting)} have converted."
        for each in outcomes.groups
    )


def _table(outcomes: Outcomes) -> Table:
    return Table(
        head=(
            "group",
            "customers",
            "value",
            "a month",
            "converted",
            "again",
            "several kinds",
            "spent",
            "value per spend",
        ),
        rows=tuple(
            (
                each.group,
                f"{each.customers:,}",
                amount(each.value),
                amount(each.value_a_month),
                percent(each.converting),
                percent(each.again),
                percent(each.kinds),
                amount(each.spent),
                amount(each.per_spend),
            )
            for each in outcomes.groups
        ),
        right=tuple(range(1, 9)),
    )


def _times_table(outcomes: Outcomes) -> tuple[Table, ...]:
    if not outcomes.sooner:
        return ()
    rows = tuple(
        (
            each.group,
            f"{each.until_days:.0f}",
            amount(each.mean_days),
            amount(each.mean_days_against),
            f"{-each.difference:+.2f}",
            f"{-each.high:+.2f} to {-each.low:+.2f}",
        )
        for each in outcomes.sooner
    )
    against = outcomes.sooner[0].against
    head = ("group", "within days", "mean days", f"{against}'s", "sooner by days", "95 %")
    return (Table(head=head, rows=rows, right=tuple(range(1, 6)), caption="Time to the first conversion"),)


def _drawings(outcomes: Outcomes) -> list[str]:
    lines = []
    for place, each in enumerate(outcomes.times):
        values = [
            1.0 - next((point.survival for point in reversed(each.points) if point.days <= day), 1.0)
            for day in range(DRAWN_DAYS)
        ]
        lines.append(Line(label=each.group, values=tuple(values), series=place % 7 + 1))
    if not lines or not any(any(line.values) for line in lines):
        return []
    days = [str(day) for day in range(DRAWN_DAYS)]
    return [line_chart(lines, title="Share who have converted, by days since the first decision", along=days)]
