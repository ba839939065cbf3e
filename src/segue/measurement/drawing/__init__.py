"""Drawing: reports as HTML and SVG text, from data alone. It loads nothing, runs no script, opens offline.

Every drawing has a title and a description for those who listen, tells series apart by shape as well as by colour, and
leaves out what is not a finite number. Colours are names of the style sheet that `page` brings along.
"""

from segue.measurement.drawing.bars import Bar, bar_chart
from segue.measurement.drawing.curves import Line, line_chart
from segue.measurement.drawing.dots import Dot, dot_plot
from segue.measurement.drawing.graph import causal_graph
from segue.measurement.drawing.markup import Markup, tag
from segue.measurement.drawing.numbers import AMOUNT, POINTS, SHARE, Unit, between, number
from segue.measurement.drawing.page import page, section
from segue.measurement.drawing.sankey import Ribbon, sankey
from segue.measurement.drawing.table import table
from segue.measurement.drawing.tornado import End, Span, tornado

__all__ = [
    "AMOUNT",
    "POINTS",
    "SHARE",
    "Bar",
    "Dot",
    "End",
    "Line",
    "Markup",
    "Ribbon",
    "Span",
    "Unit",
    "bar_chart",
    "between",
    "causal_graph",
    "dot_plot",
    "line_chart",
    "number",
    "page",
    "sankey",
    "section",
    "table",
    "tag",
    "tornado",
]
