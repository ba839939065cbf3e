import msgspec
import pytest

from segue.model.contact_rules import ContactRules
from segue.model.workspace import PolicySpec, Workspace
from tests.builders import action, reread, workspace


def test_a_workspace_that_only_has_a_name_explores_nothing_and_holds_nobody_out() -> None:
    assert Workspace(name="shop") == Workspace(
        name="shop",
        seed="segue",
        zone="UTC",
        zone_trait="zone",
        groups={},
        epoch="1",
        policy=PolicySpec(name="rules", exploration=0.0),
        contact_rules=ContactRules(),
    )


def test_a_workspace_is_read_as_it_was_written() -> None:
    whole = workspace(actions=(action("offer", "email", "display"),), groups={"holdout": 0.1})
    assert reread(whole) == whole


def test_a_policy_setting_that_nobody_knows_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="temperature"):
        msgspec.convert({"name": "rules", "temperature": 2}, PolicySpec)
