"""An experiment as people read it: on the screen and in Markdown."""

from math import isfinite

from segue.cli.console import columns, paint, plural
from segue.cli.experiment_files import Answer
from segue.measurement.experiments.results import GroupsReading, Reading, Report
from segue.measurement.experiments.verdicts import ADJUSTMENTS, ends, number, size
from segue.measurement.statistics.means import Effect, Interval

FORMULAS = "docs/reference/formulas.md"
_HEAD = ("metric", "arm", "control", "arm's", "difference", "95 % interval", "lift", "95 % interval", "p", "formula")


def report_lines(answer: Answer) -> list[str]:
    """Return the report as lines of text."""
    report = answer.report
    lines = [paint(line, "bold") for line in _headlines(report)]
    lines += [paint(f"Warning: {line}", "yellow") for line in report.warnings]
    lines += ["", *_intake_lines(answer)]
    if report.readings:
        lines += ["", *(f"  {line}" for line in columns([_HEAD, *map(_row, report.readings)], right=range(2, 9)))]
        lines += ["", *_verdict_lines(report)]
    for groups in report.groups:
        lines += ["", *_group_lines(report.by, groups)]
    return [*lines, "", f"Formulas: {FORMULAS}"]


def markdown(answer: Answer) -> str:
    """Return the report as a Markdown page."""
    report = answer.report
    lines = ["# What the experiment says", "", *(f"**{line}**\n" for line in _headlines(report))]
    lines += [f"Warning: {line}\n" for line in report.warnings]
    lines += [f"- {line}" for line in _intake_lines(answer)]
    if report.readings:
        lines += ["", *_table(_HEAD, [_row(each) for each in report.readings]), ""]
        lines += [f"- {line}" for line in _verdict_lines(report)]
    for groups in report.groups:
        head, *rest = _group_lines(report.by, groups)
        lines += ["", f"## {head}", "", *_table(_GROUP_HEAD, _group_rows(groups)), "", *rest[len(groups.groups) + 1 :]]
    return "\n".join([*lines, "", f"Each formula is explained in {FORMULAS}.", ""])


def _headlines(report: Report) -> list[str]:
    return (
        [report.headline]
        if not report.readings
        else [
            f"{each.arm} beside {report.control}, {each.metric}: {each.verdict.words}"
            for each in report.readings
            if each.is_primary
        ]
    )


def _intake_lines(answer: Answer) -> list[str]:
    report, intake = answer.report, answer.report.intake
    lines = [f"Guessed: {guess}" for guess in answer.guesses]
    lines += [f"Left out: {each}" for each in answer.left_out]
    arms = ", ".join(f"{arm} {count:,}" for arm, count in report.units.items())
    lines.append(f"{plural(intake.rows, 'row')}, {plural(intake.units, 'customer')}: {arms}; control {report.control}")
    if report.split is not None:
        word = "is broken" if report.split.is_broken else "holds"
        lines.append(f"The split {word}: p = {report.split.p:.3g} ({report.split.formula})")
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


def _row(each: Reading) -> tuple[str, ...]:
    effect, lift = each.effect, each.effect.lift
    return (
        each.metric,
        each.arm,
        number(each.control_mean),
        number(each.arm_mean),
        f"{effect.difference.value:+.4g}",
        _ends(effect.difference),
        size(effect) if lift is not None else "",
        ends(effect) if lift is not None else "",
        _p(effect.p),
        ", ".join((effect.formula, *each.variance_by)),
    )


def _verdict_lines(report: Report) -> list[str]:
    lines = []
    for each in report.readings:
        role = "primary" if each.is_primary else "exploratory"
        adjusted = f"{ADJUSTMENTS[each.adjusted_by]} p = {_p(each.p_adjusted)}"
        lines.append(f"{each.metric}, {each.arm} ({role}, {adjusted}): {each.verdict.words}")
        if each.reduction > 0.001:
            lines.append(f"{each.metric}, {each.arm}: covariates took {each.reduction:.1%} of the variance away")
        if each.capping is not None:
            lines.append(f"{each.metric}, {each.arm}: {_capping(each)}")
    return lines


def _capping(each: Reading) -> str:
    capping = each.capping
    assert capping is not None
    source = "from before the assignment" if capping.is_from_before else "of the outcome itself, over all arms"
    return (
        f"judged with amounts capped at {number(capping.cap)}, a quantile {source} (capped-mean);"
        f" the plain difference is {capping.plain.difference.value:+.4g} ({_ends(capping.plain.difference)})"
    )


_GROUP_HEAD = ("group", "control", "arm", "difference", "95 % interval", "lift", "p, adjusted", "")


def _group_rows(groups: GroupsReading) -> list[tuple[str, ...]]:
    return [
        (
            each.group or "(none)",
            f"{each.control_units:,}",
            f"{each.arm_units:,}",
            f"{each.effect.difference.value:+.4g}",
            _ends(each.effect.difference),
            _lift(each.effect),
            _p(each.p_adjusted),
            "" if each.gate.is_open else f"too few converters ({each.gate.converters} of {each.gate.needed})",
        )
        for each in groups.groups
    ]


def _group_lines(by: str, groups: GroupsReading) -> list[str]:
    differ = "differs" if groups.interaction.p < 0.05 else "is not seen to differ"
    lines = [
        f"{groups.metric}, {groups.arm} by {by}: the effect {differ} (p = {_p(groups.interaction.p)}, interaction)"
    ]
    lines += [f"  {line}" for line in columns([_GROUP_HEAD, *_group_rows(groups)], right=range(1, 7))]
    if groups.qini is not None:
        lines.append(f"Qini area by group, learnt on one half and paid on the other: {groups.qini.area:+.3g}")
    return lines


def _lift(effect: Effect) -> str:
    return f"{size(effect)} ({ends(effect)})" if effect.lift is not None else ""


def _ends(interval: Interval) -> str:
    return f"{interval.low:+.4g} to {interval.high:+.4g}" if isfinite(interval.low + interval.high) else "unknown"


def _p(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1g}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    cells = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]
