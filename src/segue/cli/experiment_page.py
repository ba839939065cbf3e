"""An experiment as one HTML page that needs nothing else: first the split, then the verdicts, then all numbers."""

from collections.abc import Iterator, Sequence

from segue.cli.experiment_files import Answer
from segue.cli.experiment_report import (
    GROUP_HEAD,
    adjusted_words,
    asides,
    group_lines,
    group_rows,
    intake_lines,
    row_of,
    verdict_line,
)
from segue.measurement.drawing import SHARE, Dot, Markup, dot_plot, page, section, table, tag
from segue.measurement.drawing.markup import join
from segue.measurement.drawing.page import figure
from segue.measurement.experiments.results import GroupsReading, Reading, Report
from segue.measurement.experiments.verdicts import percent
from segue.measurement.reports.gains import qini_chart
from segue.measurement.statistics.formulas import GATE, LIFT, SAID, SAMPLE_NEEDED
from segue.measurement.statistics.means import Effect

FORMULAS = "docs/reference/formulas.md"
_KINDS = {"better": "good", "worse": "bad"}
_HEAD = ("metric", "arm", "control", "arm's", "difference", "lift", "p", "formula")
_NUMBERS = range(2, 7)


def as_page(answer: Answer, source: str) -> str:
    """Return the page of an experiment that was read from the file ``source``."""
    report = answer.report
    arms = ", ".join(f"{arm} {count:,}" for arm, count in report.units.items())
    return page(
        f"What the experiment says: {source}",
        *_sections(answer),
        kicker="Experiment",
        lead=f"{sum(report.units.values()):,} customers: {arms}. The others are compared with {report.control}.",
        footer=f"Each formula is explained in full, with its source, in {FORMULAS}.",
    )


def _sections(answer: Answer) -> Iterator[Markup]:
    report = answer.report
    yield _split(report)
    if report.warnings:
        yield section("Before you act on it", *(tag("p", line) for line in report.warnings), class_="notice")
    if report.readings:
        yield _verdicts(report)
        yield _effects(report)
    for groups in report.groups:
        yield _by_group(report, groups)
    yield section("How the file was read", tag("ul", *(tag("li", line) for line in intake_lines(answer))))
    yield _formulas(report)


def _split(report: Report) -> Markup:
    split = report.split
    if split is None:
        return section("The split was not checked", *(tag("p", note) for note in report.notes[:1]), class_="notice")
    total = max(sum(split.counts.values()), 1)
    rows = [
        (arm, f"{split.counts[arm]:,}", percent(split.counts[arm] / total), percent(share))
        for arm, share in split.expected.items()
    ]
    told = table(("arm", "customers", "came", "planned"), rows, right=(1, 2, 3))
    p = tag("p", f"Chance gives this with p = {max(split.p, 1e-300):.3g} (", _link(split.formula), ").", class_="soft")
    plan = [tag("p", note, class_="soft small") for note in report.notes if note.startswith("Nobody told")]
    if split.is_broken:
        return section("The split is broken: nothing is read", tag("p", report.headline), told, p, class_="notice")
    return section("The split holds", told, p, *plan)


def _verdicts(report: Report) -> Markup:
    primary = [each for each in report.readings if each.is_primary]
    lines = [verdict_line(each) for each in report.readings if not each.is_primary]
    lines += [line for each in report.readings for line in asides(each)]
    return section(
        "What may be concluded",
        *(part for each in primary for part in _verdict(each, report.control)),
        *([tag("ul", *(tag("li", line) for line in lines), class_="soft small")] if lines else []),
    )


def _verdict(each: Reading, control: str) -> Iterator[Markup]:
    """Yield what was compared, and the verdict: large what it is, below it what else there is to say."""
    words, _, more = each.verdict.words.partition("; ")
    adjusted = tag("span", f"({adjusted_words(each)})", class_="soft small")
    yield tag("p", tag("strong", f"{each.metric}: {each.arm} beside {control}"), " ", adjusted)
    kind = f"big {_KINDS.get(each.verdict.kind, '')}".strip()
    yield tag("p", tag("span", words, class_=kind, style="white-space: normal"), *([more] if more else []))


