"""HTML of a message: its plain-text alternative, and a look for links that must never be in a mail.

Values are escaped before they get here, which says nothing about where a link leads: ``javascript:`` survives escaping.
"""

import re
from html import escape
from html.parser import HTMLParser

from msgspec import Struct

_SAFE_SCHEMES = frozenset(("http", "https", "mailto", "tel", "sms", "cid"))
_URL_ATTRIBUTES = frozenset(("href", "src", "action", "formaction", "background", "poster", "xlink:href"))
_ACTIVE = frozenset(("script", "iframe", "object", "embed", "applet", "base"))
_UNSEEN = frozenset(("head", "style", "script", "title", "template"))
_BLOCKS = frozenset(
    ("p", "div", "table", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "blockquote")
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")


class Reading(Struct, frozen=True):
    """What a reader without HTML sees, and the first thing that makes the HTML unsafe ("" when nothing does)."""

    text: str
    danger: str


def read_html(html: str) -> Reading:
    """Return the plain text of ``html`` and what is dangerous in it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in "".join(reader.parts).splitlines())
    return Reading(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), reader.danger)


def insert_preheader(html: str, preheader: str) -> str:
    """Return ``html`` with the line that an inbox shows after the subject, hidden in the message itself."""
    hidden = f'<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0">{escape(preheader)}</div>'
    body = re.search(r"<body\b[^>]*>", html, re.IGNORECASE)
    return html[: body.end()] + hidden + html[body.end() :] if body else hidden + html


def is_safe_url(url: str) -> bool:
    """Tell whether ``url`` is relative or has a scheme that runs nothing."""
    scheme = _SCHEME.match(re.sub(r"[\x00-\x20\x7f]", "", url).lower())  # browsers drop these before they look
    return scheme is None or scheme[1] in _SAFE_SCHEMES


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.danger = ""
        self._unseen = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look_for_danger(tag, attrs)
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _BLOCKS:
            self.parts.append("\n\n" if tag[0] in "ph" else "\n")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "a" and self._links:
            link = self._links.pop()
            if link.startswith(("http://", "https://")):
                self.parts.append(f" ({link})")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _look_for_danger(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.danger:
            return
        if tag in _ACTIVE:
            self.danger = f"<{tag}> is not allowed in a message"
        for name, value in attrs:
            if name.startswith("on"):
                self.danger = "event attributes (onclick and the like) are not allowed in a message"
            elif name in _URL_ATTRIBUTES and not is_safe_url(value or ""):
                self.danger = f"the {name} of a <{tag}> has a scheme that is not allowed in a message"
