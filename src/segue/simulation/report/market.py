"""The market: what acts on what in it, and the numbers it rests on."""

from collections.abc import Iterator

import msgspec

from segue.measurement.drawing import Markup, causal_graph, section, table, tag
from segue.simulation.report.findings import Findings
from segue.simulation.report.reading import assumed, titled


def market(findings: Findings) -> Markup:
    """Return the market's causal graph, its assumptions, and what the file says differently."""
    return section(f"The market \u201c{findings.result.market.name}\u201d", *_inside(findings))


def _inside(findings: Findings) -> Iterator[Markup]:
    described = findings.result.market
    yield tag("p", described.summary)
    if described.causes:
        yield tag("h3", "What acts on what")
        drawing = causal_graph(described.causes, title="Causal graph of the market")
        yield tag("div", drawing, class_="scroll")
        yield tag(
            "p",
            "An arrow says that the first acts on the second. The market states no other effects.",
            class_="soft small",
        )
    if described.assumptions:
        yield tag("h3", "What it rests on")
        rows = [
            [titled(each.what), tag("code", each.name), *(assumed(end) for end in (each.value, each.low, each.high))]
            for each in described.assumptions
        ]
        yield table(["assumption", "name", "here", "at its low end", "at its high end"], rows, right=(2, 3, 4))
    stated = findings.spec.market.parameters
    if stated:
        yield tag("h3", "What the simulation\u2019s file says of it")
        rows = [[tag("code", name), tag("code", _json(value))] for name, value in stated.items()]
        yield table(["parameter", "value"], rows)
        yield tag("p", "All other parameters are the market\u2019s own.", class_="soft small")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
