"""The schema check: compare a document with a struct of the model and name every difference at once.

msgspec stops at the first mistake, which makes repairing a file a game of twenty questions. This walks the same types
by `msgspec.inspect`, so the structs stay the one schema; msgspec itself has the last word in `convert_document`.
"""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct, inspect

from segue.model.catalogue import DurationText, Name, TimeOfDay
from segue.workspace.documents import Document, Path
from segue.workspace.findings import Finding


class Problem(Struct, frozen=True):
    """A difference between a value and its type; ``at_key`` when the key is to blame, not the value."""

    code: str
    path: Path
    reason: str
    instruction: str
    at_key: bool = False


Problems: TypeAlias = Iterator[Problem]


def convert_document(document: Document, schema: Any) -> tuple[Any, tuple[Finding, ...]]:
    """Return the document as ``schema``, None where it does not fit, and every difference."""
    problems = list(compare(document.value, _type_of(schema), ()))
    if not problems:
        try:
            return msgspec.convert(document.value, schema), ()
        except msgspec.ValidationError as error:
            problems = [Problem("SG203", (), f"{error}.", "Compare with the schema under .segue/schemas.")]
    return None, tuple(_finding(document, problem) for problem in problems)


def compare(value: Any, expected: inspect.Type, path: Path) -> Problems:
    """Yield every difference between a value and its type."""
    match expected:
        case inspect.Metadata():
            yield from compare(value, expected.type, path)
        case inspect.AnyType():
            return
        case inspect.StructType():
            yield from _compare_struct(value, expected, path)
        case inspect.UnionType():
            yield from _compare_union(value, expected, path)
        case inspect.DictType():
            yield from _compare_mapping(value, expected, path)
        case inspect.VarTupleType() | inspect.ListType():
            yield from _compare_list(value, expected, path)
        case inspect.LiteralType():
            if value not in expected.values or isinstance(value, bool):
                yield _not_allowed(path, value, map(str, expected.values))
        case _:
            yield from _compare_scalar(value, expected, path)


def _compare_struct(value: Any, expected: inspect.StructType, path: Path) -> Problems:
    if not isinstance(value, dict):
        yield _wrong_type(path, value, "a mapping of fields")
        return
    fields = {field.encode_name: field for field in expected.fields}
    tag_field = expected.tag_field
    for key in value:
        if key not in fields and key != tag_field:
            known = [*fields, *([tag_field] if tag_field else [])]
            instruction = suggest(key, known, "fields")
            yield Problem("SG201", (*path, key), f"There is no field {key!r} here.", instruction, at_key=True)
    for name, field in fields.items():
        if name in value:
            yield from compare(value[name], field.type, (*path, name))
        elif field.required:
            yield Problem("SG202", path, f"The field {name!r} is missing.", f"Add {name}: {_example(field.type)}.")


def _compare_union(value: Any, expected: inspect.UnionType, path: Path) -> Problems:
    if value is None and any(isinstance(kind, inspect.NoneType) for kind in expected.types):
        return
    structs = [kind for kind in expected.types if isinstance(kind, inspect.StructType)]
    if structs and isinstance(value, dict):
        yield from _compare_tagged(value, structs, path)
        return
    others = [kind for kind in expected.types if not isinstance(kind, inspect.NoneType)]
    attempts = [list(compare(value, kind, path)) for kind in others]
    if all(attempts):
        yield from min(attempts, key=len)


def _compare_tagged(value: dict[str, Any], structs: list[inspect.StructType], path: Path) -> Problems:
    tag_field = structs[0].tag_field
    if tag_field is None or len(structs) == 1:
        yield from _compare_struct(value, structs[0], path)
        return
    by_tag = {str(kind.tag): kind for kind in structs}
    if tag_field not in value:
        instruction = f"Add {tag_field}: one of {', '.join(sorted(by_tag))}."
        yield Problem("SG202", path, f"The field {tag_field!r} is missing.", instruction)
    elif str(value[tag_field]) not in by_tag:
        yield _not_allowed((*path, tag_field), value[tag_field], by_tag)
    else:
        yield from _compare_struct(value, by_tag[str(value[tag_field])], path)


def _compare_mapping(value: Any, expected: inspect.DictType, path: Path) -> Problems:
    if not isinstance(value, dict):
        yield _wrong_type(path, value, "a mapping")
        return
    for key, item in value.items():
        for problem in compare(key, expected.key_type, (*path, key)):
            yield msgspec.structs.replace(problem, at_key=True)
        yield from compare(item, expected.value_type, (*path, key))


def _compare_list(value: Any, expected: inspect.VarTupleType | inspect.ListType, path: Path) -> Problems:
    if not isinstance(value, list):
        yield _wrong_type(path, value, "a list")
        return
    if len(value) < (expected.min_length or 0):
        yield Problem("SG204", path, "The list is empty.", "Write something, or leave the field out.")
    for index, item in enumerate(value):
        yield from compare(item, expected.item_type, (*path, index))


