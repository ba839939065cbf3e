"""Properties on the command line: ``NAME=VALUE``, where a value that reads as JSON is that, and any other is text."""

from collections.abc import Iterable
from typing import Any

import msgspec

from segue.model.errors import SegueError


def read_properties(texts: Iterable[str], option: str) -> dict[str, Any]:
    """Return the properties by name.

    Args:
        option: as it is called on the command line.

    Raises:
        SegueError: a text has no name, or a name stands twice.
    """
    properties: dict[str, Any] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise SegueError(f"{option} wants NAME=VALUE.", f"Write, for example, {option} plan=team.")
        if name in properties:
            raise SegueError(f"{option} gives {name!r} twice.", "Keep one of them.")
        properties[name] = _value(value)
    return properties


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
