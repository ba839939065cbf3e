"""A small shop that has seen some orders, made once for all command tests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segue.cli import main
from tests.workspace.shop import FILES, write_shop

CUSTOMERS = 4
ORDERS_EACH = 3


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop of the workspace tests; its rule thanks by e-mail, at any hour, whoever did not refuse."""
    folder = tmp_path_factory.mktemp("shop")
    write_shop(
        folder,
        {
            "triggers.yaml": FILES["triggers.yaml"].replace("channels: [hero]", "channels: [email]"),
            "contact_rules.yaml": "quiet_hours: []\ncaps: []\nconsent: {default: opt_out}\n",
            "actions/offer.yaml": FILES["actions/offer.yaml"]
            .replace("converted_by: order_completed\n", "")
            .replace(" and not vip", ""),
            "sources/orders.yaml": FILES["sources/orders.yaml"] + "traits:\n  email: {column: email}\n",
        },
    )
    start = datetime.now(UTC) - timedelta(hours=1)
    rows = [
        f"{(start + timedelta(minutes=order)).isoformat()},u{customer},20,u{customer}@example.com"
        for order in range(ORDERS_EACH)
        for customer in range(CUSTOMERS)
    ]
    rows.append(f"{start.isoformat()},,20,nobody@example.com")
    (folder / "orders.csv").write_text("when,customer,total,email\n" + "\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="session")
def busy_shop(shop: Path) -> Path:
    """The shop after its orders were ingested."""
    assert main(["ingest", str(shop / "orders.csv"), "--workspace", str(shop), "--development"]) == 0
    return shop
