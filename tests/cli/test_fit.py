"""segue fit: trains on a table, says what the model is worth, and refuses what cannot be learnt from."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from segue.cli import main
from segue.cli.fit_lifetime import FittedLifetime
from segue.cli.fit_propensity import FittedPropensity
from segue.cli.fit_tables import TrainedOnTable
from segue.cli.fit_uplift import FittedUplift
from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.tables import read_table
from segue.model.snapshots import PropensityModel, UpliftModel


def write(path: Path, rows: int, seed: int) -> Path:
    """A trial as CSV: mail makes those buy who like it, and the young leave."""
    chance = np.random.default_rng(seed)
    likes, young = chance.random(rows) < 0.5, chance.random(rows) < 0.4
    arm = chance.choice(["mail", "none", "call"], rows)
    bought = chance.random(rows) < 0.1 + 0.25 * (likes & (arm == "mail"))
    left = chance.random(rows) < np.where(young, 0.4, 0.1)
    lines = ["likes,age,day,arm,bought,left"]
    for row in range(rows):
        age, fond = ("young" if young[row] else "old"), ("yes" if likes[row] else "no")
        day = f"2026-01-{row * 28 // rows + 1:02d}"
        lines.append(f"{fond},{age},{day},{arm[row]},{int(bought[row])},{'yes' if left[row] else 'no'}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fit") / "known.csv", 6000, 1)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fit") / "other.csv", 3000, 5)


def fitted(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """Run a command, and return the JSON that it prints, which holds all that its kind promises."""
    assert main(["fit", *map(str, arguments), "--json"]) == 0
    printed = capsys.readouterr().out
    kinds = {"propensity": FittedPropensity, "uplift": FittedUplift, "lifetime": FittedLifetime}
    assert msgspec.json.decode(printed, type=kinds[str(arguments[0])])
    return json.loads(printed)


def test_propensity_reports_held_out_rows_and_writes_a_model_that_can_be_used(
    table: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.json"

    found = fitted(
        capsys, "propensity", table, "--outcome", "left", "--at", "day", "--drop", "bought", "arm", "--test", other,
        "--out", out,
    )  # fmt: skip

    assert found["is_calibrated"]
    assert found["report"]["scores"]["auc"]["low"] > 0.65
    assert found["report"]["forward"]["frozen"]["rows"] == 1200
    assert found["test"]["frozen"]["rows"] == 3000
    assert found["test"]["frozen"]["calibration_error"] < 0.03
    model = msgspec.json.decode(out.read_bytes(), type=TrainedOnTable)
    assert isinstance(model.snapshot.body, PropensityModel)
    assert model.snapshot.version == found["version"]
    x = model.encoding.encode(read_table(other))
    predicted = evaluate_many(model.snapshot.body.by_action[""], model.encoding.inputs, x)
    assert sorted({round(float(each), 1) for each in predicted}) == [0.1, 0.4]


def test_uplift_compares_two_of_three_arms_and_says_whom_to_treat(
    table: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.json"

    found = fitted(
        capsys, "uplift", table, "--treatment", "arm", "--treated", "mail", "--control", "none", "--outcome", "bought",
        "--drop", "left", "day", "--value", 10, "--cost", 1, "--test", other, "--out", out,
    )  # fmt: skip

    assert found["is_usable"]
    assert found["report"]["rows"] < 4200
    assert found["report"]["selection"]["share"] == pytest.approx(0.5, abs=0.03)
    assert found["test"]["ranking"]["qini"]["low"] > 0.0
    gain = found["test"]["selection"]["gain"]
    assert 0.0 < gain["low"] < 0.75 < gain["high"]  # half of them, each 10 x 0.25 - 1
    model = msgspec.json.decode(out.read_bytes(), type=TrainedOnTable).snapshot.body
    assert isinstance(model, UpliftModel)
    assert list(model.by_action) == ["mail"]


def test_uplift_of_an_arm_that_does_nothing_is_not_usable(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--treatment", "arm", "--treated", "call", "--control", "none", "--outcome", "bought"]

    assert main(["fit", "uplift", str(table), *arguments, "--drop", "left", "day"]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith("No usable uplift")
    assert "Treating everybody adds" in printed


def test_lifetime_from_orders_is_judged_on_later_weeks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = np.random.default_rng(3)
    lines = ["who,at,paid"]
    for customer in range(900):
        gap = chance.gamma(2.0, 10.0)
        day, count = chance.uniform(0, 60), 0
        while day < 360 and (count < 2 or chance.random() > 0.15):
            lines.append(f"c{customer},{np.datetime64('2025-01-01') + int(day)},{chance.gamma(5.0, 4.0):.2f}")
            day, count = day + chance.exponential(gap), count + 1
    orders = tmp_path / "orders.csv"
    orders.write_text("\n".join(lines) + "\n")

    found = fitted(capsys, "lifetime", orders, "--customer", "who", "--at", "at", "--amount", "paid")

    assert found["report"]["predicted"] == pytest.approx(found["report"]["observed"], rel=0.2)
    assert found["worth"]["p99"] > found["worth"]["p50"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["propensity", "--outcome", "gone"], "There is no column 'gone'"),
        (["propensity", "--outcome", "left"], "'day' is a date"),
        (["propensity", "--outcome", "arm", "--drop", "day"], "'arm' has to be 0 or 1"),
        (["uplift", "--treatment", "arm", "--outcome", "bought", "--control", "none"], "--control needs --treated"),
        (["uplift", "--treatment", "arm", "--outcome", "bought", "--value", "0"], "--value is 0"),
        (["lifetime"], "either --customer and --at"),
        (["lifetime", "--customer", "arm", "--at", "arm"], "has to be of dates"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(
    table: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, *rest = arguments

    assert main(["fit", kind, str(table), *rest]) == 1
    assert words in capsys.readouterr().err
