"""JSON Schema for editors: the model's structs, written out, so that a workspace file completes and complains as it is
typed. A file asks for it in its first line: ``# yaml-language-server: $schema=../.segue/schemas/journey.json``.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from segue.channels.manifest import manifests
from segue.channels.registry import settings_type
from segue.workspace.layout import KINDS, STATE_FOLDER

FOLDER = f"{STATE_FOLDER}/schemas"


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file, by the kind's name; free-form kinds have none."""
    found = {kind.name: _schema(kind.schema) for kind in KINDS if isinstance(kind.schema, type)}
    _describe_channels(found["segue"])
    return found


def write_schemas(folder: Path, more: Mapping[str, dict[str, Any]] | None = None) -> tuple[Path, ...]:
    """Write every schema under ``folder`` (a workspace) and return the files.

    Args:
        more: further schemas by kind, such as those of sources and tests.
    """
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in sorted({**schemas(), **(more or {})}.items()):
        path = target / f"{name}.json"
        path.write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        written.append(path)
    return tuple(written)


def _schema(struct: Any) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(struct)}


def _describe_channels(schema: dict[str, Any]) -> None:
    """Replace "any settings" by one choice for each channel type, so that settings complete too."""
    choices = []
    for manifest in manifests():
        settings = msgspec.json.schema(settings_type(manifest.type))
        definitions = settings.pop("$defs")
        reference = settings.pop("$ref").rsplit("/", 1)[1]
        own = definitions.pop(reference)
        own["properties"] = {"type": {"const": manifest.type}, **own["properties"]}
        own["required"] = ["type", *own.get("required", [])]
        name = f"Channel_{manifest.type}"
        own["title"] = name
        schema["$defs"][name] = own
        schema["$defs"].update(definitions)
        choices.append({"$ref": f"#/$defs/{name}"})
    channels = schema["$defs"]["SegueFile"]["properties"]["channels"]
    channels["additionalProperties"] = {"oneOf": choices}
