"""segue run."""

from pathlib import Path

import httpx2

from segue.model.time import Instant
from segue.server.auth import Keys
from tests.cli.serving import serving
from tests.workspace.shop import write_shop


def test_it_asks_everybody_for_a_key(tmp_path: Path) -> None:
    key, _ = Keys(write_shop(tmp_path) / ".segue").create(["ingest"], now=Instant(0))
    call = {"userId": "anna", "event": "order_completed"}

    with serving("run", tmp_path) as address:
        stranger = httpx2.post(f"{address}/v1/track", json=call)
        friend = httpx2.post(f"{address}/v1/track", json=call, headers={"Authorization": f"Bearer {key}"})

    assert (stranger.status_code, friend.status_code) == (401, 200)
