"""``{% if customer.name != blank %}``: the most common guard in Liquid, and what it means when the name is missing.

In Liquid nil, false and what is missing are blank. The library compares a missing value equal to nothing but nil, so
the guard would let a missing name through. Here the other side of every comparison with ``blank`` is told to count such
a value as an empty text. (``empty`` is another matter: nil is not empty.)
"""

from collections.abc import Iterable

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Blank
from liquid.expression import Expression
from liquid.undefined import is_undefined


class BlankWhenMissing(Expression):
    """An expression whose missing, nil or false value counts as an empty text."""

    __slots__ = ("expression",)

    def __init__(self, expression: Expression) -> None:
        super().__init__(expression.token)
        self.expression = expression

    def evaluate(self, context: RenderContext) -> object:
        value = self.expression.evaluate(context)
        return "" if value is None or value is False or is_undefined(value) else value

    def children(self) -> list[Expression]:
        return [self.expression]


def mend_comparisons(template: BoundTemplate) -> BoundTemplate:
    """Change, in place, what a parsed template compares with ``blank``; return it."""
    _mend_nodes(template.nodes, RenderContext(template))
    return template


def _mend_nodes(nodes: Iterable[Node], context: RenderContext) -> None:
    for node in nodes:
        for expression in node.expressions():
            _mend(expression)
        _mend_nodes(node.children(context, include_partials=False), context)


def _mend(expression: Expression) -> None:
    if isinstance(expression, EqExpression | NeExpression):
        if isinstance(expression.right, Blank):
            expression.left = BlankWhenMissing(expression.left)
        elif isinstance(expression.left, Blank):
            expression.right = BlankWhenMissing(expression.right)
    for child in expression.children():
        _mend(child)
