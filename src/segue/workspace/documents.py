"""Documents: YAML read so that every value knows its line and column, and without YAML 1.1's surprises.

Only ``true``, ``false``, ``null`` and plain numbers are anything but text. So ``on``, ``no``, ``yes`` and ``off`` stay
words, ``2024-01-31`` and ``09:00`` stay as written, and ``0123`` keeps its zero. A key is always text. Keys must not
repeat, and tags, anchors and several documents in a file are refused.
"""

import re
from typing import Any, TypeAlias

import yaml
from msgspec import Struct

from segue.workspace.findings import Finding, Place

Path: TypeAlias = tuple[str | int, ...]
"""Where inside a document: keys and indices."""

_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")  # written as they are they would be read as line breaks
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "Null": None, "~": None, "": None}


class Mark(Struct, frozen=True):
    """Where a value starts, and where the text inside starts: ``column`` plus one for a quoted scalar.

    ``is_one_line`` tells whether an offset in the text is an offset in the line.
    """

    line: int
    column: int
    text_column: int
    is_one_line: bool


class Document(Struct, frozen=True):
    """A file's content and where each part of it stands; ``keys`` are the places of keys, by path."""

    file: str
    value: Any
    marks: dict[Path, Mark]
    keys: dict[Path, Mark]

    def place(self, path: Path = (), offset: int = 0) -> Place:
        """Return where the value at ``path`` stands, or its nearest parent that exists; ``offset`` into a text."""
        for length in range(len(path), -1, -1):
            mark = self.marks.get(path[:length])
            if mark is not None:
                is_exact = length == len(path) and mark.is_one_line and offset > 0
                return Place(self.file, mark.line, mark.text_column + offset if is_exact else mark.column)
        return Place(self.file)

    def key_place(self, path: Path) -> Place:
        """Return where the key of ``path`` stands."""
        mark = self.keys.get(path)
        return Place(self.file, mark.line, mark.column) if mark else self.place(path)


def read_document(file: str, text: str) -> tuple[Document | None, tuple[Finding, ...]]:
    """Return the content of a YAML file, None where it is not YAML at all, and what is wrong with it."""
    try:
        nodes = list(yaml.compose_all(text, Loader=_BASE))
    except yaml.YAMLError as error:
        return None, (_syntax_finding(file, error),)
    reader = _Reader(file)
    if not nodes:
        return Document(file, {}, {(): Mark(1, 1, 1, False)}, {}), ()
    value = reader.read(nodes[0], ())
    if len(nodes) > 1:
        reader.refuse("SG103", nodes[1], "The file holds several documents.", "Keep one, without a line of ---.")
    return Document(file, {} if value is None else value, reader.marks, reader.keys), tuple(reader.findings)


def write_document(value: Any) -> str:
    """Return ``value`` (JSON-like) as YAML that `read_document` reads as the same value."""
    text: str = yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Writer(yaml.SafeDumper):
    """Quotes what this module, or a reader of YAML 1.1, would take for something else than text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(writer: _Writer, text: str) -> yaml.ScalarNode:
    style = '"' if resolve(text) != text or _BREAKS.search(text) else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _represent_text)


class _Reader:
    """Turns composed nodes into values, collecting marks and findings on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.marks: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self.findings: list[Finding] = []
        self._seen: set[int] = set()  # ids are unique: the root keeps every node alive

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.marks[path] = _mark(node)
        if id(node) in self._seen:
            self.refuse("SG103", node, "The file uses an anchor.", "Write the value out where it is used.")
            return None
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            self.refuse("SG103", node, f"The file uses the tag {node.tag!r}.", "Write the value without a tag.")
        match node:
            case yaml.MappingNode():
                return self._read_mapping(node, path)
            case yaml.SequenceNode():
                return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
            case _:
                is_quoted = bool(getattr(node, "style", None))
                return node.value if is_quoted else resolve(node.value)

    def _read_mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.refuse("SG101", key_node, "A key is not a word.", "Write keys as plain words.")
                continue
            key = key_node.value
            if key in result:
                first = self.keys[(*path, key)].line
                instruction = f"It also stands in line {first}; keep one of the two."
                self.refuse("SG102", key_node, f"The key {key!r} stands twice.", instruction)
                continue
            self.keys[(*path, key)] = _mark(key_node)
            result[key] = self.read(value_node, (*path, key))
        return result

    def refuse(self, code: str, node: yaml.Node, reason: str, instruction: str) -> None:
        mark = _mark(node)
        place = Place(self.file, mark.line, mark.column)
        self.findings.append(Finding(code, place, reason, instruction))


_PLAIN_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "", None)


def resolve(text: str) -> Any:
    """Return what a plain word of YAML means here: true, false, null, a number, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    style = getattr(node, "style", None)
    column = start.column + 1
    return Mark(start.line + 1, column, column + (1 if style in ("'", '"') else 0), start.line == end.line)


def _syntax_finding(file: str, error: yaml.YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return Finding(
        "SG101",
        place,
        f"The file is not valid YAML: {problem}.",
        "Look at this line and the one above: indentation, a missing colon or quote.",
    )
