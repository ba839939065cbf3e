"""segue dev."""

from pathlib import Path

import httpx2

from tests.cli.serving import serving
from tests.workspace.shop import write_shop


def test_it_serves_without_keys_and_what_it_took_survives_a_restart(tmp_path: Path) -> None:
    folder = write_shop(tmp_path)
    with serving("dev", folder) as address:
        call = {"userId": "anna", "event": "order_completed", "properties": {"amount": 5}}
        assert httpx2.post(f"{address}/v1/track", json=call).status_code == 200

    with serving("dev", folder) as address:
        anna = httpx2.get(f"{address}/v1/customers", params={"user_id": "anna"})

    assert anna.status_code == 200
    assert len(anna.json()["timeline"]) == 1
