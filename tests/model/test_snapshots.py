"""Snapshots: a model compares by its bytes, and its version is a digest of them."""

from segue.model.snapshots import Linear, ModelSnapshot, PropensityModel, ScoreModel, version_of
from segue.model.time import Instant
from tests.builders import reread

LINE = Linear(("age",), 0.5, (1.0,), (40.0,), (10.0,), "logit")


def test_equal_models_have_one_version_in_whatever_order_they_were_put_together() -> None:
    first = PropensityModel({"offer": LINE, "news": LINE})
    again = PropensityModel({"news": LINE, "offer": LINE})

    assert version_of(first) == version_of(again) == version_of(reread(first))
    assert version_of(first) != version_of(PropensityModel({"offer": LINE}))
    assert len(version_of(first)) == 12


def test_a_snapshot_is_read_as_the_kind_of_model_that_was_written() -> None:
    for body in (PropensityModel({"offer": LINE}), ScoreModel("risk", LINE)):
        snapshot = ModelSnapshot(
            kind="k", version=version_of(body), trained_from=Instant(0), trained_to=Instant(1), rows=1, body=body
        )
        assert reread(snapshot) == snapshot
