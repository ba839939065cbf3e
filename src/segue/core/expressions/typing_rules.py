"""The typing rules: build a node of the tree from typed operands, or say why that cannot be.

An operand of type ``any`` takes the type its context asks for; text written in the source becomes a duration or an
instant where one is asked for.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from segue.core.expressions.functions import FUNCTIONS, Function
from segue.core.expressions.nodes import (
    AllOf,
    Arithmetic,
    Calculate,
    Call,
    Choose,
    Compare,
    Comparison,
    ExprType,
    Literally,
    Member,
    Node,
    Reference,
)
from segue.core.expressions.runtime import as_duration, as_instant, whole
from segue.model.errors import ExpressionError
from segue.model.time import is_zone

_ORDERED = ("number", "instant", "duration")
_ARTICLE = {"instant": "an instant", "any": "of no known type", "text": "text"}


class Operand(Struct, frozen=True):
    """A typed node and where it stands in the source, for messages."""

    node: Node
    text: str
    column: int

    @property
    def type(self) -> ExprType:
        return self.node.type

    @property
    def is_text_literal(self) -> bool:
        return isinstance(self.node, Literally) and self.node.type == "text"


def wrong(operand: Operand, reason: str, instruction: str) -> ExpressionError:
    """Return the error that stands at ``operand``."""
    return ExpressionError(reason, instruction, operand.column)


def fit(operand: Operand, wanted: ExprType) -> Node:
    """Return the operand as a node of type ``wanted``.

    Raises:
        ExpressionError: it is of another type.
    """
    node = operand.node
    if wanted in ("any", node.type):
        return node
    if node.type == "any":
        return _retype(node, wanted)
    if isinstance(node, Literally) and isinstance(node.value, str) and wanted in ("duration", "instant"):
        value = as_duration(node.value) if wanted == "duration" else as_instant(node.value)
        if value is None:
            example = '"48h" or "1d 12h"' if wanted == "duration" else '"2011-03-04" or "2011-03-04T09:30:00Z"'
            raise wrong(operand, f"{operand.text} is not {describe(wanted)}.", f"Write it like {example}.")
        return Literally(value, wanted)
    raise wrong(operand, f"{operand.text} is {describe(node.type)}, not {describe(wanted)}.", _advice(operand, wanted))


def _retype(node: Node, wanted: ExprType) -> Node:
    """Return ``node``, which has no type of its own, as one of type ``wanted``."""
    match node:
        case Choose():
            then, otherwise = _retype_any(node.then, wanted), _retype_any(node.otherwise, wanted)
            return replace(node, then=then, otherwise=otherwise, type=wanted)
        case Call():
            return replace(node, arguments=tuple(_retype_any(a, wanted) for a in node.arguments), type=wanted)
        case _:
            return replace(node, type=wanted)


def _retype_any(node: Node, wanted: ExprType) -> Node:
    return _retype(node, wanted) if node.type == "any" else node


def _advice(operand: Operand, wanted: ExprType) -> str:
    match operand.type, wanted:
        case "number", "duration":
            return f'Say the unit: days({operand.text}), hours({operand.text}), or text such as "48h".'
        case "duration", "number":
            return f"Divide it by a unit, such as ({operand.text}) / days(1)."
        case (("number" | "duration"), "boolean"):
            return "Compare it with something, such as > 0."
        case _, "boolean":
            return f"Compare it with something, or ask whether it is there: {operand.text} is not None."
        case _:
            return f"Use {describe(wanted)} here."


def describe(kind: ExprType) -> str:
    """Return a type with its article, for messages."""
    return _ARTICLE.get(kind, f"a {kind}")


def unify(operands: Sequence[Operand]) -> tuple[ExprType, list[Node]]:
    """Return the one type of ``operands``, and each of them as that type.

    Raises:
        ExpressionError: they cannot be of one type.
    """
    typed = [o.type for o in operands if o.type != "any"]
    firm = [o.type for o in operands if o.type != "any" and not o.is_text_literal]
    common = firm[0] if firm else typed[0] if typed else "any"
    return common, [fit(operand, common) for operand in operands]


def compare(op: Comparison, left: Operand, right: Operand) -> Node:
    """Return ``left op right``."""
    for operand in (left, right):
        if operand.node == Literally(None, "any"):
            advice = "Write `is None` or `is not None`."
            raise wrong(operand, "Nothing is equal to None, nor above or below it.", advice)
    common, (first, second) = unify((left, right))
    if common == "any":
        return _compare_untyped(op, left, right)
    if common == "boolean" and op not in ("==", "!="):
        raise wrong(left, "True and False have no order.", "Use == or !=.")
    return Compare(op, first, second)


def _compare_untyped(op: Comparison, left: Operand, right: Operand) -> Node:
    """Return the comparison of two values of no declared type: of one type at run time, or else null."""
    if op not in ("==", "!=") or not isinstance(left.node, Reference) or not isinstance(right.node, Reference):
        reason = f"Neither {left.text} nor {right.text} has a declared type."
        raise wrong(left, reason, "Declare one of them in events.yaml, or compare with something that has a type.")
    kinds: tuple[ExprType, ...] = ("text", "number", "boolean")
    tries = tuple(Compare(op, replace(left.node, type=kind), replace(right.node, type=kind)) for kind in kinds)
    return Call("coalesce", tries, "boolean")


def chain(links: Sequence[Node]) -> Node:
    """Return ``a < b < c`` from its links."""
    return links[0] if len(links) == 1 else AllOf(tuple(links))


def member(operand: Operand, values: Sequence[Operand]) -> Node:
    """Return ``operand in [values]``."""
    if not values:
        raise wrong(operand, "The list is empty.", "Write at least one value.")
    common, nodes = unify((operand, *values))
    literals = []
    for value, node in zip(values, nodes[1:], strict=True):
        if not isinstance(node, Literally) or node.value is None:
            raise wrong(
                value, f"{value.text} is not a plain value.", "A list holds numbers and text as written; no names."
            )
        literals.append(node.value)
    if common == "any":
        raise wrong(operand, f"{operand.text} has no type here.", "Compare it with values of one type.")
    return Member(nodes[0], tuple(literals))


def calculate(op: Arithmetic, left: Operand, right: Operand) -> Node:
    """Return ``left op right`` for numbers, instants and durations."""
    kinds = _guess(op, left, right)
    result = _RESULTS.get((kinds[0], op, kinds[1]))
    if result is None:
        what = f"{left.text} is {describe(left.type)} and {right.text} is {describe(right.type)}"
        raise wrong(left, f"Cannot calculate with {op} here: {what}.", _calculation_advice(kinds))
    return Calculate(op, fit(left, kinds[0]), fit(right, kinds[1]), result)


def negate(operand: Operand) -> Node:
    """Return ``-operand``."""
    wanted: ExprType = "duration" if operand.type == "duration" else "number"
    node = fit(operand, wanted)
    if isinstance(node, Literally) and isinstance(node.value, int | float):
        return Literally(-node.value, wanted)
    return Calculate("-", Literally(0, wanted), node, wanted)


_RESULTS: dict[tuple[ExprType, Arithmetic, ExprType], ExprType] = {
    ("number", "+", "number"): "number",
    ("number", "-", "number"): "number",
    ("number", "*", "number"): "number",
    ("number", "/", "number"): "number",
    ("instant", "-", "instant"): "duration",
    ("instant", "+", "duration"): "instant",
    ("instant", "-", "duration"): "instant",
    ("duration", "+", "instant"): "instant",
    ("duration", "+", "duration"): "duration",
    ("duration", "-", "duration"): "duration",
    ("duration", "*", "number"): "duration",
    ("number", "*", "duration"): "duration",
    ("duration", "/", "number"): "duration",
    ("duration", "/", "duration"): "number",
}


def _guess(op: Arithmetic, left: Operand, right: Operand) -> tuple[ExprType, ExprType]:
    """Return the types to calculate with: text is a duration or else an instant, what has no type fits the other."""
    first, second = _written(left), _written(right)
    if first == "any" and second == "any":
        return "number", "number"
    if first == "any":
        return ("instant" if second in ("instant", "duration") and op == "-" else second), second
    if second == "any" and first == "instant":
        return first, ("instant" if op == "-" else "duration")
    if second == "any":
        return first, ("number" if op in ("*", "/") else first)
    return first, second


def _written(operand: Operand) -> ExprType:
    if isinstance(operand.node, Literally) and isinstance(operand.node.value, str):
        if as_duration(operand.node.value) is not None:
            return "duration"
        if as_instant(operand.node.value) is not None:
            return "instant"
    return operand.type


def _calculation_advice(kinds: tuple[ExprType, ExprType]) -> str:
    if "text" in kinds:
        return "Text cannot be calculated with."
    if "number" in kinds and ("duration" in kinds or "instant" in kinds):
        return "Say the unit of the number, such as days(2)."
    return "An instant minus an instant is a duration; an instant plus or minus a duration is an instant."


def call(name: str, arguments: Sequence[Operand], whole_call: Operand) -> Node:
    """Return ``name(arguments)``; ``whole_call`` is for messages."""
    function = FUNCTIONS[name]
    most = len(function.parameters)
    if len(arguments) < function.required or (len(arguments) > most and not function.repeats):
        raise wrong(whole_call, f"{name} cannot take {len(arguments)} arguments.", f"Write {function.signature}.")
    if function.result == "any":
        return _call_same(function, arguments)
    nodes = [_fit_parameter(function, i, argument) for i, argument in enumerate(arguments)]
    if len(nodes) < most:
        nodes.append(Literally("UTC", "text"))
    if function.unit and isinstance(nodes[0], Literally) and isinstance(nodes[0].value, int | float):
        duration = whole(nodes[0].value * float(function.unit))
        if duration is None:
            raise wrong(whole_call, f"{whole_call.text} is longer than any history.", "Write a shorter duration.")
        return Literally(duration, "duration")
    return Call(name, tuple(nodes), function.result)


def _call_same(function: Function, arguments: Sequence[Operand]) -> Node:
    common, nodes = unify(arguments)
    if "ordered" in function.parameters and common not in _ORDERED:
        reason = f"{function.name} cannot compare what is {describe(common)}."
        raise wrong(arguments[0], reason, "It takes numbers, durations or instants.")
    return Call(function.name, tuple(nodes), common)


def _fit_parameter(function: Function, index: int, argument: Operand) -> Node:
    parameter = function.parameters[index]
    if parameter != "zone":
        return fit(argument, parameter)  # type: ignore[arg-type]  # "same" and "ordered" went to _call_same
    zone = argument.node.value if isinstance(argument.node, Literally) else None
    if not isinstance(zone, str) or not is_zone(zone):
        raise wrong(
            argument, f"{argument.text} is not a time zone.", 'Write an IANA name as text, such as "Europe/London".'
        )
    return Literally(zone, "text")


def choose(condition: Operand, then: Operand, otherwise: Operand) -> Node:
    """Return ``then if condition else otherwise``."""
    common, (first, second) = unify((then, otherwise))
    return Choose(fit(condition, "boolean"), first, second, common)
