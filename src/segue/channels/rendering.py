"""Rendering: a template file and a command's data become subject, text and HTML, or a `Refusal`.

A template is a file under ``templates/``. Its ending says what it is: ``.mjml`` and ``.html`` give HTML and a text
alternative, every other one text. Between two lines of ``---`` at its head stand the parts around the body:

    ---
    subject: "{{ customer.first_name | default: 'Hello' }}, time for more?"
    preheader: Ten per cent until Sunday
    from: Our Shop <shop@shop.example>      # instead of the channel's
    reply_to: care@shop.example
    text: ...                               # instead of the text made from the HTML
    ---

Templates see ``customer``, ``event``, ``action``, ``now`` (the decision's moment), ``delivery_id``, ``preheader`` and,
unless the message is transactional, ``unsubscribe_url``.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from segue.channels.html import insert_preheader, read_html
from segue.channels.liquid_strict import LiquidRenderer, Refusal, without_nulls
from segue.model.commands import Deliver
from segue.model.decisions import Reason
from segue.model.time import to_datetime


class Front(Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """A template's front matter; every part is Liquid."""

    subject: str = ""
    preheader: str = ""
    sender: str = ""
    reply_to: str = ""
    text: str = ""


class Source(Struct, frozen=True):
    """A template as read from its file."""

    front: Front
    body: str
    kind: str  # mjml | html | text


class Rendered(Struct, frozen=True, kw_only=True):
    """A message ready to be addressed. ``html`` is empty for a text message."""

    text: str
    html: str = ""
    subject: str = ""
    sender: str = ""
    reply_to: str = ""


class Templates:
    """The templates of a workspace; a file is read again when it changes."""

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / "templates"
        self._sources: dict[str, tuple[int, Source | Refusal]] = {}
        self._html = LiquidRenderer(is_html=True, partials=self._folder)
        self._text = LiquidRenderer(is_html=False, partials=self._folder)

    def render(self, command: Deliver, unsubscribe_url: str = "") -> Rendered | Refusal:
        """Return the message of ``command``, or why there is none."""
        source = self._source(command.template)
        if isinstance(source, Refusal):
            return source
        return self._render(source, template_data(command, unsubscribe_url))

    def check(self, name: str) -> Refusal | None:
        """Return what is wrong with a template before any customer is known: its head, its Liquid, its filters."""
        source = self._source(name)
        if isinstance(source, Refusal):
            return source
        body = self._text if source.kind == "text" else self._html
        parts = [self._text.check(getattr(source.front, part)) for part in source.front.__struct_fields__]
        return next((refusal for refusal in (*parts, body.check(source.body)) if refusal), None)

    def render_value(self, value: Any, data: Mapping[str, Any], key: str = "") -> Any | Refusal:
        """Return a JSON value with every text in it rendered; texts under keys ending in ``_html`` are HTML."""
        if isinstance(value, str):
            return (self._html if key.endswith("_html") else self._text).render(value, data)
        if isinstance(value, Mapping):
            rendered = {name: self.render_value(item, data, name) for name, item in value.items()}
            return next((item for item in rendered.values() if isinstance(item, Refusal)), rendered)
        if isinstance(value, list | tuple):
            items = [self.render_value(item, data, key) for item in value]
            return next((item for item in items if isinstance(item, Refusal)), items)
        return value

    def _source(self, name: str) -> Source | Refusal:
        try:
            path = (self._folder / name).resolve()
            if not path.is_relative_to(self._folder.resolve()):
                return Refusal(Reason.RENDER_ABORT, "the template is outside of templates/")
            changed_at = path.stat().st_mtime_ns
            known = self._sources.get(name)
            if known is None or known[0] != changed_at:
                known = self._sources[name] = (changed_at, read_source(name, path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return Refusal(Reason.RENDER_ABORT, f"there is no readable template {name!r}")
        return known[1]

    def _render(self, source: Source, data: dict[str, Any]) -> Rendered | Refusal:
        parts: dict[str, str] = {}
        for field in ("preheader", "subject", "sender", "reply_to", "text"):
            rendered = self._text.render(getattr(source.front, field), data)
            if isinstance(rendered, Refusal):
                return rendered
            parts[field] = rendered if field == "text" else one_line(rendered)
            if field == "preheader":
                data = {**data, "preheader": parts[field]}
        body = (self._text if source.kind == "text" else self._html).render(source.body, data)
        if isinstance(body, Refusal):
            return body
        preheader = parts.pop("preheader")
        if source.kind == "text":
            return Rendered(**{**parts, "text": body.strip() + "\n"})
        html = to_html(body) if source.kind == "mjml" else body
        return html if isinstance(html, Refusal) else _with_alternative(html, preheader, parts)


def template_data(command: Deliver, unsubscribe_url: str = "") -> dict[str, Any]:
    """Return what a template sees of ``command``."""
    data: dict[str, Any] = without_nulls(command.data)
    data |= {"now": to_datetime(command.decided_at), "delivery_id": command.delivery_id}
    if unsubscribe_url:
        data["unsubscribe_url"] = unsubscribe_url
    return data


def read_source(name: str, content: str) -> Source | Refusal:
    """Return the template in a file's ``content``; a `Refusal` when its front matter is not valid."""
    front, body = Front(), content
    if content.startswith("---\n") and (end := content.find("\n---\n", 3)) >= 0:
        try:
            front = msgspec.convert(yaml.safe_load(content[4 : end + 1]) or {}, Front)
        except (yaml.YAMLError, msgspec.ValidationError) as error:
            cause = str(error).splitlines()[0]
            return Refusal(Reason.RENDER_ABORT, f"the head of template {name!r} is not valid: {cause}")
        body = content[end + 5 :]
    endings = name.removesuffix(".liquid").rsplit(".", 1)
    return Source(front, body, endings[-1] if endings[-1] in ("mjml", "html") else "text")


def to_html(mjml: str) -> str | Refusal:
    """Return MJML as the HTML that mail programs understand."""
    from mjml import mjml2html  # a large native module, needed only by those who use it

    try:
        return mjml2html(mjml, include_loader=_no_includes)
    except ValueError as error:
        return Refusal(Reason.RENDER_ABORT, f"MJML: {_mjml_cause(error)}")


def one_line(text: str) -> str:
    """Return ``text`` on one line, without control characters: what a header may hold."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()


def _with_alternative(html: str, preheader: str, parts: dict[str, str]) -> Rendered | Refusal:
    reading = read_html(html)
    if reading.danger:
        return Refusal(Reason.RENDER_ABORT, reading.danger)
    text = parts.pop("text") or reading.text
    return Rendered(html=insert_preheader(html, preheader) if preheader else html, text=text.strip() + "\n", **parts)


def _no_includes(path: str) -> str:
    raise ValueError("mj-include is not supported; use {% render %}")


def _mjml_cause(error: ValueError) -> str:
    """Return the position only: the message may quote what stood there."""
    return str(error).rpartition(" at position ")[2] if " at position " in str(error) else "not well-formed"
