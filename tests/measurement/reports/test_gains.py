"""Which groups of customers gain, in a log that was made up: gold customers convert when contacted, others do not."""

from datetime import datetime

import duckdb
import numpy as np
import pytest
from msgspec.structs import replace

from segue.measurement.reports import Period, open_period
from segue.measurement.reports.effects import effects_section
from segue.measurement.reports.gains import UNKNOWN, assigned_by
from segue.model.catalogue import TraitSpec
from segue.model.errors import SegueError
from segue.model.learning import Learning, Objective
from tests.builders import workspace

COUNT = 4000
SHOP = replace(
    workspace(groups={"holdout": 0.5}, traits={"tier": TraitSpec(type="text"), "age": TraitSpec(type="number")}),
    learning=Learning(objectives={"order": Objective(event="order", value=10.0)}),
)
RNG = np.random.default_rng(3)
HELD = RNG.random(COUNT) < 0.5
GOLD = RNG.random(COUNT) < 0.4
AGE = RNG.integers(20, 60, COUNT)
BEFORE = RNG.random(COUNT) < 0.5


def log(*, past: bool = False) -> duckdb.DuckDBPyConnection:
    """Return the log: traits on the first day (a tier changes later), a decision on the 10th, orders on the 20th."""
    duck = duckdb.connect()
    who = np.array([f"c{number}" for number in range(COUNT)], dtype=object)
    bought = RNG.random(COUNT) < np.where(GOLD & ~HELD, 0.5, 0.2) * np.where(BEFORE, 1.5, 0.5)
    columns = {"who": who, "held": HELD, "gold": GOLD, "age": AGE, "bought": bought, "before": BEFORE & past}
    duck.register("made", columns)
    duck.execute(
        """
        CREATE TABLE events AS
        SELECT who AS customer_id, TIMESTAMP '2026-03-01' AS "at", 1 AS seq, 'identified' AS kind,
            json_object('traits', json_object('tier', if(gold, 'gold', 'silver'), 'age', age)) AS body FROM made
        UNION ALL SELECT who, TIMESTAMP '2026-03-15', 3, 'identified', '{"traits": {"tier": "bronze"}}' FROM made
        UNION ALL SELECT who, TIMESTAMP '2026-03-30', 4, 'tracked', '{"traits": {}}' FROM made;
        CREATE TABLE decisions AS
        SELECT who AS customer_id, TIMESTAMP '2026-03-10' AS "at", if(held, 'holdout', 'agent') AS "group",
            'agent' AS policy, 'mail' AS action, held AS is_ghost, '[]' AS considered, 'x' AS chosen, 'r' AS revision
        FROM made;
        CREATE TABLE rewards AS
        SELECT who AS customer_id, TIMESTAMP '2026-03-20' AS "at", 'order' AS objective, 1.0 AS amount
        FROM made WHERE bought
        UNION ALL SELECT who, TIMESTAMP '2026-03-05', 'order', 1.0 FROM made WHERE before;
        CREATE TABLE deliveries AS SELECT who AS customer_id, TIMESTAMP '2026-03-11' AS "now" FROM made;
        CREATE TABLE steps AS SELECT who AS customer_id, TIMESTAMP '2026-03-11' AS "at" FROM made;
        """
    )
    return duck


def period(by: str = "", *, past: bool = False) -> Period:
    return open_period(log(past=past), SHOP, by=by)


def test_the_group_that_gains_is_found_and_contacting_it_first_pays() -> None:
    section = effects_section(period("tier"))
    assert section is not None
    (found,) = (each for each in section.data.groups if each.arm == "agent")
    assert {each.group: each.control_units + each.arm_units for each in found.groups} == {
        "gold": int(GOLD.sum()),
        "silver": int((~GOLD).sum()),
    }
    gold, silver = found.groups
    assert gold.effect.difference.low > 0.0
    assert silver.effect.difference.low < 0.0 < silver.effect.difference.high
    assert found.interaction.p < 0.001
    assert found.qini is not None
    assert found.qini.area > 0.3
    assert section.tables[-1].head[0] == "tier"
    assert len(section.drawings) == 3
    assert any("differs between them" in note and "learnt on one half" in note for note in section.notes)


def test_a_number_makes_ranges_and_nothing_differs_by_it() -> None:
    section = effects_section(period("age"))
    assert section is not None
    (found,) = section.data.groups
    assert [each.group.partition(":")[0] for each in found.groups] == ["1", "2", "3", "4"]
    assert found.interaction.p > 0.001


def test_a_trait_counts_as_it_was_before_the_first_decision() -> None:
    sources = "SELECT customer_id, 'agent' AS arm, \"at\" FROM decisions"
    source = assigned_by(period(), f"({sources})", "tier")
    assert dict(period().rows(f"SELECT known, count(*) FROM {source} GROUP BY ALL")).keys() == {"gold", "silver"}
    early = sources.replace('"at"', "TIMESTAMP '2026-02-01' AS \"at\"")
    assert period().rows(f"SELECT DISTINCT known FROM {assigned_by(period(), f'({early})', 'tier')}") == [(UNKNOWN,)]


def test_a_trait_that_is_not_declared_is_named() -> None:
    with pytest.raises(SegueError, match="shoe_size"):
        effects_section(period("shoe_size"))


def test_what_was_before_the_first_decision_takes_noise_away_unless_decisions_came_before_it() -> None:
    plain, matched = (effects_section(period(past=past)) for past in (False, True))
    assert plain is not None
    assert matched is not None
    before, after = plain.data.readings[0], matched.data.readings[0]
    assert before.reduction == 0.0
    assert after.reduction > 0.03
    assert after.effect.difference.low > 0.0
    later = replace(period(past=True), begin=datetime(2026, 3, 11))  # noqa: DTZ001
    assert effects_section(later).data.readings[0].reduction == 0.0  # type: ignore[union-attr]
