"""segue doctor."""

import json
import socket
from pathlib import Path

import pytest

from segue.cli import main
from segue.core.world import build_world
from segue.ports.store import Block, Commit, Entry, pack_entry
from segue.runtimes.replay import replay
from segue.stores.sqlite import SqliteStore
from tests.learning.street import a_street, answers, visits
from tests.workspace.shop import FILES, spoil, write_shop


def diagnose(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    code = main(["doctor", str(folder), "--json"])
    return code, {each["subject"]: each["state"] for each in json.loads(capsys.readouterr().out)}


def test_a_sound_workspace_is_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, states = diagnose(write_shop(tmp_path), capsys)

    assert code == 0
    assert states["workspace"] == states["store"] == states["channel email"] == "ok"
    assert states["keys"] == "doubt"


def test_a_broken_workspace_is_told_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, states = diagnose(spoil(tmp_path, "segue.yaml", "Europe/London", "Nowhere"), capsys)

    assert (code, states["workspace"]) == (1, "broken")


def test_a_channel_without_its_secret_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_SMTP_PASSWORD", raising=False)
    smtp = "type: email_smtp\n    host: 127.0.0.1\n    sender: shop@shop.example\n"
    smtp += "    username: shop\n    password: ${SHOP_SMTP_PASSWORD}"
    folder = write_shop(tmp_path, {"segue.yaml": FILES["segue.yaml"].replace("type: outbox_folder", smtp)})

    code, states = diagnose(folder, capsys)

    assert (code, states["channel email"], states["channel hero"]) == (1, "broken", "ok")


def test_a_taken_port_is_doubtful(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = f'server: {{port: {port}, public_url: "https://segue.shop.example"}}'
        shop = FILES["segue.yaml"].replace('server: {public_url: "https://segue.shop.example"}', server)

        code, states = diagnose(write_shop(tmp_path, {"segue.yaml": shop}), capsys)

    assert (code, states["port"]) == (0, "doubt")


def test_for_people_each_line_has_its_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(write_shop(tmp_path))]) == 0
    assert "✓ workspace" in capsys.readouterr().out


def test_it_says_how_many_decisions_fell_back_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_shop(tmp_path)
    (folder / ".segue").mkdir(exist_ok=True)
    street = a_street(groups={})
    entries: list[Entry] = []
    replay(build_world(street), visits(6, 3), react=answers, sink=entries.append)
    store = SqliteStore(folder / ".segue")
    store.commit(Commit(block=Block(1, build_world(street).revision, tuple(map(pack_entry, entries)))))
    store.close()

    main(["doctor", str(folder), "--json"])
    policy = next(each for each in json.loads(capsys.readouterr().out) if each["subject"] == "policy")

    assert policy["state"] == "doubt"
    assert "18 of the latest 18 decisions fell back, mostly: bandit no_model (18)" in policy["fact"]
    assert "segue learn" in policy["instruction"]
