"""Liquid: whether a template's text compiles, and whether the filters and traits that it names exist."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from liquid import BoundTemplate

from segue.channels.liquid_strict import LiquidRenderer, Refusal
from segue.workspace.schema import suggest

_LINE = re.compile(r" in line (\d+)$")


class Slip(NamedTuple):
    """Something wrong in a text, with the line of that text."""

    code: str
    line: int
    reason: str
    instruction: str


def check_liquid(text: str, *, is_html: bool, folder: Path, traits: Collection[str] | None) -> Iterator[Slip]:
    """Yield what is wrong with one Liquid text.

    Args:
        folder: where its partial templates are.
        traits: the declared ones; None while that is not known.
    """
    compiled = LiquidRenderer(is_html=is_html, partials=folder).compile(text)
    if isinstance(compiled, Refusal):
        line = _LINE.search(compiled.cause)
        reason = f"The template does not compile: {compiled.cause}."
        yield Slip("SG801", int(line[1]) if line else 1, reason, "Look for a misspelt tag, or one left open.")
        return
    yield from _check_names(compiled.template, text, traits)


def _check_names(template: BoundTemplate, text: str, traits: Collection[str] | None) -> Iterator[Slip]:
    analysis = template.analyze(include_partials=False)
    filters = tuple(template.env.filters)
    for name, spans in analysis.filters.items():
        if name not in filters:
            line = text.count("\n", 0, spans[0].index) + 1
            yield Slip("SG801", line, f"There is no filter {name!r}.", suggest(name, filters, "filters"))
    if traits is None:
        return
    for variable in analysis.globals.get("customer", ()):
        trait = variable.segments[1] if len(variable.segments) > 1 else None
        if isinstance(trait, str) and trait not in traits:
            line = text.count("\n", 0, variable.span.index) + 1
            yield Slip("SG805", line, f"There is no trait {trait!r}.", suggest(trait, tuple(traits), "traits"))
