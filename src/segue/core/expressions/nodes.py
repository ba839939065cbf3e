"""The typed tree of an expression. Frozen, positional and free of code, so that it can become Python, SQL or tables.

Every node has a type. ``any`` is the type of what nobody declared (a property of a free-form event) and of a bare
``None``; it only survives at the root of an expression whose place takes each type, and below ``is None``.
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

ExprType: TypeAlias = Literal["number", "text", "boolean", "instant", "duration", "any"]
Space: TypeAlias = Literal["trait", "feature", "event", "run", "extra", "now"]
Comparison: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Arithmetic: TypeAlias = Literal["+", "-", "*", "/"]
Scalar: TypeAlias = str | int | float | bool | None


class Literally(Struct, frozen=True, array_like=True, tag_field="node", tag="literal"):
    """A value written in the source. Instants and durations are microseconds."""

    value: Scalar
    type: ExprType


class Reference(Struct, frozen=True, array_like=True, tag_field="node", tag="reference"):
    """A value looked up: a trait, a feature, a property of the event or of the run, an extra name, or the moment."""

    space: Space
    name: str
    type: ExprType


class Compare(Struct, frozen=True, array_like=True, tag_field="node", tag="compare"):
    """Two operands of one type; a chain becomes several of these under `AllOf`."""

    op: Comparison
    left: "Node"
    right: "Node"
    type: ExprType = "boolean"


class Member(Struct, frozen=True, array_like=True, tag_field="node", tag="member"):
    """``operand in (values)``; the values are literals of the operand's type and never null."""

    operand: "Node"
    values: tuple[Scalar, ...]
    type: ExprType = "boolean"


class IsNull(Struct, frozen=True, array_like=True, tag_field="node", tag="is_null"):
    """``operand is None``: the only test of null that is never null itself."""

    operand: "Node"
    type: ExprType = "boolean"


class Not(Struct, frozen=True, array_like=True, tag_field="node", tag="not"):
    """Negation: null stays null."""

    operand: "Node"
    type: ExprType = "boolean"


class AllOf(Struct, frozen=True, array_like=True, tag_field="node", tag="all"):
    """``and``: false as soon as one is false, null when one is null and none is false."""

    operands: tuple["Node", ...]
    type: ExprType = "boolean"


class AnyOf(Struct, frozen=True, array_like=True, tag_field="node", tag="any"):
    """``or``: true as soon as one is true, null when one is null and none is true."""

    operands: tuple["Node", ...]
    type: ExprType = "boolean"


class Calculate(Struct, frozen=True, array_like=True, tag_field="node", tag="calculate"):
    """Arithmetic; null when an operand is null or a divisor zero."""

    op: Arithmetic
    left: "Node"
    right: "Node"
    type: ExprType


class Call(Struct, frozen=True, array_like=True, tag_field="node", tag="call"):
    """A function of the closed table (`core.expressions.functions`)."""

    function: str
    arguments: tuple["Node", ...]
    type: ExprType


class Choose(Struct, frozen=True, array_like=True, tag_field="node", tag="choose"):
    """``then if condition else otherwise``; a null condition chooses ``otherwise``."""

    condition: "Node"
    then: "Node"
    otherwise: "Node"
    type: ExprType


Node: TypeAlias = Literally | Reference | Compare | Member | IsNull | Not | AllOf | AnyOf | Calculate | Call | Choose


def children(node: Node) -> tuple[Node, ...]:
    """Return the operands of ``node``, from left to right."""
    match node:
        case Literally() | Reference():
            return ()
        case Compare() | Calculate():
            return (node.left, node.right)
        case Member() | IsNull() | Not():
            return (node.operand,)
        case AllOf() | AnyOf():
            return node.operands
        case Call():
            return node.arguments
        case Choose():
            return (node.condition, node.then, node.otherwise)


def references(node: Node) -> Iterator[Reference]:
    """Yield every look-up in ``node``, from left to right, repeated ones too."""
    if isinstance(node, Reference):
        yield node
    for child in children(node):
        yield from references(child)


def names_used(node: Node, space: Space) -> tuple[str, ...]:
    """Return the names that ``node`` looks up in ``space``, each once, in order of appearance."""
    return tuple(dict.fromkeys(ref.name for ref in references(node) if ref.space == space))
