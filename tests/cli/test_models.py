"""segue models: what there is, which one decides, the way back, and drift."""

import json
from pathlib import Path
from typing import Any

import pytest

from segue.cli import main
from segue.learning.jobs import Training, card_of
from segue.model.snapshots import Linear, ModelSnapshot, PropensityModel, version_of
from segue.model.time import DAY, Instant
from segue.workspace.models import keep_model, publish_model, read_current
from tests.cli.lesson_shop import UNTIL, write_files, write_log
from tests.learning.shop import BEGIN


def a_model(level: float, until: Instant = UNTIL) -> ModelSnapshot:
    same = Linear((), level, (), (), (), "logit")
    body = PropensityModel({"voucher": same, "news": same})
    version = version_of(body)
    return ModelSnapshot(
        kind="propensity",
        version=version,
        trained_from=BEGIN,
        trained_to=until,
        rows=1200,
        metrics={"auc": 0.75, "calibration_error": 0.02},
        body=body,
    )


OLD, NEW = a_model(0.0, Instant(UNTIL - DAY)), a_model(-1.0)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = write_files(tmp_path)
    for each in (OLD, NEW):
        keep_model(folder, each, card_of(Training(snapshot=each, gates=(), drivers={"news": {"buyer": 0.9}})))
        publish_model(folder, "propensity", each.version)
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str | Path) -> Any:
    capsys.readouterr()
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_models_are_listed_oldest_first_with_the_one_that_decides(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = told(capsys, "models", "--workspace", shop)["models"]
    assert [(row["version"], row["is_current"]) for row in rows] == [(OLD.version, False), (NEW.version, True)]

    assert main(["models", "--workspace", str(shop)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].endswith("decides")
    assert "auc 0.75, calibration_error 0.02" in lines[1]


def test_a_card_is_shown_as_it_was_written(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = told(capsys, "models", "show", OLD.version, "--workspace", shop)
    assert (card["kind"], card["version"], card["rows"]) == ("propensity", OLD.version, 1200)

    assert main(["models", "show", NEW.version, "--workspace", str(shop)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"propensity {NEW.version}: decides")
    assert "driven by (news): buyer 90%" in out
    assert main(["models", "show", "nothing", "--workspace", str(shop)]) == 1


def test_one_command_goes_back(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = told(capsys, "models", "rollback", "propensity", "--workspace", shop)
    assert result == {"kind": "propensity", "version": OLD.version, "before": NEW.version}
    assert read_current(shop).current == {"propensity": OLD.version}

    assert main(["models", "rollback", "propensity", "--workspace", str(shop)]) == 1
    assert "no propensity model before" in capsys.readouterr().err
    assert main(["models", "rollback", "propensity", NEW.version, "--workspace", str(shop)]) == 0


def test_an_empty_workspace_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--workspace", str(write_files(tmp_path))]) == 0
    assert "segue learn" in capsys.readouterr().out


def test_drift_tells_of_inputs_and_of_chances_week_by_week(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path)
    write_log(folder, customers=40, visits=12)
    early = a_model(4.0, Instant(BEGIN + 10 * DAY))  # it says that nearly everybody buys
    keep_model(folder, early, {})
    publish_model(folder, "propensity", early.version)

    found = told(capsys, "models", "drift", "--workspace", folder)["drift"]
    assert found["before"] > 100
    assert found["since"] > 100
    assert found["shifts"]["known_for"] > 0.25  # everybody came on the first day
    assert found["shifts"]["buyer"] < 0.1
    assert all(week["predicted"] > 0.9 > week["observed"] + week["noise"] for week in found["weeks"])

    assert main(["models", "drift", "--workspace", str(folder)]) == 0
    assert "known_for" in (out := capsys.readouterr().out)
    assert "large shift" in out
    assert ": off" in out
