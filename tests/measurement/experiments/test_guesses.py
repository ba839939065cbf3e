"""Guesses: right where names say it, and a question where two would do."""

import numpy as np
import pytest

from segue.measurement.experiments.columns import column_types
from segue.measurement.experiments.guesses import (
    guess_arm,
    guess_control,
    guess_metrics,
    guess_unit,
    is_less_better,
    is_outcome,
    metric_of,
    one_of,
    values_of,
)
from segue.model.errors import SegueError
from tests.measurement.experiments.made_up import given


def columns(**values: list) -> dict[str, np.ndarray]:
    return {name: np.array(each, dtype=object if isinstance(each[0], str) else None) for name, each in values.items()}


FEW = {"user id": [7, 8, 9, 10], "converted": [0, 1, 1, 0]}


@pytest.mark.parametrize(
    ("table", "arm"),
    [
        ({"test group": ["ad", "psa", "ad", "ad"]}, "test group"),
        ({"group": ["control", "treatment"] * 2, "landing_page": ["new_page", "old_page"] * 2}, "group"),
        ({"version": ["gate_30", "gate_40"] * 2}, "version"),
        ({"treatment": [0, 1, 1, 1], "exposure": [0, 1, 0, 0]}, "treatment"),
        ({"segment": ["No E-Mail", "Mens"] * 2, "history_segment": ["a", "b"] * 2}, "segment"),
        ({"age_group": ["old", "young"] * 2, "variant": ["A", "B"] * 2}, "variant"),
        ({"sent": ["holdout", "mail"] * 2, "town": ["Wien", "Graz"] * 2}, "sent"),
        ({"segment": ["gold", "silver"] * 2, "cell": ["control", "mail"] * 2}, "cell"),
    ],
)
def test_the_arm_is_named_like_one(table: dict[str, list], arm: str) -> None:
    with given(columns(**FEW, **table)) as duck:
        assert guess_arm(duck, "given", column_types(duck, "given")) == arm


def test_two_arms_columns_are_a_question() -> None:
    table = columns(**FEW, arm=["p", "q"] * 2, variant=["x", "y"] * 2)
    with given(table) as duck, pytest.raises(SegueError, match=r"any of 'arm' \(p, q\), 'variant' \(x, y\).*--arm"):
        guess_arm(duck, "given", column_types(duck, "given"))


def test_no_arm_column_is_a_question() -> None:
    table = columns(**FEW, town=["Wien", "Graz"] * 2)
    with given(table) as duck, pytest.raises(SegueError, match="Nothing tells which is the arm"):
        guess_arm(duck, "given", column_types(duck, "given"))


def test_a_column_for_each_arm_is_no_experiment() -> None:
    table = columns(user_id=[1, 2, 3, 4], control=[0, 1, 0, 1], treatment=[1, 1, 0, 1])
    with given(table) as duck, pytest.raises(SegueError, match="look like a column for each arm"):
        guess_arm(duck, "given", column_types(duck, "given"))


def test_more_than_ten_arms_are_named_before_they_are_believed() -> None:
    table = columns(variant=[f"v{place}" for place in range(12)])
    with given(table) as duck, pytest.raises(SegueError, match=r"'variant' has 12 values.*--arm variant"):
        guess_arm(duck, "given", column_types(duck, "given"))


def test_rows_that_do_not_count_do_not_tell_what_a_metric_is() -> None:
    table = columns(arm=["a", "b", "Total"], converted=[0, 1, 482])
    with given(table) as duck:
        kinds = [metric_of(duck, "given", "converted", rows).kind for rows in ("true", "arm <> 'Total'")]
        assert kinds == ["mean", "rate"]


def test_an_arm_that_everybody_is_in_is_told() -> None:
    table = columns(**FEW, variant=["control"] * 4)
    with given(table) as duck, pytest.raises(SegueError, match="one arm only: 'variant' is 'control' in all rows"):
        guess_arm(duck, "given", column_types(duck, "given"))


@pytest.mark.parametrize(
    ("arms", "control"),
    [
        (["Mens E-Mail", "No E-Mail", "Womens E-Mail"], "No E-Mail"),
        (["ad", "psa"], "psa"),
        (["0", "1"], "0"),
        (["1.0", "0.0"], "0.0"),
        (["false", "true"], "false"),
        (["control", "no_discount"], "control"),
        (["Global Holdout", "mail"], "Global Holdout"),
        (["B", "A"], "A"),
        (["Kontrollgruppe", "Mail"], "Kontrollgruppe"),
        (["t\u00e9moin", "test"], "t\u00e9moin"),
    ],
)
def test_the_control_is_named_like_one(arms: list[str], control: str) -> None:
    assert guess_control(arms) == control


