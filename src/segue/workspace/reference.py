"""The reference of workspace files, made from the structs that are their schema and from what their docstrings say.

python -m segue.workspace.reference > docs/reference/workspace.md
"""

import re
import sys
from collections.abc import Iterator
from inspect import getdoc

from msgspec import NODEFAULT, Struct, inspect

from segue.channels.settings import Settings
from segue.model.catalogue import DurationText, Expression, Name, TimeOfDay
from segue.model.workspace import Workspace
from segue.workspace.layout import ACTION, KINDS, Kind, SegueFile
from segue.workspace.values import key_of, say_value

_HEAD = """# What a workspace holds

A workspace is a folder, kept in git. Every field of every file is here; `segue check` refuses what is not. `segue check
--write-schema` writes the same as JSON Schema, so that editors complete and complain while you type. Generated from the
code (`python -m segue.workspace.reference`); do not edit.

A *duration* is a number and a unit: `30min`, `48h`, `7d`, `1d 12h`. A *name* has lower-case letters, digits and
underscores. An *expression* is a condition or a value: [expressions](expressions.md). What has no default has to be
given.
"""

_ELSEWHERE = {
    "source": "How columns of a file become events: [sources](sources.md).",
    "test": "Scenarios in virtual time: [write scenarios](../guides/write-scenarios.md).",
}
_CATALOGUE = """## catalogue/NAME.csv

Actions as a table, one a row; `catalogue/NAME.parquet` reads the same. The first row names the columns:

| column | means |
|---|---|
| `action`, `value`, `margin`, `stock`, ... | a field of an action (above) that is one text, number or yes and no |
| `tags`, `needs` | words with spaces or commas between them |
| `begins`, `ends`, `weekdays`, `zone` | a [calendar](#window) of one window |
| `features.NAME` | a content feature |
| `CHANNEL.FIELD` | a field of the [variant](#variant) on that channel: `email.template`, `email.content.headline` |

An empty cell says nothing. The separator is the comma, or the semicolon. Context weights and prerequisites have no
column: such an action has a file of its own. `segue check` points at the row, and in CSV at the cell.
"""
_TEXTS = ((Name, "name"), (DurationText, "duration"), (Expression, "expression"), (TimeOfDay, "time of day"))


def workspace_page() -> str:
    """Return docs/reference/workspace.md."""
    told: set[type] = set()
    parts = [_HEAD]
    for kind in KINDS:
        parts.append(f"## {kind.pattern.replace('*', 'NAME')}\n")
        parts += _tell_kind(kind, told)
        if kind is ACTION:
            parts.append(_CATALOGUE)
        if kind.name == "segue":
            parts.append("### channel\n")
            parts.append("`type`, the settings of that type ([channels](channels.md)), and those of every channel:\n")
            parts += _tell_struct(Settings, told)
    return "\n".join(parts)


def _tell_kind(kind: Kind, told: set[type]) -> Iterator[str]:
    if kind.name in _ELSEWHERE:
        yield _ELSEWHERE[kind.name] + "\n"
        return
    yield from _tell_struct(kind.schema, told)


def _tell_struct(struct: type[Struct], told: set[type]) -> Iterator[str]:
    """Yield what a struct is and its fields, then every struct in it that was not told yet."""
    told.add(struct)
    prose, words = _words_of(struct)
    if struct is SegueFile:
        words = _words_of(Workspace)[1] | words
    yield prose + "\n"
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    if info.fields:
        yield "| field | type | default | |\n|---|---|---|---|"
        yield from (_row(field, words) for field in info.fields)
        yield ""
    for field in info.fields:
        for inner in _structs_in(field.type):
            if inner.cls not in told:
                kind = f"{inner.tag_field}: {inner.tag}" if inner.tag_field is not None else _title(inner.cls)
                yield f"### {kind}\n"
                yield from _tell_struct(inner.cls, told)


