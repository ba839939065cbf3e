"""segue apply."""

import json
from pathlib import Path

import httpx2
import pytest

from segue.cli import main
from segue.model.time import Instant
from segue.server.auth import Keys
from tests.cli.serving import serving
from tests.workspace.shop import FILES, write_shop

REORDER = "journeys/reorder.yaml"


def test_a_running_server_takes_the_files_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving("dev", write_shop(tmp_path)) as address:
        (tmp_path / REORDER).write_text("version: 2\n" + FILES[REORDER].replace("within: 2d", "within: 5d"))

        assert main(["apply", str(tmp_path), "--url", address, "--json"]) == 0

        told = json.loads(capsys.readouterr().out)
        assert told["applied"] is True
        assert [(each["journey"], each["to_version"]) for each in told["journeys"]] == [("reorder", 2)]
        (tmp_path / REORDER).write_text(FILES[REORDER].replace("within", "withing"))
        assert main(["apply", str(tmp_path), "--url", address]) == 1
        assert "SG201" in capsys.readouterr().err


def test_without_a_server_the_next_start_takes_them_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", str(write_shop(tmp_path)), "--url", "http://127.0.0.1:9"]) == 0
    assert "the next start" in capsys.readouterr().err


def test_a_key_without_the_scope_is_not_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(write_shop(tmp_path) / ".segue")
    weak, strong = (keys.create([scope], now=Instant(0))[0] for scope in ("ingest", "manage"))

    with serving("run", tmp_path) as address:
        monkeypatch.setenv("SEGUE_KEY", weak)
        assert main(["apply", str(tmp_path), "--url", address]) == 1
        assert "--scope manage" in capsys.readouterr().err
        monkeypatch.setenv("SEGUE_KEY", strong)
        assert main(["apply", str(tmp_path), "--url", address]) == 0
        assert httpx2.get(f"{address}/healthz").status_code == 200
