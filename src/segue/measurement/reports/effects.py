"""What orchestration caused: customers whom the lot put into a group beside those whom it held out.

A customer is in the group of their first decision of the period, and all counts that came after it: intention to treat.
Looked at along the way, so intervals hold at all looks at once.
"""

from segue.core.expressions.sql_values import quoted
from segue.measurement.drawing import Dot, dot_plot
from segue.measurement.experiments.description import Experiment, Metric
from segue.measurement.experiments.reading import read_experiment
from segue.measurement.experiments.results import Reading
from segue.measurement.experiments.results import Report as Found
from segue.measurement.experiments.units import EventColumns, units_from_events
from segue.measurement.reports.gains import assigned_by, gains_of
from segue.measurement.reports.lots import check_lots
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Section, Table, amount, between, percent
from segue.model.assignments import HOLDOUT, RANDOM, RULES
from segue.model.learning import Objective

BASELINES = (HOLDOUT, RULES, RANDOM)
"""What the others are compared with: the first that has customers."""

VALUE = "value"
"""The metric of all objectives by what they are worth, less what contacts cost."""

LEAST_PLANNED = 10_000

BEFORE_DAYS = 28.0
"""What customers brought in so many days before their first decision takes noise away."""

KNOWN = "known"
"""The column of `assigned_by`."""

ASSIGNED = """(
    SELECT customer_id, arg_min("group", "at") AS arm, min("at") AS "at"
    FROM decisions WHERE policy NOT LIKE 'obligation%' GROUP BY customer_id
)"""
"""Who is in which group since when: customer_id, arm, at."""

CONTACT_COSTS = """(
    SELECT customer_id, "at" + INTERVAL 1 MICROSECOND AS "at", coalesce(map_extract_value(list_filter(
        from_json(considered, '[{"key": "VARCHAR", "scores": "MAP(VARCHAR, DOUBLE)"}]'), lambda c: c.key = chosen
    )[1].scores, 'cost'), 0.0) AS cost
    FROM decisions WHERE action <> '' AND NOT is_ghost
)"""
"""What contacts cost: customer_id, at, cost."""


def effects_section(period: Period) -> Section | None:
    """Return what each group brought beyond the baseline; None where everybody is in one group."""
    counts = dict(period.rows(f"SELECT arm, count(*) FROM {ASSIGNED} GROUP BY arm ORDER BY arm"))
    control = next((name for name in BASELINES if counts.get(name, 0) > 1), None)
    if control is None or sum(count > 1 for count in counts.values()) < 2 or not period.objectives:
        return None
    few = [name for name, count in counts.items() if count < 2]
    experiment = _experiment(period, control, counts)
    found = _read(period, experiment, few)
    gains = gains_of(found.groups, period.by, control)
    return Section(
        name="effects",
        title="What orchestration caused",
        lead=_lead(found),
        is_causal=True,
        tables=(*((_table(found),) if found.readings else ()), *gains.tables),
        notes=(*_notes(found, experiment), *gains.notes),
        data=found,
        drawings=(*_drawings(found), *gains.drawings),
    )


def value_events(objectives: dict[str, Objective]) -> str:
    """Return the source of what happened, by objective and as value less cost: customer_id, at, name, amount."""
    weighed = " ".join(f"WHEN {quoted(name)} THEN {each.value * each.weight!r}" for name, each in objectives.items())
    return f"""(
        SELECT customer_id, "at", objective AS name, amount FROM rewards
        UNION ALL
        SELECT customer_id, "at", '{VALUE}', amount * CASE objective {weighed} ELSE 0.0 END FROM rewards
        UNION ALL
        SELECT customer_id, "at", '{VALUE}', -cost FROM {CONTACT_COSTS}
    )"""


