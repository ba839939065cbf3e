"""The SQL of an expression says the same as its Python."""

import json
import math
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from segue.core.expressions import History, compile_library, parse, to_sql
from segue.model.errors import ExpressionError
from segue.model.events import Tracked
from tests.core.expressions.histories import (
    DECAYED,
    EVENTS,
    FEATURES,
    NOW,
    PLAN,
    SCOPE,
    TRAITS,
    events,
    expressions,
    folded,
    traits,
)

HISTORY = History(features=FEATURES, declared=EVENTS, customer="customers.customer_id", now=str(NOW))
COLUMNS = {"number": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "instant": "BIGINT"}


@pytest.fixture(scope="module")
def duck() -> Any:
    connection = duckdb.connect(config={"memory_limit": "400MB", "threads": 1})
    columns = ", ".join(f'"{name}" {COLUMNS[spec.type]}' for name, spec in TRAITS.items())
    connection.execute(f"CREATE TABLE customers (customer_id VARCHAR, {columns})")
    connection.execute('CREATE TABLE events (customer_id VARCHAR, name VARCHAR, "at" BIGINT, properties JSON)')
    yield connection
    connection.close()


def ask_duckdb(duck: Any, sources: list[str], known: dict[str, Any], history: list[Tracked]) -> tuple[Any, ...]:
    duck.execute("DELETE FROM customers; DELETE FROM events")
    duck.execute("INSERT INTO customers VALUES ('c', $1, $2, $3, $4, $5)", [known.get(name) for name in TRAITS])
    for event in history:
        row = [event.customer_id, event.name, event.at, json.dumps(event.properties)]
        duck.execute("INSERT INTO events VALUES ($1, $2, $3, $4)", row)
    queries = ", ".join(to_sql(parse(source, SCOPE, None), HISTORY) for source in sources)
    answer: tuple[Any, ...] = duck.execute(f"SELECT {queries} FROM customers").fetchone()
    return answer


def ask_python(sources: list[str], known: dict[str, Any], history: list[Tracked]) -> tuple[Any, ...]:
    library = compile_library({source: parse(source, SCOPE, None) for source in sources}, FEATURES)
    states = folded(PLAN, history).features
    return tuple(library[source](known, states, {}, {}, NOW) for source in sources)


ANY_EXPRESSIONS = st.lists(
    st.sampled_from(["boolean", "boolean", "number", "text", "instant", "duration"]).flatmap(expressions),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=120,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(ANY_EXPRESSIONS, traits(), events())
def test_python_and_sql_agree(duck: Any, sources: list[str], known: dict[str, Any], history: list[Tracked]) -> None:
    from_sql = ask_duckdb(duck, sources, known, history)
    from_python = ask_python(sources, known, history)
    for source, sql, python in zip(sources, from_sql, from_python, strict=True):
        is_condition = parse(source, SCOPE, None).type == "boolean"
        assert (sql is True if is_condition else sql) == python, source


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(events())
def test_python_and_sql_agree_on_decayed_features(duck: Any, history: list[Tracked]) -> None:
    from_sql = ask_duckdb(duck, list(DECAYED), {}, history)
    from_python = ask_python(list(DECAYED), {}, history)
    for sql, python in zip(from_sql, from_python, strict=True):
        assert math.isclose(sql, python, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("function", ["lower", "upper"])
def test_python_and_sql_agree_on_the_case_of_every_character(duck: Any, function: str) -> None:
    characters = [chr(code) for code in range(1, 0x1F000) if not 0xD800 <= code < 0xE000]
    python = compile_library({"f": parse(f"{function}(country)", SCOPE, None)}, {})["f"]
    sql = f"SELECT {function}(c) FROM (SELECT unnest($1) AS c)"
    from_sql = [row[0] for row in duck.execute(sql, [characters]).fetchall()]
    assert [python({"country": c}, {}, {}, {}, NOW) for c in characters] == from_sql


def test_the_current_event_has_no_meaning_over_history() -> None:
    from segue.core.expressions import Scope

    node = parse("event.amount > 1", Scope(has_event=True))
    with pytest.raises(ExpressionError, match="no meaning over history"):
        to_sql(node, HISTORY)
