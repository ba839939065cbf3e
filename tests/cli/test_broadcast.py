"""segue broadcast."""

import json
import time
from pathlib import Path

import httpx2
import pytest

from segue.cli import main
from segue.model.time import Instant
from segue.server.auth import Keys
from tests.cli.serving import serving
from tests.workspace.shop import FILES, write_shop

SALE = {
    "events.yaml": FILES["events.yaml"] + "  price_fell: {properties: {percent: number}, activity: false}\n",
    "audiences/vips.yaml": "audience: vips\nwhen: vip\n",
}


def test_everybody_in_the_audience_gets_the_event_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(write_shop(tmp_path, SALE) / ".segue")
    weak, _ = keys.create(["ingest", "read"], now=Instant(0))
    strong, _ = keys.create(["manage"], now=Instant(0))
    told = ["broadcast", "Price Fell", "--message-id", "sale-7", "--property", "percent=20"]
    with serving("run", tmp_path) as address, httpx2.Client(base_url=address) as http:
        http.headers["Authorization"] = f"Bearer {weak}"
        for user, is_vip in (("anna", True), ("bob", False)):
            call = {"userId": user, "messageId": user, "traits": {"vip": is_vip}}
            assert http.post("/v1/identify", json=call).status_code == 200
        to_vips = [*told, "--audience", "vips", "--url", address]

        monkeypatch.setenv("SEGUE_KEY", weak)
        assert main(to_vips) == 1
        assert "--scope manage" in capsys.readouterr().err
        monkeypatch.setenv("SEGUE_KEY", strong)
        assert main([*told, "--audience", "nobody", "--url", address]) == 1
        assert "no audience of this name" in capsys.readouterr().err
        assert main([*to_vips, "--json"]) == 0

        first = json.loads(capsys.readouterr().out)
        assert (first["messageId"], first["event"], first["customers"]) == ("sale-7", "price_fell", 2)
        assert _ended(to_vips, capsys)["reached"] == 1
        assert main(to_vips) == 0
        assert capsys.readouterr().out.splitlines() == [
            "price_fell for everybody in vips: done.",
            "  considered 2 of 2 customers; 1 got it",
        ]
        anna = http.get("/v1/customers", params={"user_id": "anna"}).json()
        events = [each["event"] for each in anna["timeline"] if each["kind"] == "tracked"]
        assert [event["properties"] for event in events] == [{"percent": 20}]


def _ended(told: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return how it stands at the end, asking as a person would: with the same command again."""
    for _ in range(200):
        assert main([*told, "--json"]) == 0
        progress: dict[str, object] = json.loads(capsys.readouterr().out)
        if progress["status"] != "running":
            break
        time.sleep(0.05)
    return progress


def test_without_a_server_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["broadcast", "price_fell", "--message-id", "sale-7", "--url", "http://127.0.0.1:9"]) == 1
    assert "No server answers" in capsys.readouterr().err