def _effects(report: Report) -> Markup:
    figures = []
    for metric in dict.fromkeys(each.metric for each in report.readings):
        readings = [each for each in report.readings if each.metric == metric]
        labels = [each.arm for each in readings]
        figures.append(_figure(metric, labels, [each.effect for each in readings], report.control))
    about = (
        "The intervals hold for all looks at once." if report.looks == "anytime" else "The intervals hold for one look."
    )
    return section(
        "What each arm changed",
        tag("p", f"Dots are estimates, bars their 95 % intervals. {about}", class_="soft"),
        tag("div", *figures, class_="pair"),
        table(_HEAD, [_row(each) for each in report.readings], right=_NUMBERS),
    )


def _row(each: Reading) -> list[str]:
    """Return the cells of a reading: each estimate with its interval below it."""
    metric, arm, control, mean, difference, ends, lift, lift_ends, p, _ = row_of(each)
    cells = [
        join([estimate, tag("span", below, class_="ends")])
        for estimate, below in ((difference, ends), (lift, lift_ends))
    ]
    return [metric, arm, control, mean, *cells, p, _links((each.effect.formula, *each.variance_by))]


def _figure(what: str, labels: Sequence[str], effects: Sequence[Effect], control: str) -> Markup:
    """Return the effects as lifts where each has one, else as differences."""
    lifts = [effect.lift for effect in effects if effect.lift is not None]
    is_lift = len(lifts) == len(effects)
    intervals = lifts if is_lift else [effect.difference for effect in effects]
    dots = [
        Dot(label=label, value=each.value, low=each.low, high=each.high, series=place % 7 + 1)
        for place, (label, each) in enumerate(zip(labels, intervals, strict=True))
    ]
    title = f"{what}: {'lift over' if is_lift else 'difference to'} {control}"
    if is_lift:
        return figure(title, dot_plot(dots, title=title, unit=SHARE, is_difference=True))
    return figure(title, dot_plot(dots, title=title, is_difference=True))


def _by_group(report: Report, groups: GroupsReading) -> Markup:
    head, *rest = group_lines(report.by, groups)
    labels = [each.group or "(none)" for each in groups.groups]
    title = f"{groups.metric}, {groups.arm}, by {report.by}"
    drawings = [_figure(title, labels, [each.effect for each in groups.groups], report.control)] if labels else []
    if groups.qini is not None:
        title = "Gained per customer, the best groups first"
        drawings.append(figure(title, qini_chart(groups)))
    return section(
        f"By {report.by}: {groups.metric}, {groups.arm}",
        tag("p", f"{head}."),
        tag("div", *drawings, class_="pair"),
        table(GROUP_HEAD, group_rows(groups), right=range(1, 7)),
        *(tag("p", line, class_="soft small") for line in rest[len(groups.groups) + 1 :]),
    )


def _formulas(report: Report) -> Markup:
    used = dict.fromkeys(_used(report))
    items = [tag("li", tag("strong", key, id=f"formula-{key}"), f". {SAID[key]}") for key in used]
    return section("How it was computed", tag("ul", *items))


def _used(report: Report) -> Iterator[str]:
    if report.split is not None:
        yield report.split.formula
    for each in report.readings:
        yield from (each.effect.formula, *each.variance_by, *([LIFT] if each.effect.lift is not None else []))
        yield from ([each.capping.formula] if each.capping is not None else [])
        yield from (each.adjusted_by, each.verdict.formula)
    if report.readings:
        yield from (GATE, SAMPLE_NEEDED)
    for groups in report.groups:
        yield groups.interaction.formula
        yield from ([groups.qini.formula] if groups.qini is not None else [])


def _link(key: str) -> Markup:
    return tag("a", key, href=f"#formula-{key}")


def _links(keys: Sequence[str]) -> Markup:
    return join([_link(key) for key in keys], ", ")
