"""Reading a folder: the same on every machine, and only what belongs there."""

from pathlib import Path

from segue.workspace.reading import read_folder
from tests.workspace.shop import write_shop


def test_files_come_in_the_order_of_the_layout_then_of_their_names(tmp_path: Path) -> None:
    folder = write_shop(tmp_path, {"journeys/another.yaml": "journey: another\n"})

    names = [file.document.file for file in read_folder(folder)[0]]

    assert names[:2] == ["segue.yaml", "features.yaml"]
    assert names[-4:] == [
        "journeys/another.yaml",
        "journeys/reorder.yaml",
        "audiences/buyers.yaml",
        "sources/orders.yaml",
    ]


def test_hidden_folders_and_other_peoples_files_are_not_read(tmp_path: Path) -> None:
    extra = {".github/workflow.yaml": "a: [", "docker-compose.yaml": "a: [", "data/x.yaml": "a: ["}

    declared, findings = read_folder(write_shop(tmp_path, extra))

    assert findings == ()
    assert not extra.keys() & {file.document.file for file in declared}


def test_a_definition_that_is_much_too_large_is_refused(tmp_path: Path) -> None:
    folder = write_shop(tmp_path, {"events.yaml": "# " + "x" * 1_000_001})

    assert [finding.code for finding in read_folder(folder)[1]] == ["SG104"]
