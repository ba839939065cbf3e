"""What is learnt from: objectives, inputs, windows, scores, exploration, and the models that decide."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from segue.model.snapshots import Linear, ModelSnapshot, PropensityModel, version_of
from segue.model.time import Instant
from segue.workspace import check, load
from segue.workspace.models import keep_model, publish_model
from tests.workspace.shop import FILES as SHOP
from tests.workspace.shop import Slip, assert_found, write_shop

LEARNING, SEGUE = "learning.yaml", "segue.yaml"
FILES = {
    **SHOP,
    SEGUE: SHOP[SEGUE] + "policy: {name: propensity, exploration: 0.05}\n",
    "features.yaml": SHOP["features.yaml"].replace("traits:\n", "traits:\n  risk: {type: number}\n"),
    LEARNING: """\
objectives:
  revenue: {event: order_completed, of: amount, at_most: 500, where: event.amount > 0}
  left: {event: consent_changed, where: not event.granted, value: -8}
context: [orders_30d, vip]
windows: {email: 5d, hero: 1d}
bias:
  - trait: vip
churn: {event: order_completed, within: 60d, trait: risk}
lifetime: {event: order_completed, of: amount, trait: risk}
""",
}
MODEL = PropensityModel({"offer": Linear(("one",), 0.0, (0.0,), (0.0,), (1.0,), "logit")})
SNAPSHOT = ModelSnapshot(
    kind="propensity",
    version=version_of(MODEL),
    trained_from=Instant(0),
    trained_to=Instant(1),
    rows=1,
    body=MODEL,
)

SLIPS = [
    Slip("SG309", LEARNING, "{event: order_completed, of: amount, at", "{event: ordered, of: amount, at", "ordered"),
    Slip("SG310", LEARNING, "of: amount, at_most", "of: margin, at_most", "margin"),
    Slip("SG401", LEARNING, "event.amount > 0", "event.amount > 0 0", "event.amount > 0 0}"),
    Slip("SG751", LEARNING, "[orders_30d, vip]", "[orders_30d, wip]", "wip"),
    Slip("SG302", LEARNING, "{email: 5d", "{fax: 5d", "fax"),
    Slip("SG405", LEARNING, "{email: 5d", "{email: 0d", "0d"),
    Slip("SG305", LEARNING, "trait: vip", "trait: wip", "wip"),
    Slip("SG757", LEARNING, "within: 60d, trait: risk", "within: 60d, trait: vip", "vip"),
    Slip("SG405", LEARNING, "within: 60d", "within: 0d", "0d"),
    Slip("SG752", SEGUE, ", exploration: 0.05", "", "{name: propensity"),
    Slip("SG754", LEARNING, "value: -8", "weight: -8", "-8"),
    Slip("SG755", LEARNING, "where: not event.granted, ", "", "left"),
    Slip("SG756", LEARNING, "of: amount, at_most", "at_most", "500"),
    Slip("SG759", LEARNING, "value: -8", "value: 0", "left"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.code}-{slip.instead}"[:50])
def test_a_slip_is_found_at_its_place(tmp_path: Path, slip: Slip) -> None:
    assert_found(tmp_path, slip, FILES)


def test_a_policy_needs_something_to_learn_from(tmp_path: Path) -> None:
    action = FILES["actions/offer.yaml"].replace("converted_by: order_completed\n", "")
    folder = write_shop(tmp_path, {LEARNING: None, "actions/offer.yaml": action}, FILES)

    assert [each.code for each in check(folder)] == ["SG753"]


def test_what_is_declared_is_what_is_loaded(tmp_path: Path) -> None:
    workspace = load(write_shop(tmp_path, {}, FILES)).workspace

    assert list(workspace.learning.objectives) == ["revenue", "left"]
    assert workspace.learning.churn is not None
    assert workspace.learns


def test_the_current_models_are_part_of_the_workspace(tmp_path: Path) -> None:
    folder = write_shop(tmp_path, {}, FILES)
    keep_model(folder, SNAPSHOT, {})
    assert load(folder).workspace.models == {}

    publish_model(folder, "propensity", SNAPSHOT.version)

    assert check(folder) == ()
    assert load(folder).workspace.models == {"propensity": SNAPSHOT}


@pytest.mark.parametrize("content", [None, b"\x00", "other"], ids=["missing", "damaged", "another model"])
def test_a_model_that_cannot_be_used_is_found(tmp_path: Path, content: bytes | str | None) -> None:
    folder = write_shop(tmp_path, {}, FILES)
    keep_model(folder, SNAPSHOT, {})
    publish_model(folder, "propensity", SNAPSHOT.version)
    path = folder / "models" / f"propensity-{SNAPSHOT.version}.msgpack"
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_bytes(msgspec.msgpack.encode(replace(SNAPSHOT, body=PropensityModel({}))))

    found = check(folder)

    assert [each.code for each in found] == ["SG758"]
    assert found[0].place.file == "models/current.yaml"