def _row(field: inspect.Field, words: dict[str, str]) -> str:
    cells = (f"`{field.encode_name}`", _say_type(field.type), _default(field), words.get(field.name, ""))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(field: inspect.Field) -> str:
    default = field.default_factory() if field.default_factory is not NODEFAULT else field.default
    match default:
        case _ if default is NODEFAULT:
            return ""
        case None | () | "":
            return "none"
        case bool():
            return str(default).lower()
        case dict():
            return "none"
        case Struct():
            return "its defaults"
        case tuple() if isinstance(default[0], str):
            return ", ".join(f"`{each}`" for each in default)
        case tuple():
            return "; ".join(f"{key_of(each)} ({say_value(each)})" for each in default)
        case _:
            return f"`{default}`"


def _say_type(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            return _say_type(kind.type)
        case inspect.StrType():
            return next((words for text, words in _TEXTS if inspect.type_info(text) == kind), "text")
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return _say_number(kind)
        case inspect.LiteralType(values=values):
            return " or ".join(f"`{value}`" for value in values)
        case inspect.VarTupleType(item_type=item):
            return f"list of {_say_type(item)}"
        case inspect.DictType(value_type=inspect.AnyType()):
            return "mapping"
        case inspect.DictType(value_type=value):
            return f"{_say_type(value)} by name"
        case inspect.StructType():
            return f"[{_title(kind.cls)}](#{_title(kind.cls).replace(' ', '-')})"
        case inspect.UnionType(types=types):
            return _say_union([each for each in types if not isinstance(each, inspect.NoneType)])
        case _:
            return "anything"


def _say_union(kinds: list[inspect.Type]) -> str:
    if len(kinds) == 1:
        return _say_type(kinds[0])
    tags = [f"[`{kind.tag}`](#kind-{kind.tag})" for kind in kinds if isinstance(kind, inspect.StructType)]
    return f"kind {', '.join(tags)}" if tags else " or ".join(map(_say_type, kinds))


def _say_number(kind: inspect.IntType | inspect.FloatType) -> str:
    words = "whole number" if isinstance(kind, inspect.IntType) else "number"
    limits = [
        f"{sign} {limit:g}"
        for sign, limit in (("≥", kind.ge), (">", kind.gt), ("≤", kind.le), ("<", kind.lt))
        if limit is not None
    ]
    return f"{words} {', '.join(limits)}".strip()


def _structs_in(kind: inspect.Type) -> Iterator[inspect.StructType]:
    match kind:
        case inspect.StructType():
            yield kind
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner) | inspect.DictType(value_type=inner):
            yield from _structs_in(inner)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _structs_in(each)
        case _:
            return


def _title(struct: type) -> str:
    """Return a struct's name as words: ``QuietHours`` is "quiet hours"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", struct.__name__.removesuffix("Spec").removesuffix("Settings")).lower()


def _words_of(struct: type) -> tuple[str, dict[str, str]]:
    """Return a docstring's prose, and its words on each field; those of its bases too."""
    words: dict[str, str] = {}
    prose = ""
    for owner in reversed(struct.__mro__[:-1]):
        if issubclass(owner, Struct) and owner is not Struct and "__doc__" in vars(owner):
            text = (getdoc(owner) or "").replace("``", "`")
            prose, attributes = _split(text)
            words |= attributes
    return prose, words


def _split(text: str) -> tuple[str, dict[str, str]]:
    before, _, rest = text.partition("\nAttributes:\n")
    words: dict[str, str] = {}
    after: list[str] = []
    names: list[str] = []
    for line in rest.splitlines():
        if found := re.fullmatch(r"    (?P<names>[a-z_]+(, [a-z_]+)*): (?P<words>.*)", line):
            names = found["names"].split(", ")
            words |= dict.fromkeys(names, found["words"])
        elif line.startswith("        ") and names:
            words |= {name: f"{words[name]} {line.strip()}" for name in names}
        elif line.strip():
            after.append(line)
    prose = " ".join(part.strip() for part in [*before.splitlines(), *after] if part.strip())
    return prose, words


if __name__ == "__main__":
    sys.stdout.write(workspace_page())
