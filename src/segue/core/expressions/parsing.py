"""Parse an expression: Python's grammar gives the shape, a closed list of its nodes is let through and typed."""

import ast
from functools import partial

from segue.core.expressions import typing_rules as rules
from segue.core.expressions.functions import FUNCTIONS
from segue.core.expressions.nodes import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    ExprType,
    IsNull,
    Literally,
    Node,
    Not,
)
from segue.core.expressions.scope import Scope, suggest
from segue.core.expressions.typing_rules import Operand
from segue.model.errors import ExpressionError

LONGEST = 2_000
"""Characters of an expression."""
DEEPEST = 30
"""Levels of nesting."""
LARGEST = 2**53
"""Whole numbers beyond this are not exact as floating-point numbers; in a condition they are a slip."""

_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], Arithmetic] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_BRANCHING = (ast.Compare, ast.BoolOp, ast.IfExp)


def parse(source: str, scope: Scope, expect: ExprType | None = "boolean") -> Node:
    """Return the typed tree of ``source``.

    Args:
        expect: the type its place wants; None or ``any`` where each will do.

    Raises:
        ExpressionError: it does not parse, names something unknown, or does not fit its place. ``column`` is the
            offset in ``source``.
    """
    parser = _Parser(source, scope)
    operand = parser.operand(_parse_python(source), 0)
    return rules.fit(operand, expect or "any")


def _parse_python(source: str) -> ast.expr:
    if not source.strip():
        raise ExpressionError("The expression is empty.", "Write a condition, or leave the field out.")
    if len(source) > LONGEST:
        reason = f"The expression is {len(source)} characters long, {LONGEST} are the most."
        raise ExpressionError(reason, "Split it, or compute a part of it as a feature.", LONGEST)
    try:
        # In parentheses an expression may span lines; the parenthesis stands on a line of its own to keep columns.
        return ast.parse(f"(\n{source}\n)", mode="eval").body
    except SyntaxError as error:
        line = min(max((error.lineno or 2) - 2, 0), source.count("\n"))
        raise ExpressionError("This is not an expression.", _advice(source), _offset(source, line, 0)) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("This cannot be read.", "Write a shorter, simpler expression.") from None


def _advice(source: str) -> str:
    slips = (
        ("&&", "Write `and` for &&."),
        ("||", "Write `or` for ||."),
        ("<>", "Write != for <>."),
        ("!", "Write `not` for !, != for unequal."),
        (" AND ", "Write `and` in small letters."),
        (" OR ", "Write `or` in small letters."),
        ("=", "Write == to compare; check brackets and quotes."),
    )
    fitting = (advice for slip, advice in slips if slip in source)
    return next(fitting, 'Write something like: country == "UK" and orders_30d >= 2.')


def _offset(source: str, line: int, column: int) -> int:
    """Return the offset of a place that `ast` gives as a line and a column in bytes."""
    lines = source.split("\n")
    return sum(len(text) + 1 for text in lines[:line]) + len(lines[line].encode()[:column].decode(errors="ignore"))


