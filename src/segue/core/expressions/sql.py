"""Write a typed tree as a DuckDB expression over columns and an event history, with the meaning that Python gives it.

A trait is a column of the customer's row (DOUBLE, VARCHAR, BOOLEAN, BIGINT microseconds). A feature is an aggregate
over the customer's events, correlated by customer (`core.expressions.sql_features`). Both are read as of one moment.
"""

from collections.abc import Callable

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
from segue.core.expressions.sql_features import History, feature_sql
from segue.core.expressions.sql_values import literal, property_sql
from segue.model.errors import ExpressionError


def to_sql(node: Node, history: History) -> str:
    """Return ``node`` as SQL whose value is the expression's for the customer of the current row.

    Raises:
        ExpressionError: the expression needs a current event or a run, which history has not.
    """
    return write_sql(node, lambda reference: _look_up(reference, history))


def write_sql(node: Node, look_up: Callable[[Reference], str]) -> str:
    """Return ``node`` as SQL; ``look_up`` gives the SQL of each reference."""
    match node:
        case Literally():
            return literal(node.value, node.type)
        case Reference():
            return look_up(node)
        case Compare():
            op = {"==": "=", "!=": "<>"}.get(node.op, node.op)
            return f"({write_sql(node.left, look_up)} {op} {write_sql(node.right, look_up)})"
        case Member():
            values = ", ".join(literal(value, node.operand.type) for value in node.values)
            return f"({write_sql(node.operand, look_up)} IN ({values}))"
        case IsNull():
            return f"({write_sql(node.operand, look_up)} IS NULL)"
        case Not():
            return f"(NOT {write_sql(node.operand, look_up)})"
        case AllOf() | AnyOf():
            word = " AND " if isinstance(node, AllOf) else " OR "
            return f"({word.join(write_sql(operand, look_up) for operand in node.operands)})"
        case Calculate():
            return _calculate(node, write_sql(node.left, look_up), write_sql(node.right, look_up))
        case Call():
            texts = [write_sql(argument, look_up) for argument in node.arguments]
            call = FUNCTIONS[node.function].sql.format(*texts, args=", ".join(texts))
            return f"CAST({call} AS DOUBLE)" if node.type == "number" else call
        case Choose():
            condition, then = write_sql(node.condition, look_up), write_sql(node.then, look_up)
            return f"(CASE WHEN {condition} THEN {then} ELSE {write_sql(node.otherwise, look_up)} END)"


def _calculate(node: Calculate, left: str, right: str) -> str:
    if node.op == "/":
        left, right = f"CAST({left} AS DOUBLE)", f"nullif(CAST({right} AS DOUBLE), 0)"
    if node.type == "number":
        return f"({left} {node.op} {right})"
    if node.op in ("*", "/"):
        return f"TRY_CAST(trunc(CAST({left} AS DOUBLE) {node.op} {right}) AS BIGINT)"
    return f"TRY_CAST(CAST({left} AS HUGEINT) {node.op} {right} AS BIGINT)"  # what overflows is null, no error


def _look_up(reference: Reference, history: History) -> str:
    match reference.space:
        case "now":
            return history.now
        case "trait":
            return history.column(reference.name)
        case "feature":
            return feature_sql(reference, history, _where)
        case _:
            reason = f"{reference.space}.{reference.name} has no meaning over history."
            raise ExpressionError(reason, "Use traits, features and now.")


def _where(node: Node) -> str:
    return write_sql(node, lambda reference: property_sql(reference.name, reference.type))
