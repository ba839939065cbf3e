"""Write a typed tree as straight-line Python with SQL's three-valued logic and without three-valued objects.

A condition is only ever asked "is it true?" or, under a ``not``, "is it false?"; `is_true` and `is_false` push that
question down to the comparisons, where it becomes "no operand is null, and ...". Guards of operands that are never null
(counts, features with a default) are not written at all. What is looked up, and what has no operator of its own, is
computed once, into a variable, on a line before.
"""

from collections.abc import Mapping
from itertools import takewhile

from msgspec import Struct

from segue.core.expressions.functions import FUNCTIONS
from segue.core.expressions.nodes import (
    AllOf,
    AnyOf,
    Calculate,
    Call,
    Choose,
    Compare,
    IsNull,
    Literally,
    Member,
    Node,
    Not,
    Reference,
)
from segue.core.expressions.reading import read_lines
from segue.core.expressions.states import default_of
from segue.model.catalogue import FeatureSpec

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_CHECKS = {
    "text": "if type({0}) is not str: {0} = None",
    "number": "if type({0}) is not float and type({0}) is not int: {0} = None",
    "boolean": "if type({0}) is not bool: {0} = None",
    "instant": "if type({0}) is not int: {0} = as_instant({0})",
    "duration": "if {0} is not None: {0} = as_duration({0})",
}
_SPACES = {"trait": "traits", "event": "event", "run": "run", "extra": "extra"}


class Written(Struct, frozen=True):
    """A value as Python: ``text`` may be evaluated where all ``guards`` hold; where one does not, it is null.

    Attributes:
        is_variable: ``text`` is a plain variable, safe to look at even when it is null.
    """

    text: str
    guards: tuple[str, ...] = ()
    is_variable: bool = False

    @property
    def or_null(self) -> str:
        """The value as one Python expression, ``None`` for null."""
        if self.is_variable or not self.guards:
            return self.text
        return f"({self.text} if {' and '.join(self.guards)} else None)"


