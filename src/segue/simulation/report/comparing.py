"""Each figure: the arms as dots with intervals, and how far each is from the baseline, absolute and in percent."""

from collections.abc import Iterator

from segue.measurement.drawing import SHARE, Dot, Markup, dot_plot, section, table, tag
from segue.measurement.drawing.page import figure as drawn
from segue.simulation.figures import Estimate, Figure, Told
from segue.simulation.report.findings import Findings
from segue.simulation.report.reading import amount, apart_of, chip, figures_of, read, titled, unit_of


def figure_sections(findings: Findings) -> Iterator[Markup]:
    """Yield a section for each figure."""
    for figure in figures_of(findings):
        told = [each for arm in findings.result.arms if (each := findings.result.of(arm, figure.name)) is not None]
        yield section(titled(figure.what), *_inside(findings, figure, told))


def _inside(findings: Findings, figure: Figure, told: list[Told]) -> Iterator[Markup]:
    result, unit = findings.result, unit_of(figure)
    if figure.better:
        yield tag("p", f"{titled(figure.better)} is better.", class_="soft small")
    dots = [_dot(findings, each, each.estimate) for each in told]
    drawings = [
        drawn("each arm, with its 95 % interval", dot_plot(dots, title=titled(figure.what) + ", each arm", unit=unit))
    ]
    apart = [each for each in told if each.ahead is not None]
    if apart:
        is_relative = all(each.relative is not None for each in apart)
        differences = [_dot(findings, each, each.relative if is_relative else each.ahead) for each in apart]
        heading = f"difference to {result.baseline}{', in percent of it' if is_relative else ''}"
        drawings.append(
            drawn(
                heading,
                dot_plot(
                    differences,
                    title=f"{titled(figure.what)}, {heading}",
                    unit=SHARE if is_relative else apart_of(figure),
                    is_difference=True,
                ),
            )
        )
    yield tag("div", *drawings, class_="pair")
    if apart:
        head = ["", figure.what, f"difference to {result.baseline}", "in percent", ""]
        yield table(head, [_row(each, figure) for each in told], right=(1, 2, 3))


def _dot(findings: Findings, told: Told, estimate: Estimate | None) -> Dot:
    if estimate is None:
        return Dot(label=told.arm, value=None, series=findings.series(told.arm))
    return Dot(
        label=told.arm,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        series=findings.series(told.arm),
    )


def _row(told: Told, figure: Figure) -> list[str]:
    unit = unit_of(figure)
    if told.ahead is None:
        return [told.arm, amount(told.estimate, unit), "", "", "baseline"]
    return [
        told.arm,
        amount(told.estimate, unit),
        amount(told.ahead, apart_of(figure), signed=True),
        amount(told.relative, SHARE, signed=True),
        chip(read(told.ahead, told.relative, figure)),
    ]
