"""The JSON Schemas: what `segue check` accepts they accept too, and a misspelt field they refuse."""

import json
from pathlib import Path, PurePosixPath

import pytest
from jsonschema import Draft202012Validator

from segue.workspace.documents import read_document
from segue.workspace.json_schema import schemas, write_schemas
from segue.workspace.layout import kind_of
from tests.workspace.shop import FILES

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES_OF_EXAMPLES = [path for path in EXAMPLES.rglob("*.yaml") if not {".segue", "simulations"} & set(path.parts)]


def errors(kind: str, text: str) -> list[str]:
    document, findings = read_document("f.yaml", text)
    assert document is not None
    assert findings == ()
    return [error.message for error in Draft202012Validator(schemas()[kind]).iter_errors(document.value)]


@pytest.mark.parametrize("kind", sorted(schemas()))
def test_each_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(schemas()[kind])


@pytest.mark.parametrize("file", [name for name in FILES if name.endswith(".yaml")])
def test_what_the_linter_accepts_the_schema_accepts(file: str) -> None:
    kind = kind_of(PurePosixPath(file))
    assert kind is not None

    assert errors(kind.name, FILES[file]) == []


@pytest.mark.parametrize("path", FILES_OF_EXAMPLES, ids=lambda path: path.relative_to(EXAMPLES).as_posix())
def test_the_files_of_the_examples_fit(path: Path) -> None:
    workspace = next(folder for folder in path.parents if (folder / "segue.yaml").is_file())
    kind = kind_of(PurePosixPath(path.relative_to(workspace).as_posix()))
    assert kind is not None, "no definition belongs here"
    if kind.name in schemas():
        assert errors(kind.name, path.read_text(encoding="utf-8")) == []


def test_a_misspelt_field_does_not_fit() -> None:
    assert errors("action", "action: a\nvaleu: 1\n") == [
        "Additional properties are not allowed ('valeu' was unexpected)"
    ]


def test_a_channels_settings_are_those_of_its_type() -> None:
    assert errors("segue", "name: s\nchannels: {a: {type: outbox_folder}}\n") == []
    assert errors("segue", "name: s\nchannels: {a: {type: outbox_folder, colour: red}}\n") != []
    assert errors("segue", "name: s\nchannels: {a: {type: pigeon}}\n") != []


def test_they_are_written_where_editors_find_them(tmp_path: Path) -> None:
    written = write_schemas(tmp_path, {"test": {"type": "object"}})

    assert {path.stem for path in written} == {*schemas(), "test"}
    assert json.loads((tmp_path / ".segue/schemas/test.json").read_text()) == {"type": "object"}
