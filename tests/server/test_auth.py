"""Keys: made once, kept as HMACs, compared whole."""

import base64
import stat
from pathlib import Path

import pytest

from segue.model.errors import SegueError
from segue.model.time import Instant
from segue.server.auth import Keys, load_secret, presented_key

NOW = Instant(1_299_231_000_000_000)


def test_a_key_allows_its_scopes_and_no_other_text_allows_anything(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    text, key = keys.create(["decide", "ingest"], now=NOW, name="shop")
    assert key.scopes == ("ingest", "decide")
    assert keys.scopes_of(text) == ("ingest", "decide")
    assert keys.scopes_of(text[:-1]) == ()
    assert keys.scopes_of(key.digest) == ()
    assert keys.scopes_of("") == ()


def test_the_key_itself_is_nowhere_on_disk_and_the_files_are_the_owners_only(tmp_path: Path) -> None:
    text, _ = Keys(tmp_path).create(["ingest"], now=NOW)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"keys.json", "secret.key"}
    for path in files:
        assert text.encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_revoked_key_allows_nothing_from_the_next_request_on_in_every_process(tmp_path: Path) -> None:
    serving = Keys(tmp_path)
    text, key = serving.create(["ingest"], now=NOW)
    assert serving.scopes_of(text) == ("ingest",)
    revoked = Keys(tmp_path).revoke(key.key_id, now=NOW)
    assert serving.scopes_of(text) == ()
    assert [listed.revoked_at for listed in serving.list()] == [NOW]
    assert serving.revoke(key.key_id, now=Instant(NOW + 1)) == revoked


def test_a_key_of_another_workspace_is_no_key_here(tmp_path: Path) -> None:
    text, _ = Keys(tmp_path / "one").create(["ingest"], now=NOW)
    assert Keys(tmp_path / "two").scopes_of(text) == ()


def test_keys_have_scopes_that_exist(tmp_path: Path) -> None:
    for scopes in ([], ["everything"]):
        with pytest.raises(SegueError, match="scopes"):
            Keys(tmp_path).create(scopes, now=NOW)  # type: ignore[arg-type]


def test_revoking_an_unknown_key_says_how_to_find_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(SegueError, match="segue keys list"):
        Keys(tmp_path).revoke("nothing", now=NOW)


def test_the_secret_stays_the_same(tmp_path: Path) -> None:
    assert load_secret(tmp_path) == load_secret(tmp_path)


def test_a_damaged_secret_is_said_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(SegueError, match="damaged"):
        load_secret(tmp_path)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer WK",
        "bearer WK",
        "Basic " + base64.b64encode(b"WK:").decode(),
        "Basic " + base64.b64encode(b"WK:password").decode(),
        "Basic WK",
    ],
)
def test_every_form_in_which_clients_send_a_key_is_read(header: str) -> None:
    assert presented_key(header) == "WK"


@pytest.mark.parametrize("header", ["", "Digest WK", "Basic", "Bearer "])
def test_a_header_without_a_key_is_none(header: str) -> None:
    assert presented_key(header) == ""