class Writer:
    """Collects the lines of one function; what several expressions share is written once."""

    def __init__(self, features: Mapping[str, FeatureSpec]) -> None:
        self.lines: list[str] = []
        self._features = features
        self._variables: dict[object, Written] = {}
        self._alive: list[Node] = []

    def is_true(self, node: Node) -> str:
        """Return Python that is True when ``node`` is true, False when it is false or null."""
        match node:
            case Not():
                return self.is_false(node.operand)
            case AllOf():
                return f"({' and '.join(self.is_true(operand) for operand in node.operands)})"
            case AnyOf():
                return f"({' or '.join(self.is_true(operand) for operand in node.operands)})"
            case IsNull():
                guards = self.value(node.operand).guards
                return f"(not ({' and '.join(guards)}))" if guards else "False"
            case Compare():
                return self._compare(node.op, node.left, node.right)
            case Member():
                return self._member(node, "in")
            case Choose():
                return (
                    f"({self.is_true(node.then)} if {self.is_true(node.condition)} else {self.is_true(node.otherwise)})"
                )
            case Call() if node.function != "coalesce":
                written = self.value(node)
                return _both(written.guards, written.text)
            case _:
                return f"({self.value(node).or_null} is True)"

    def is_false(self, node: Node) -> str:
        """Return Python that is True when ``node`` is false, False when it is true or null."""
        match node:
            case Not():
                return self.is_true(node.operand)
            case AllOf():
                return f"({' or '.join(self.is_false(operand) for operand in node.operands)})"
            case AnyOf():
                return f"({' and '.join(self.is_false(operand) for operand in node.operands)})"
            case IsNull():
                guards = self.value(node.operand).guards
                return f"({' and '.join(guards)})" if guards else "True"
            case Compare():
                return self._compare(_OPPOSITE[node.op], node.left, node.right)
            case Member():
                return self._member(node, "not in")
            case Choose():
                then, otherwise = self.is_false(node.then), self.is_false(node.otherwise)
                return f"({then} if {self.is_true(node.condition)} else {otherwise})"
            case Call() if node.function != "coalesce":
                written = self.value(node)
                return _both(written.guards, f"not {written.text}")
            case _:
                return f"({self.value(node).or_null} is False)"

    def value(self, node: Node) -> Written:
        """Return the value of ``node``."""
        match node:
            case Literally():
                return Written("None", ("False",)) if node.value is None else Written(_literal(node.value))
            case Reference():
                return self._look_up(node)
            case Calculate():
                return self._calculate(node)
            case Call() if node.function != "coalesce":
                return self._call(node)
            case _:
                return self._once(node)

    def _compare(self, op: str, left: Node, right: Node) -> str:
        first, second = self.value(left), self.value(right)
        guards = _merge(first.guards, second.guards)
        if op == "==" and (
            (first.is_variable and not second.guards) or (second.is_variable and not first.guards)
        ):  # None equals nothing that is never null
            guards = ()
        return _both(guards, f"{first.text} {op} {second.text}")

    def _member(self, node: Member, op: str) -> str:
        operand = self.value(node.operand)
        guards = () if op == "in" and operand.is_variable else operand.guards
        return _both(guards, f"{operand.text} {op} {{{', '.join(map(_literal, node.values))}}}")

    def _look_up(self, node: Reference) -> Written:
        if node.space == "now":
            return Written("now")
        if node not in self._variables:
            self._variables[node] = self._read(node, self._new_name())
        return self._variables[node]

    def _read(self, node: Reference, variable: str) -> Written:
        is_checked, is_nullable = node.type != "any", True
        if node.space == "feature":
            spec = self._features[node.name]
            self.lines += read_lines(node.name, spec, variable)
            remembers = spec.kind in ("last", "first") and spec.of is not None
            is_checked, is_nullable = remembers and is_checked, remembers or default_of(spec) is None
        else:
            self.lines.append(f"{variable} = {_SPACES[node.space]}.get({node.name!r})")
        if is_checked:
            self.lines.append(_CHECKS[node.type].format(variable))
        return Written(variable, (f"{variable} is not None",) if is_nullable else (), is_variable=True)

    def _calculate(self, node: Calculate) -> Written:
        left, right = self.value(node.left), self.value(node.right)
        guards = _merge(left.guards, right.guards)
        if node.op == "/":
            guards = _merge(guards, (f"{right.text} != 0",))
        times_one = " * 1.0" if node.op == "*" else ""  # whole numbers multiply as floats: no huge integers
        text = f"({left.text}{times_one} {node.op} {right.text})"
        if node.op in ("*", "/") and node.type == "duration":
            return self._store(f"whole{text}", guards)
        return Written(text, guards)

    def _call(self, node: Call) -> Written:
        function = FUNCTIONS[node.function]
        operands = [self.value(argument) for argument in node.arguments]
        texts = [operand.text for operand in operands]
        guards = _merge(*(operand.guards for operand in operands))
        text = function.python.format(*texts, args=", ".join(texts))
        return self._store(text, guards) if function.may_fail else Written(text, guards)

    def _once(self, node: Node) -> Written:
        """Return a variable that holds ``node``, a condition or a choice whose value is wanted."""
        if id(node) not in self._variables:
            self._alive.append(node)  # an id is only good while its object lives
            self._variables[id(node)] = self._store(*self._choice(node))
        return self._variables[id(node)]

    def _choice(self, node: Node) -> tuple[str, tuple[str, ...]]:
        match node:
            case Choose():
                then, otherwise = self.value(node.then), self.value(node.otherwise)
                return f"{then.or_null} if {self.is_true(node.condition)} else {otherwise.or_null}", ()
            case Call():
                values = [self.value(argument) for argument in node.arguments]
                tries = list(takewhile(lambda value: value.guards, values))
                last = values[len(tries)].text if len(tries) < len(values) else "None"
                return " else ".join([*(f"{v.text} if {' and '.join(v.guards)}" for v in tries), last]), ()
            case _:
                return f"True if {self.is_true(node)} else False if {self.is_false(node)} else None", ()

    def _store(self, text: str, guards: tuple[str, ...]) -> Written:
        name = self._new_name()
        self.lines.append(f"{name} = {Written(text, guards).or_null}")
        return Written(name, (f"{name} is not None",), is_variable=True)

    def _new_name(self) -> str:
        return f"v{len(self.lines)}"


def _literal(value: object) -> str:
    text = repr(value)
    return f"({text})" if text.startswith("-") else text


def _merge(*guards: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(guard for group in guards for guard in group))


def _both(guards: tuple[str, ...], text: str) -> str:
    return f"({' and '.join((*guards, text))})"