def _compare_scalar(value: Any, expected: inspect.Type, path: Path) -> Problems:
    words, accepts = _SCALARS[type(expected)]
    if not accepts(value):
        yield _wrong_type(path, value, words)
    elif isinstance(expected, inspect.StrType):
        yield from _compare_text(value, expected, path)
    elif isinstance(expected, inspect.IntType | inspect.FloatType):
        yield from _compare_number(value, expected, path)


def _compare_text(value: str, expected: inspect.StrType, path: Path) -> Problems:
    if expected.pattern and not re.search(expected.pattern, value):
        yield Problem("SG204", path, f"{value!r} is not allowed here.", _pattern_advice(expected.pattern))
    if expected.min_length is not None and len(value) < expected.min_length:
        yield Problem("SG204", path, "The text is empty.", "Write something, or leave the field out.")
    if expected.max_length is not None and len(value) > expected.max_length:
        reason = f"The text has {len(value)} characters."
        yield Problem("SG204", path, reason, f"Keep it to {expected.max_length}.")


def _compare_number(value: float, expected: inspect.IntType | inspect.FloatType, path: Path) -> Problems:
    if expected.ge is not None and value < expected.ge:
        yield Problem("SG204", path, f"{value} is too small.", f"Write {expected.ge} or more.")
    if expected.gt is not None and value <= expected.gt:
        yield Problem("SG204", path, f"{value} is too small.", f"Write more than {expected.gt}.")
    if expected.le is not None and value > expected.le:
        yield Problem("SG204", path, f"{value} is too large.", f"Write {expected.le} or less.")


_SCALARS: dict[type[inspect.Type], tuple[str, Callable[[Any], bool]]] = {
    inspect.StrType: ("text", lambda value: isinstance(value, str)),
    inspect.BoolType: ("true or false", lambda value: isinstance(value, bool)),
    inspect.IntType: ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    inspect.FloatType: ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    inspect.NoneType: ("nothing", lambda value: value is None),
}


def suggest(word: str, known: list[str] | tuple[str, ...], plural: str) -> str:
    """Return an instruction that names the closest known word, or all of them."""
    close = get_close_matches(word, known, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    if not known:
        return f"There are no {plural} yet."
    shown = sorted(known)
    more = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
    return f"Known {plural}: {', '.join(shown[:12])}{more}."


def _wrong_type(path: Path, value: Any, expected: str) -> Problem:
    instruction = f"Write {expected}."
    if expected == "text" and isinstance(value, int | float):
        instruction = f'Put it in quotes: "{str(value).lower() if isinstance(value, bool) else value}".'
    elif expected == "true or false" and isinstance(value, str) and value.lower() in _SWITCHES:
        instruction = f"Write {_SWITCHES[value.lower()]}."
    return Problem("SG203", path, f"This is {_describe(value)}, not {expected}.", instruction)


_SWITCHES = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def _not_allowed(path: Path, value: Any, allowed: Any) -> Problem:
    choices = tuple(allowed)
    close = get_close_matches(str(value), choices, n=1)
    instruction = f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join(choices)}."
    return Problem("SG204", path, f"{value!r} is not one of the choices.", instruction)


def _describe(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _example(expected: inspect.Type) -> str:
    match expected:
        case inspect.StrType(pattern=pattern) if pattern == _pattern(DurationText):
            return '"48h"'
        case inspect.StrType():
            return "TEXT"
        case inspect.VarTupleType() | inspect.ListType():
            return "[...]"
        case inspect.IntType() | inspect.FloatType():
            return "NUMBER"
        case inspect.LiteralType(values=values):
            return " | ".join(map(str, values))
        case _:
            return "{...}"


@cache
def _type_of(schema: Any) -> inspect.Type:
    return inspect.type_info(schema)


@cache
def _pattern(annotated: Any) -> str | None:
    kind = inspect.type_info(annotated)
    return kind.pattern if isinstance(kind, inspect.StrType) else None


def _pattern_advice(pattern: str) -> str:
    if pattern == _pattern(Name):
        return "Use lower-case letters, digits and underscores, and start with a letter."
    if pattern == _pattern(DurationText):
        return 'Write a number and a unit (ms, s, min, h, d, w), such as "48h", "7d" or "1d 12h".'
    if pattern == _pattern(TimeOfDay):
        return 'Write a time of day from "00:00" to "23:59".'
    return f"It has to match {pattern}."


def _finding(document: Document, problem: Problem) -> Finding:
    place = document.key_place(problem.path) if problem.at_key else document.place(problem.path)
    return Finding(problem.code, place, problem.reason, problem.instruction)
