"""Liquid, strict: what a template may do, and the three ways in which it can refuse.

A missing attribute stops the message rather than leaving a hole in it; ``{% abort "reason" %}`` is the author's own
stop; anything else that goes wrong (an unknown filter, a limit) stops it too. Limits exist because templates are
written by many people and rendered for millions of customers: a loop over a loop must not hold the others up.

Causes name attributes and filters as the template spells them, never their values.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, FalsyStrictUndefined, FileSystemLoader, Mode, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import StringLiteral, parse_primitive
from liquid.exceptions import FilterArgumentError, LiquidError, LiquidSyntaxError, ResourceLimitError, UndefinedError
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_TAG, Token
from msgspec import Struct

from segue.channels.liquid_blank import mend_comparisons
from segue.model.decisions import Reason


class Refusal(Struct, frozen=True):
    """Why something could not be rendered; ``cause`` is for people and holds nothing personal."""

    reason: Reason
    cause: str

    @property
    def detail(self) -> str:
        """The `Outcome.detail` of a message that cannot be rendered: the reason first, for the core to read."""
        return f"{self.reason}: {self.cause}"


class Compiled(Struct, frozen=True):
    """A parsed template and its source, which tells whether a name in an error is the author's."""

    template: BoundTemplate
    source: str


class LimitedEnvironment(Environment):
    """Liquid with limits, which count over one rendering, partial templates included; missing values are blank."""

    loop_iteration_limit = 10_000
    local_namespace_limit = 1_000_000
    output_stream_limit = 2_000_000

    def from_string(self, *arguments: Any, **options: Any) -> BoundTemplate:
        return mend_comparisons(super().from_string(*arguments, **options))


class LiquidRenderer:
    """Compiles and renders Liquid.

    Args:
        is_html: escape every value for HTML; no filter can switch it off.
        partials: the folder that ``{% render %}`` reads from.
    """

    def __init__(self, *, is_html: bool, partials: Path | None = None) -> None:
        environment = LimitedEnvironment(
            tolerance=Mode.STRICT,
            undefined=FalsyStrictUndefined,
            strict_filters=True,
            autoescape=is_html,
            loader=FileSystemLoader(partials, reject_symlinks=True) if partials else None,
        )
        environment.add_tag(AbortTag)
        environment.filters.pop("safe")
        environment.filters["date"] = _date_of_a_given_moment(environment.filters["date"])
        del environment.tags["include"]  # shares the caller's variables; `render` is its replacement
        self._environment = environment
        self.compile = lru_cache(maxsize=4096)(self._compile)

    def _compile(self, source: str) -> Compiled | Refusal:
        try:
            return Compiled(self._environment.from_string(source), source)
        except LiquidError as error:
            return Refusal(Reason.RENDER_ABORT, f"template error: {_where(error, source)}")

    def check(self, source: str) -> Refusal | None:
        """Return why ``source`` could never be rendered, whatever the data; None when it could."""
        compiled = self.compile(source)
        if isinstance(compiled, Refusal):
            return compiled
        unknown = sorted(
            name for name in compiled.template.analyze(include_partials=False).filters if not self._knows(name)
        )
        return Refusal(Reason.RENDER_ABORT, f"template error: unknown filter {unknown[0]!r}") if unknown else None

    def _knows(self, name: str) -> bool:
        return name in self._environment.filters

    def render(self, source: str, data: Mapping[str, Any]) -> str | Refusal:
        """Return ``source`` rendered with ``data``, or why not."""
        if "{{" not in source and "{%" not in source:
            return source
        compiled = self.compile(source)
        if isinstance(compiled, Refusal):
            return compiled
        try:
            return compiled.template.render(data)
        except AbortRender as abort:
            return Refusal(Reason.RENDER_ABORT, abort.cause)
        except UndefinedError as error:
            return Refusal(Reason.RENDER_MISSING_ATTRIBUTE, _attribute(error, source))
        except ResourceLimitError:
            return Refusal(Reason.RENDER_ABORT, "the template needs more loops, memory or output than is allowed")
        except LiquidError as error:
            return Refusal(Reason.RENDER_ABORT, f"template error: {_where(error, source)}")
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            return Refusal(Reason.RENDER_ABORT, f"template error: {type(error).__name__}")


class AbortRender(Exception):
    """The template said ``{% abort %}``."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class AbortNode(Node):
    """``{% abort "reason" %}`` in a parsed template."""

    def __init__(self, token: Token, cause: str) -> None:
        super().__init__(token)
        self.cause = cause
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        raise AbortRender(self.cause)


class AbortTag(Tag):
    """Stops the message: ``{% abort "no size in stock" %}``. The reason is literal text: it is logged and counted."""

    name = "abort"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        tokens = stream.into_inner(tag=token, eat=False)
        cause = parse_primitive(self.env, tokens)
        if not isinstance(cause, StringLiteral):
            raise LiquidSyntaxError('write {% abort "reason" %} with a literal reason', token=token)
        return AbortNode(token, cause.value)


def without_nulls(value: Any) -> Any:
    """Return ``value`` with null entries of objects left out, at any depth: a null is as missing as what never was."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [without_nulls(item) for item in value]
    return value


def _date_of_a_given_moment(date: Callable[..., Any]) -> Callable[..., Any]:
    """Return Liquid's ``date`` without "now" and "today": they would read the clock, and a resend would differ."""

    def date_filter(value: object, *arguments: object, **options: object) -> object:
        if isinstance(value, str) and value.strip().lower() in ("now", "today"):
            raise FilterArgumentError("use the variable `now`, the moment of the decision", token=None)
        return date(value, *arguments, **options)

    # Liquid finds out from these attributes what else a filter wants to be given.
    date_filter.__dict__.update(date.__dict__)
    return date_filter


def _attribute(error: UndefinedError, source: str) -> str:
    """Return the attribute's path where the author wrote it so; a computed path could hold a customer's value."""
    path = re.sub(r" is undefined$", "", error.args[0] if error.args else "").strip("'\"")
    return path if path and path in source else "an attribute is missing"


def _where(error: LiquidError, source: str) -> str:
    """Return kind and line of an error. Its message may quote a value, so it is left out."""
    kind = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
    index = getattr(error.token, "start_index", None)
    return kind if index is None else f"{kind} in line {source.count(chr(10), 0, index) + 1}"
