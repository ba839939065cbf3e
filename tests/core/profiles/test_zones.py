from typing import Any

import pytest

from segue.core.profiles import zone_of
from segue.model.customers import Profile
from segue.model.workspace import Workspace

SHOP = Workspace(name="shop", zone="Europe/Berlin", country_zones={"UK": "Europe/London"})


@pytest.mark.parametrize(
    ("traits", "zone"),
    [
        ({"zone": "Asia/Tokyo", "country": "UK"}, "Asia/Tokyo"),
        ({"zone": "Mars/Base", "country": "UK"}, "Europe/London"),
        ({"zone": 3, "country": "UK"}, "Europe/London"),
        ({"zone": ""}, "Europe/Berlin"),
        ({"country": "FR"}, "Europe/Berlin"),
        ({"country": ["UK"]}, "Europe/Berlin"),
        ({}, "Europe/Berlin"),
    ],
)
def test_a_customers_zone_is_their_own_or_their_countrys_or_the_workspaces(traits: dict[str, Any], zone: str) -> None:
    assert zone_of(Profile(traits=traits), SHOP) == zone