@pytest.mark.parametrize("arms", [["gate_30", "gate_40"], ["B", "C"], ["control", "placebo"]])
def test_unclear_controls_are_a_question(arms: list[str]) -> None:
    with pytest.raises(SegueError, match="--control"):
        guess_control(arms)


@pytest.mark.parametrize(
    ("table", "unit"),
    [
        ({"row_id": [1, 2, 3, 4], "spend": [1, 2, 3, 5]}, "row_id"),
        ({"userid": [1, 2, 3, 4]}, "userid"),
        ({"Kunde": [1, 2, 3, 4], "Umsatz": [1, 2, 3, 5]}, "Kunde"),
        ({"email": ["a@x", "b@x", "c@x", "d@x"]}, "email"),
        ({"user_id": [1, 2, 3, 3], "store_id": [1, 1, 1, 2]}, "user_id"),
        ({"store_id": [1, 1, 1, 2], "spend": [1, 2, 3, 4]}, ""),
        ({"spend": [1, 2, 3, 4]}, ""),
    ],
)
def test_the_unit_is_an_id_of_most_rows(table: dict[str, list], unit: str) -> None:
    with given(columns(**table)) as duck:
        assert guess_unit(duck, "given", column_types(duck, "given")) == unit


def test_of_a_row_for_each_order_the_customer_is_the_unit() -> None:
    who = np.repeat(np.arange(40), 5)
    table = {
        "order_id": np.arange(200),
        "customer_id": who,
        "shop_id": np.arange(200) % 25,
        "variant": np.where(who % 2, "control", "email").astype(object),
    }
    with given(table) as duck:
        types = {name: kind for name, kind in column_types(duck, "given").items() if name != "variant"}
        assert guess_unit(duck, "given", types, "variant") == "customer_id"
        del types["customer_id"]
        assert guess_unit(duck, "given", types, "variant") == "order_id"
        assert guess_unit(duck, "given", {"shop_id": "BIGINT"}, "variant") == "", "a shop has customers of both arms"


def test_days_and_instants_are_no_outcomes() -> None:
    names = ("converted", "conversion_date", "purchased_at", "visit_day", "order_value", "spend_before")
    assert [name for name in names if is_outcome(name)] == ["converted", "order_value"]


def test_two_ids_are_a_question() -> None:
    table = columns(user_id=[1, 2], account_id=[3, 4])
    with given(table) as duck, pytest.raises(SegueError, match="--unit"):
        guess_unit(duck, "given", column_types(duck, "given"))


def test_metrics_are_named_like_outcomes_and_have_a_kind() -> None:
    table = columns(
        recency=[1, 2, 3],
        history=[10.5, 20.5, 3.5],
        pre_spend=[1.5, 2.5, 0.0],
        retention_1=[0, 1, 1],
        sum_gamerounds=[3, 80, 0],
        spend=[0.0, 9.5, 0.0],
        unsubscribed=[0, 0, 1],
    )
    with given(table) as duck:
        found = guess_metrics(duck, "given", column_types(duck, "given"), taken=())

    assert [(metric.metric, metric.kind, metric.is_less_better) for metric in found] == [
        ("retention_1", "rate", False),
        ("sum_gamerounds", "mean", False),
        ("spend", "revenue", False),
        ("unsubscribed", "rate", True),
    ]


def test_the_only_number_is_the_metric_and_several_are_a_question() -> None:
    with given(columns(arm=["a", "b"], depth=[3, 4])) as duck:
        types = column_types(duck, "given")
        assert [metric.metric for metric in guess_metrics(duck, "given", types, taken=("arm",))] == ["depth"]
    with given(columns(depth=[3, 4], pages=[3, 4])) as duck, pytest.raises(SegueError, match="--metric"):
        guess_metrics(duck, "given", column_types(duck, "given"), taken=())


def test_columns_of_events_are_found_by_name() -> None:
    assert one_of(("at", "time"), ["Customer", "Time"], "instant") == "Time"
    with pytest.raises(SegueError, match="no column of the instant"):
        one_of(("at", "time"), ["customer"], "instant")
    assert is_less_better("churn")
    with given(columns(arm=["b", "a", "b"])) as duck:
        assert values_of(duck, "given", "arm") == ["a", "b"]