def _experiment(period: Period, control: str, counts: dict[str, int]) -> Experiment:
    objectives = period.objectives
    metrics = [Metric(metric=VALUE, kind="revenue", event=VALUE, take="sum")]
    for name, each in objectives.items():
        is_harm = each.value * each.weight < 0.0
        if each.of is None:
            metrics.append(Metric(metric=name, kind="rate", event=name, take="any", is_less_better=is_harm))
        else:
            metrics.append(Metric(metric=name, kind="revenue", event=name, take="sum", is_less_better=is_harm))
    return Experiment(
        unit="customer_id",
        arm="arm",
        control=control,
        metrics=tuple(metrics),
        primary=(VALUE,),
        before_days=BEFORE_DAYS if _has_past(period) else 0.0,
        by=KNOWN if period.by else "",
        looks="anytime",
        planned=max(sum(counts.values()), LEAST_PLANNED),
    )


def _has_past(period: Period) -> bool:
    """Tell whether anything is known of customers from before anybody was decided about: later, what a customer did
    before a first decision may have come of decisions of an earlier period.
    """
    first = period.one("SELECT min(\"at\") FROM main.decisions WHERE policy NOT LIKE 'obligation%'")[0]
    if first is None or first < period.begin:
        return False
    early = f"SELECT count(*) FROM rewards JOIN {ASSIGNED} AS assigned USING (customer_id)"
    return bool(period.one(f'{early} WHERE rewards."at" < assigned."at"')[0])


def _read(period: Period, experiment: Experiment, few: list[str]) -> Found:
    left_out = "".join(f" AND arm <> {quoted(name)}" for name in few)
    duck = period.duck
    assigned = assigned_by(period, ASSIGNED, period.by) if period.by else ASSIGNED
    duck.execute(
        f"CREATE OR REPLACE TABLE measured_assigned AS SELECT *, row_number() OVER (ORDER BY customer_id)"
        f" AS row_number__ FROM {assigned} WHERE true{left_out}"
    )
    duck.execute(f"CREATE OR REPLACE TABLE measured_happened AS SELECT * FROM {value_events(period.objectives)}")
    names = EventColumns(unit="customer_id", at="at", name="name", amount="amount", assigned_at="at")
    intake = units_from_events(duck, "measured_assigned", "measured_happened", experiment, names)
    return read_experiment(duck, experiment, intake, check_lots(period), is_plan_guessed=False)


def _lead(found: Found) -> str:
    primary = [each for each in found.readings if each.is_primary]
    if not primary:
        return found.headline
    return " ".join(f"{each.arm} beside {found.control}: {each.verdict.words.rstrip('.')}." for each in primary)


def _table(found: Found) -> Table:
    return Table(
        head=(
            "metric",
            "group",
            "customers",
            found.control,
            "group's",
            "difference",
            "95 % at any time",
            "lift",
            "verdict",
        ),
        rows=tuple(_row(each) for each in found.readings),
        right=(2, 3, 4, 5, 6, 7),
    )


def _row(each: Reading) -> tuple[str, ...]:
    difference, lift = each.effect.difference, each.effect.lift
    return (
        each.metric,
        each.arm,
        f"{each.arm_units:,}",
        amount(each.control_mean),
        amount(each.arm_mean),
        amount(difference.value),
        between(difference.low, difference.high),
        percent(lift.value) if lift is not None else "",
        each.verdict.kind.replace("_", " "),
    )


def _notes(found: Found, experiment: Experiment) -> tuple[str, ...]:
    counts = ", ".join(f"{arm} {count:,}" for arm, count in found.units.items())
    notes = [f"A customer is in the group of their first decision: {counts}."]
    if found.split is not None:
        word = "is broken" if found.split.is_broken else "holds"
        notes.append(f"The split {word} (p = {found.split.p:.3g}, {found.split.formula}).")
    if found.readings:
        notes.append(
            f"The metric {VALUE} is what all objectives are worth less what contacts cost; groups are judged by it, "
            "and the others are exploratory. Intervals hold at every look, and are shortest at "
            f"{experiment.planned:,} customers."
        )
    return (*notes, *found.notes)


def _drawings(found: Found) -> list[str]:
    dots = [
        Dot(label=f"{each.arm}, {each.metric}", value=d.value, low=d.low, high=d.high, series=place % 7 + 1)
        for place, each in enumerate(found.readings)
        if each.is_primary
        for d in (each.effect.difference,)
    ]
    return [dot_plot(dots, title=f"Value per customer above {found.control}", is_difference=True)] if dots else []
