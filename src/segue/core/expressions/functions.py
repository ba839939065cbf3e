"""The closed table of functions: the one place that says what each takes, gives, means, and becomes.

Templates hold the operands as ``{0}``, ``{1}`` or, all of them, ``{args}``. Python is only evaluated where no operand
is null; SQL must be null where one is. A template holds each operand once, so that nesting cannot multiply the text.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from segue.core.expressions.nodes import ExprType
from segue.model.time import DAY, HOUR, MINUTE, SECOND, WEEK

Parameter: TypeAlias = Literal["number", "text", "instant", "zone", "same", "ordered"]


class Function(Struct, frozen=True):
    """A function.

    Attributes:
        parameters: types of the arguments. ``zone``: the name of a time zone, written as text. ``same``: any type, the
            same for all. ``ordered``: the same, but number, duration or instant.
        result: ``any`` for the type of the arguments.
        required: how many arguments there must be; the last parameter may repeat where ``repeats``.
        may_fail: the result can be null although no operand is.
        unit: for makers of durations: microseconds of one; 0 for the others.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: ExprType
    python: str
    sql: str
    meaning: str
    required: int
    repeats: bool = False
    may_fail: bool = False
    unit: int = 0

    @property
    def signature(self) -> str:
        """The call as documentation writes it: ``hour(instant, zone?)``."""
        shown = [p if i < self.required else f"{p}?" for i, p in enumerate(self.parameters)]
        return f"{self.name}({', '.join(shown)}{', ...' if self.repeats else ''})"


def _maker(name: str, unit: int) -> Function:
    amount = f"{{0}} * {float(unit)!r}"
    sql = f"TRY_CAST(trunc({amount}) AS BIGINT)"
    return Function(
        name, ("number",), "duration", f"whole({amount})", sql, f"So many {name}.", 1, may_fail=True, unit=unit
    )


def _plain(
    name: str, parameters: tuple[Parameter, ...], result: ExprType, python: str, sql: str, says: str
) -> Function:
    return Function(name, parameters, result, python, sql, says, len(parameters))


def _local(name: str, says: str) -> Function:
    sql = f"{'isodow' if name == 'weekday' else name}(timezone({{1}}, make_timestamptz({{0}})))"
    python = f"{name}_in({{0}}, {{1}})"
    return Function(name, ("instant", "zone"), "number", python, sql, says, 1, may_fail=True)


def _reduced(op: str) -> str:
    """Return SQL of the extreme of ``{args}`` that, unlike ``least`` and ``greatest``, is null when one is null."""
    return f"list_reduce([{{args}}], lambda x, y: CASE WHEN x {op}= y THEN x WHEN y {op} x THEN y END)"


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        _maker("weeks", WEEK),
        _maker("days", DAY),
        _maker("hours", HOUR),
        _maker("minutes", MINUTE),
        _maker("seconds", SECOND),
        Function(
            "coalesce", ("same", "same"), "any", "", "coalesce({args})", "The first that is not null.", 2, repeats=True
        ),
        Function(
            "min",
            ("ordered", "ordered"),
            "any",
            "min({args})",
            _reduced("<"),
            "The smallest; null when one is null.",
            2,
            repeats=True,
        ),
        Function(
            "max",
            ("ordered", "ordered"),
            "any",
            "max({args})",
            _reduced(">"),
            "The greatest; null when one is null.",
            2,
            repeats=True,
        ),
        _plain("abs", ("ordered",), "any", "abs({0})", "abs({0})", "Without its sign; for numbers and durations."),
        _plain("round", ("number",), "number", "round_half_away({0})", "round({0})", "Nearest; halves away from zero."),
        _plain("floor", ("number",), "number", "floor_number({0})", "floor({0})", "The whole number not above it."),
        _plain("lower", ("text",), "text", "lower({0})", "lower({0})", "In lower case, character by character."),
        _plain("upper", ("text",), "text", "upper({0})", "upper({0})", "In upper case, character by character."),
        _plain("length", ("text",), "number", "len({0})", "length({0})", "The number of characters (code points)."),
        _plain(
            "startswith",
            ("text", "text"),
            "boolean",
            "{0}.startswith({1})",
            "starts_with({0}, {1})",
            "Whether the first begins with the second.",
        ),
        _plain(
            "endswith",
            ("text", "text"),
            "boolean",
            "{0}.endswith({1})",
            "suffix({0}, {1})",
            "Whether the first ends with the second.",
        ),
        _plain(
            "contains",
            ("text", "text"),
            "boolean",
            "({1} in {0})",
            "contains({0}, {1})",
            "Whether the second is part of the first.",
        ),
        _local("hour", "Hour of the day, 0 to 23, in the zone (UTC where none is written)."),
        _local("weekday", "Day of the week, 1 for Monday to 7 for Sunday, in the zone."),
    )
}
