"""segue enter."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from segue.cli import main
from segue.model.time import Instant
from segue.server.auth import Keys
from tests.cli.serving import serving
from tests.workspace.shop import FILES, write_shop

TRIAL = {
    "features.yaml": FILES["features.yaml"].replace(
        "traits:\n", "traits:\n  plan: {type: text}\n  seats: {type: number}\n"
    ),
    "journeys/trial.yaml": """\
journey: trial
entry: {on: {kind: api}}
reentry: after 0d
steps:
  - {id: note, kind: set_trait, set: {plan: run.plan, seats: run.seats}}
""",
}


class Shop(NamedTuple):
    """A running shop; ``key`` may send and read events, ``weak`` only read."""

    folder: Path
    address: str
    key: str
    weak: str


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = write_shop(tmp_path_factory.mktemp("shop"), TRIAL)
    keys = Keys(folder / ".segue")
    key, _ = keys.create(["ingest", "read"], now=Instant(0))
    weak, _ = keys.create(["read"], now=Instant(0))
    with serving("run", folder) as address:
        yield Shop(folder, address, key, weak)


def test_a_customer_enters_with_the_facts_that_were_given(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_KEY", shop.key)
    asked = ["enter", "trial", "--user", "anna", "--fact", "plan=team", "--fact", "seats=3", "--message-id", "crm-1"]

    assert main([*asked, "--url", shop.address, "--json"]) == 0

    customer_id = json.loads(capsys.readouterr().out)["customer_id"]
    headers = {"Authorization": f"Bearer {shop.key}"}
    anna = httpx2.get(f"{shop.address}/v1/customers/{customer_id}", headers=headers).json()
    assert anna["traits"] == {"plan": "team", "seats": 3}
    assert main([*asked, "--url", f"{shop.address}/"]) == 0
    assert "counts once" in capsys.readouterr().out
    assert main(["enter", "trial", "--user", "anna", "--url", shop.address]) == 0
    assert f"segue explain {customer_id}" in capsys.readouterr().out


def test_a_refusal_is_told_in_the_server_s_words(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_KEY", shop.key)
    assert main(["enter", "reorder", str(shop.folder), "--user", "anna", "--url", shop.address]) == 1
    assert "not entered by request" in capsys.readouterr().err
    assert main(["enter", "../v1", "--user", "anna", "--url", shop.address]) == 1
    assert "The server refused" in capsys.readouterr().err


def test_a_key_of_the_scope_is_needed(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_KEY", shop.weak)
    assert main(["enter", "trial", "--user", "anna", "--url", shop.address]) == 1
    assert "--scope ingest" in capsys.readouterr().err


def test_without_a_server_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enter", "trial", "--user", "anna", "--url", "http://127.0.0.1:9"]) == 1
    assert "No server answers" in capsys.readouterr().err
