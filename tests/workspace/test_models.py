"""Models as files: immutable, published by name, and taken back without losing anything."""

import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from segue.model.errors import SegueError
from segue.model.snapshots import Linear, ModelSnapshot, ScoreModel, version_of
from segue.model.time import Instant
from segue.workspace import models
from segue.workspace.models import (
    keep_model,
    kept_models,
    publish_model,
    read_card,
    read_current,
    read_snapshot,
    roll_back,
)


def a_model(level: float, kind: str = "churn") -> ModelSnapshot:
    body = ScoreModel("risk", Linear(("one",), level, (0.0,), (0.0,), (1.0,)))
    version = version_of(body)
    return ModelSnapshot(kind=kind, version=version, trained_from=Instant(0), trained_to=Instant(1), rows=10, body=body)


A, B, C = a_model(1.0), a_model(2.0), a_model(3.0)


def published(folder: Path, *snapshots: ModelSnapshot) -> Path:
    for each in snapshots:
        keep_model(folder, each, {"rows": each.rows})
        publish_model(folder, each.kind, each.version)
    return folder


def test_a_version_is_a_digest_of_what_the_model_says() -> None:
    assert version_of(A.body) == version_of(a_model(1.0).body) != version_of(B.body)


def test_what_is_kept_is_read_as_it_was_with_its_card(tmp_path: Path) -> None:
    keep_model(tmp_path, A, {"rows": 10})

    assert read_snapshot(tmp_path, "churn", A.version) == A
    assert read_card(tmp_path, "churn", A.version) == {"rows": 10}
    assert read_card(tmp_path, "churn", "none") == {}
    assert list(kept_models(tmp_path)) == [("churn", A.version)]
    assert read_current(tmp_path).current == {}


def test_a_model_that_is_kept_never_changes(tmp_path: Path) -> None:
    keep_model(tmp_path, A, {"rows": 10})
    keep_model(tmp_path, replace(A, rows=99), {"rows": 99})

    assert read_snapshot(tmp_path, "churn", A.version).rows == 10
    assert read_card(tmp_path, "churn", A.version) == {"rows": 10}


def test_published_models_remember_those_before(tmp_path: Path) -> None:
    published(tmp_path, A, B, C)
    other = a_model(9.0, "lifetime")
    published(tmp_path, other)

    current = read_current(tmp_path)
    assert current.current == {"churn": C.version, "lifetime": other.version}
    assert current.earlier == {"churn": (B.version, A.version)}


def test_rolling_back_goes_one_further_each_time_and_deletes_nothing(tmp_path: Path) -> None:
    published(tmp_path, A, B, C)

    assert roll_back(tmp_path, "churn") == B.version
    assert read_current(tmp_path).earlier == {"churn": (A.version,)}
    assert roll_back(tmp_path, "churn") == A.version
    with pytest.raises(SegueError, match="no churn model before"):
        roll_back(tmp_path, "churn")

    assert roll_back(tmp_path, "churn", C.version) == C.version  # what was taken back can come again
    assert read_current(tmp_path).earlier == {"churn": (A.version,)}
    assert len(list(kept_models(tmp_path))) == 3


def test_rolling_back_may_skip_some(tmp_path: Path) -> None:
    published(tmp_path, A, B, C)
    assert roll_back(tmp_path, "churn", A.version) == A.version
    assert read_current(tmp_path).current == {"churn": A.version}


def test_nothing_is_published_that_is_not_there(tmp_path: Path) -> None:
    published(tmp_path, A)
    with pytest.raises(SegueError, match="no model churn 0123"):
        publish_model(tmp_path, "churn", "0123")
    with pytest.raises(SegueError, match="ever published"):
        roll_back(tmp_path, "uplift")
    assert read_current(tmp_path).current == {"churn": A.version}


def test_a_crash_before_the_end_leaves_what_decided_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(tmp_path, A)
    keep_model(tmp_path, B, {})

    def crash(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        publish_model(tmp_path, "churn", B.version)

    assert read_current(tmp_path).current == {"churn": A.version}
    assert read_snapshot(tmp_path, "churn", B.version) == B


def test_current_yaml_says_who_writes_it(tmp_path: Path) -> None:
    published(tmp_path, A, B)
    text = (tmp_path / "models" / models.CURRENT).read_text()
    assert text.startswith("# Written by `segue learn`")
    assert json.dumps(B.version).strip('"') in text


def test_a_file_that_somebody_spoilt_is_refused(tmp_path: Path) -> None:
    published(tmp_path, A)
    (tmp_path / "models" / models.CURRENT).write_text("current: [a]")
    with pytest.raises(SegueError, match="cannot be read"):
        read_current(tmp_path)
