"""segue keys."""

import json
from pathlib import Path

import pytest

from segue.cli import main
from segue.server.auth import Keys


def test_a_key_is_shown_once_and_works_until_it_is_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "create", str(tmp_path), "--scope", "read", "--scope", "ingest", "--name", "shop"]) == 0
    text = capsys.readouterr().out.strip()
    assert Keys(tmp_path / ".segue").scopes_of(text) == ("ingest", "read")

    assert main(["keys", "list", str(tmp_path), "--json"]) == 0
    printed = capsys.readouterr().out
    (listed,) = json.loads(printed)
    assert text not in printed
    assert (listed["name"], listed["scopes"], listed["revoked_at"]) == ("shop", ["ingest", "read"], None)

    assert main(["keys", "revoke", listed["id"], str(tmp_path)]) == 0
    assert Keys(tmp_path / ".segue").scopes_of(text) == ()


def test_as_json_the_key_is_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "create", str(tmp_path), "--json"]) == 0

    made = json.loads(capsys.readouterr().out)
    assert Keys(tmp_path / ".segue").scopes_of(made["key"]) == ("ingest",)


def test_an_empty_list_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list", str(tmp_path)]) == 0
    assert "segue keys create" in capsys.readouterr().err


def test_a_scope_that_does_not_exist_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "create", str(tmp_path), "--scope", "everything"]) == 2
    assert "ingest" in capsys.readouterr().err
