"""An experiment as people read it: on the screen and in Markdown."""

from math import isfinite

from segue.cli.console import columns, paint, plural
from segue.cli.experiment_files import Answer
from segue.measurement.experiments.results import GroupsReading, Reading, Report
from segue.measurement.experiments.verdicts import ADJUSTMENTS, ends, number, size
from segue.measurement.statistics.means import Effect, Interval

FORMULAS = "docs/reference/formulas.md"
HEAD = ("metric", "arm", "control", "arm's", "difference", "95 % interval", "lift", "95 % interval", "p", "formula")


def report_lines(answer: Answer) -> list[str]:
    """Return the report as lines of text."""
    report = answer.report
    lines = [paint(line, "bold") for line in headlines(report)]
    lines += [paint(f"Warning: {line}", "yellow") for line in report.warnings]
    lines += ["", *intake_lines(answer)]
    if report.readings:
        lines += ["", *(f"  {line}" for line in columns([HEAD, *map(row_of, report.readings)], right=range(2, 9)))]
        lines += ["", *verdict_lines(report)]
    for groups in report.groups:
        lines += ["", *group_lines(report.by, groups)]
    return [*lines, "", f"Formulas: {FORMULAS}"]


def markdown(answer: Answer) -> str:
    """Return the report as a Markdown page."""
    report = answer.report
    lines = ["# What the experiment says", "", *(f"**{line}**\n" for line in headlines(report))]
    lines += [f"Warning: {line}\n" for line in report.warnings]
    lines += [f"- {line}" for line in intake_lines(answer)]
    if report.readings:
        lines += ["", *_table(HEAD, [row_of(each) for each in report.readings]), ""]
        lines += [f"- {line}" for line in verdict_lines(report)]
    for groups in report.groups:
        head, *rest = group_lines(report.by, groups)
        lines += ["", f"## {head}", "", *_table(GROUP_HEAD, group_rows(groups)), "", *rest[len(groups.groups) + 1 :]]
    return "\n".join([*lines, "", f"Each formula is explained in {FORMULAS}.", ""])


def headlines(report: Report) -> list[str]:
    """Return what may be concluded of each primary metric, or that the split is broken."""
    return (
        [report.headline]
        if not report.readings
        else [
            f"{each.arm} beside {report.control}, {each.metric}: {each.verdict.words}"
            for each in report.readings
            if each.is_primary
        ]
    )


def intake_lines(answer: Answer) -> list[str]:
    """Return how the file was understood, and what was odd about it."""
    report, intake = answer.report, answer.report.intake
    lines = [f"Guessed: {guess}" for guess in answer.guesses]
    lines += [f"Left out: {each}" for each in answer.left_out]
    arms = ", ".join(f"{arm} {count:,}" for arm, count in report.units.items())
    lines.append(f"{plural(intake.rows, 'row')}, {plural(intake.units, 'customer')}: {arms}; control {report.control}")
    if report.split is not None:
        word = "is broken" if report.split.is_broken else "holds"
        lines.append(f"The split {word}: p = {max(report.split.p, 1e-300):.3g} ({report.split.formula})")
    said = (
        (intake.mixed, "customer", "in more than one arm: they stay in their first one"),
        (intake.repeated, "row", "about a customer who was already there: added up"),
        (intake.unassigned, "row", "without an arm or a customer: left out"),
        (intake.early, "event", "before the assignment: not counted as outcomes"),
        (intake.strangers, "event", "of nobody assigned: left out"),
        (intake.open_windows, "customer", "whose days are not over: counted as they stand"),
    )
    lines += [f"{plural(count, noun)} {what}" for count, noun, what in said if count]
    lines += [_missing(name, count, name in intake.unsure) for name, count in intake.missing.items()]
    if report.looks == "anytime":
        planned = f"{answer.experiment.planned:,}"
        lines.append(f"Intervals hold at all looks at once, shortest at {planned} customers (--planned; always-valid)")
    return [*lines, *report.notes]