class _Parser:
    """Walks Python's tree once, from the root, and builds typed operands."""

    def __init__(self, source: str, scope: Scope) -> None:
        self.source = source
        self.scope = scope

    def operand(self, node: ast.expr, depth: int) -> Operand:
        """Return ``node`` typed, with its text and place."""
        if depth > DEEPEST:
            raise self._refuse(
                node, "The expression is nested too deeply.", "Split it, or compute a part as a feature."
            )
        return Operand(self._node(node, depth + 1), self._text(node), self._column(node))

    def _node(self, node: ast.expr, depth: int) -> Node:
        inner = partial(self.operand, depth=depth)
        match node:
            case ast.Constant():
                return self._literal(node)
            case ast.Name():
                return self.scope.bare(node.id, self._column(node))
            case ast.Attribute(value=ast.Name(id=space), attr=name):
                return self.scope.member(space, name, self._column(node))
            case ast.Subscript(value=ast.Name(id=space), slice=ast.Constant(value=str(name))) if name:
                return self.scope.member(space, name, self._column(node))
            case ast.BoolOp():
                nodes = tuple(rules.fit(inner(value), "boolean") for value in node.values)
                return AllOf(nodes) if isinstance(node.op, ast.And) else AnyOf(nodes)
            case ast.UnaryOp(op=ast.Not()):
                return Not(rules.fit(inner(node.operand), "boolean"))
            case ast.UnaryOp(op=ast.USub()):
                return rules.negate(inner(node.operand))
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                return rules.calculate(_ARITHMETIC[type(node.op)], inner(node.left), inner(node.right))
            case ast.Compare():
                return self._comparison(node, depth)
            case ast.IfExp():
                return rules.choose(inner(node.test), inner(node.body), inner(node.orelse))
            case ast.Call():
                return self._call(node, depth)
            case _:
                raise self._refuse(node, f"{self._text(node)} is not part of the language.", _INSTEAD)

    def _literal(self, node: ast.Constant) -> Node:
        match node.value:
            case None:
                return Literally(None, "any")
            case bool(value):
                return Literally(value, "boolean")
            case int(value) | float(value) if abs(value) <= LARGEST:
                return Literally(value, "number")
            case int() | float():
                raise self._refuse(node, "The number is too large.", f"Numbers go up to {LARGEST}.")
            case str(text) if "\0" not in text and _is_encodable(text):
                return Literally(text, "text")
            case _:
                raise self._refuse(node, f"{self._text(node)} is not a value of the language.", _INSTEAD)

    def _comparison(self, node: ast.Compare, depth: int) -> Node:
        terms = [node.left, *node.comparators]
        for middle in terms[1:-1]:
            if any(isinstance(part, _BRANCHING) for part in ast.walk(middle)):
                raise self._refuse(
                    middle, "A chain of comparisons has a condition in its middle.", "Join two with `and`."
                )
        links = [
            self._link(op, left, right, depth) for op, left, right in zip(node.ops, terms[:-1], terms[1:], strict=True)
        ]
        return rules.chain(links)

    def _link(self, op: ast.cmpop, left: ast.expr, right: ast.expr, depth: int) -> Node:
        first = self.operand(left, depth)
        match op:
            case ast.Is() | ast.IsNot():
                if not (isinstance(right, ast.Constant) and right.value is None):
                    raise self._refuse(right, "`is` only asks for None.", "Write == to compare.")
                return IsNull(first.node) if isinstance(op, ast.Is) else Not(IsNull(first.node))
            case ast.In() | ast.NotIn():
                if not isinstance(right, ast.List | ast.Tuple):
                    advice = f'Write {first.text} in ["a", "b"]; for parts of a text, contains(text, part).'
                    raise self._refuse(right, "`in` needs a list of values.", advice)
                found = rules.member(first, [self.operand(value, depth) for value in right.elts])
                return found if isinstance(op, ast.In) else Not(found)
            case _:
                return rules.compare(_COMPARISONS[type(op)], first, self.operand(right, depth))

    def _call(self, node: ast.Call, depth: int) -> Node:
        if not isinstance(node.func, ast.Name):
            raise self._refuse(
                node, f"{self._text(node.func)} cannot be called.", "Only the functions of the table can."
            )
        name = node.func.id
        if name not in FUNCTIONS:
            raise self._refuse(node, f"There is no function {name!r}.", suggest(name, FUNCTIONS, "function"))
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self._refuse(node, f"{name} takes plain arguments only.", f"Write {FUNCTIONS[name].signature}.")
        arguments = [self.operand(argument, depth) for argument in node.args]
        return rules.call(name, arguments, Operand(Literally(None, "any"), self._text(node), self._column(node)))

    def _text(self, node: ast.expr) -> str:
        text = ast.get_source_segment(f"(\n{self.source}\n)", node) or "this"
        return text if len(text) <= 60 else text[:57] + "..."

    def _column(self, node: ast.expr) -> int:
        return _offset(self.source, node.lineno - 2, node.col_offset)

    def _refuse(self, node: ast.expr, reason: str, instruction: str) -> ExpressionError:
        return ExpressionError(reason, instruction, self._column(node))


_INSTEAD = "Use comparisons, and, or, not, in, is None, + - * /, numbers, text, and the functions of the table."


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
