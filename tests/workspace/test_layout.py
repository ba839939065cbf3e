"""The layout: each definition has one place."""

from pathlib import PurePosixPath

import pytest

from segue.workspace.layout import kind_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("segue.yaml", "segue"),
        ("journeys/reorder.yaml", "journey"),
        ("journeys/deep/reorder.yaml", None),
        ("reorder.yaml", None),
        ("shop/segue.yaml", None),
        ("actions/a.yml", None),
        ("tests/a.yaml", "test"),
        ("themes.yaml", "themes"),
        ("capacities.yaml", "capacities"),
        ("reach.yaml", "reach"),
    ],
)
def test_a_path_says_what_belongs_there(path: str, kind: str | None) -> None:
    found = kind_of(PurePosixPath(path))

    assert (found.name if found else None) == kind