def _missing(name: str, count: int, is_unsure: bool) -> str:
    unsure = "; others say 0, so if nobody knows what these did, leave their rows out" if is_unsure else ""
    return f"{plural(count, 'outcome')} of {name} missing: taken as 0{unsure}"


def row_of(each: Reading) -> tuple[str, ...]:
    """Return the cells of a reading below `HEAD`."""
    effect, lift = each.effect, each.effect.lift
    return (
        each.metric,
        each.arm,
        number(each.control_mean),
        number(each.arm_mean),
        f"{effect.difference.value:+.4g}",
        ends_of(effect.difference),
        size(effect) if lift is not None else "",
        ends(effect) if lift is not None else "",
        p_words(effect.p),
        ", ".join((effect.formula, *each.variance_by)),
    )


def verdict_lines(report: Report) -> list[str]:
    """Return the verdict of each reading, what covariates took away, and how amounts were capped."""
    return [line for each in report.readings for line in (verdict_line(each), *asides(each))]


def verdict_line(each: Reading) -> str:
    """Return the verdict of a reading with what it was adjusted by."""
    role = "primary" if each.is_primary else "exploratory"
    return f"{each.metric}, {each.arm} ({role}, {adjusted_words(each)}): {each.verdict.words}"


def adjusted_words(each: Reading) -> str:
    """Return a reading's p-value as it was adjusted, and by what."""
    return f"{ADJUSTMENTS[each.adjusted_by]} p = {p_words(each.p_adjusted)}"


def asides(each: Reading) -> list[str]:
    """Return what covariates took away, and how amounts were capped."""
    lines = []
    if each.reduction > 0.001:
        lines.append(f"{each.metric}, {each.arm}: covariates took {each.reduction:.1%} of the variance away")
    if each.capping is not None:
        lines.append(f"{each.metric}, {each.arm}: {capping_words(each)}")
    return lines


def capping_words(each: Reading) -> str:
    """Return how amounts were capped, and what the difference is without that; of a reading with a cap."""
    capping = each.capping
    assert capping is not None
    source = "from before the assignment" if capping.is_from_before else "of the outcome itself, over all arms"
    return (
        f"judged with amounts capped at {number(capping.cap)}, a quantile {source} (capped-mean);"
        f" the plain difference is {capping.plain.difference.value:+.4g} ({ends_of(capping.plain.difference)})"
    )


GROUP_HEAD = ("group", "control", "arm", "difference", "95 % interval", "lift", "p, adjusted", "")


def group_rows(groups: GroupsReading) -> list[tuple[str, ...]]:
    """Return the cells of each group below `GROUP_HEAD`."""
    return [
        (
            each.group or "(none)",
            f"{each.control_units:,}",
            f"{each.arm_units:,}",
            f"{each.effect.difference.value:+.4g}",
            ends_of(each.effect.difference),
            _lift(each.effect),
            p_words(each.p_adjusted),
            "" if each.gate.is_open else f"too few converters ({each.gate.converters} of {each.gate.needed})",
        )
        for each in groups.groups
    ]


def group_lines(by: str, groups: GroupsReading) -> list[str]:
    """Return whether the effect differs from group to group, the table of the groups, and what choosing brings."""
    differ = "differs" if groups.interaction.p < 0.05 else "is not seen to differ"
    lines = [
        f"{groups.metric}, {groups.arm} by {by}: the effect {differ} (p = {p_words(groups.interaction.p)}, interaction)"
    ]
    lines += [f"  {line}" for line in columns([GROUP_HEAD, *group_rows(groups)], right=range(1, 7))]
    if groups.qini is not None:
        lines.append(f"Qini area by group, learnt on one half and paid on the other: {groups.qini.area:+.3g}")
    return lines


def _lift(effect: Effect) -> str:
    return f"{size(effect)} ({ends(effect)})" if effect.lift is not None else ""


def ends_of(interval: Interval) -> str:
    """Return the ends of an interval, or that nobody knows them."""
    return f"{interval.low:+.4g} to {interval.high:+.4g}" if isfinite(interval.low + interval.high) else "unknown"


def p_words(p: float) -> str:
    """Return a p-value with the digits that count."""
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1g}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    cells = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]
