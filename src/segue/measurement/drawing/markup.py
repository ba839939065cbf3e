"""Markup: HTML and SVG elements as text that is well-formed XML too, so that any parser can check a page.

What is not `Markup` is text and is escaped, whoever passes it; so no name that a customer, a file or a market chose can
end up as an element.
"""

import re
from collections.abc import Iterable
from html import escape
from math import isfinite
from zlib import crc32

_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no place for (section 2.2)."""

_VOID = frozenset({"br", "hr", "img", "link", "meta"})
_SVG_EMPTY = frozenset({"circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "use"})


class Markup(str):
    """Text that is markup already and is taken as it is."""

    __slots__ = ()


def text(inside: str) -> Markup:
    """Return ``inside`` escaped, or as it is where it is markup.

    >>> text("<b> & 'c'")
    '&lt;b&gt; &amp; &#x27;c&#x27;'
    """
    return inside if isinstance(inside, Markup) else Markup(escape(_UNSPEAKABLE.sub("\ufffd", inside)))


def tag(name: str, /, *inside: str, **attributes: str | float | None) -> Markup:
    """Return an element.

    Args:
        inside: what it holds; `Markup` as it is, other text escaped.
        attributes: ``class_`` is ``class``, ``stroke_width`` is ``stroke-width``; one that is None is left out.

    >>> tag("p", "a < b", class_="lead")
    '<p class="lead">a &lt; b</p>'
    """
    opened = name + "".join(
        f' {_named(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None
    )
    if name in _VOID or (name in _SVG_EMPTY and not inside):
        return Markup(f"<{opened}/>")
    return Markup(f"<{opened}>{join(inside)}</{name}>")


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Return ``parts`` one after the other as markup."""
    assert not isinstance(parts, str)
    return Markup(between.join(text(part) for part in parts))


def slug(words: str) -> str:
    """Return ``words`` as an id; two that differ may have the same.

    >>> slug("Opt-outs per 1,000")
    'opt-outs-per-1-000'
    """
    return "-".join(re.findall(r"[a-z0-9]+", words.lower())) or "nameless"


def unique(words: str) -> str:
    """Return ``words`` as an id that no other words have."""
    return f"{slug(words)}-{crc32(words.encode(errors='replace')):08x}"


def _named(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return text(value)
    assert isfinite(value), "a place in a drawing is a finite number"
    return f"{round(float(value), 2):g}" if abs(value) < 1e5 else f"{value:.0f}"
