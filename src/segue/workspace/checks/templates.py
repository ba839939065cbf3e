"""Templates: those that variants name exist and compile, and promotional e-mail says how to leave and who writes."""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from segue.channels.liquid_strict import Refusal
from segue.channels.rendering import Source, read_source
from segue.workspace.checks.liquid import check_liquid
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place
from segue.workspace.schema import suggest

_RENDER_TAG = re.compile(r"{%-?\s*render\s+['\"]([^'\"]+)['\"]")
_MARKUP = re.compile(r"<(style|mj-style|mj-head)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_POSTAL = re.compile(r"address|\b\d{4,5}\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)


class Use(Struct, frozen=True):
    """A variant that names a template."""

    place: Place
    template: str
    needs_way_out: bool


def check_templates(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the templates and with the variants that name them."""
    texts = _read_all(draft.folder / "templates")
    uses = list(_uses(draft))
    for use in uses:
        if use.template not in texts:
            reason = f"There is no template {use.template!r}."
            yield Finding("SG306", use.place, reason, suggest(use.template, tuple(texts), "templates"))
    for name, text in texts.items():
        yield from _check_source(draft, name, text, texts)
    for name in sorted({use.template for use in uses if use.needs_way_out} & texts.keys()):
        yield from _check_promotion(name, texts, draft.segue.server.public_url)
    if "action" not in draft.broken:
        yield from _check_unused(texts, {use.template for use in uses})


def _uses(draft: Draft) -> Iterator[Use]:
    specs = draft.specs()
    for action in draft.workspace.actions:
        for index, variant in enumerate(action.variants):
            if variant.template is not None:
                place = draft.at("action", action.action, "variants", index, "template")
                channel = specs.get(variant.channel)
                is_email = channel is not None and channel.contact_trait == "email"
                yield Use(place, variant.template, is_email and action.category == "promo")


def _read_all(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in files}


def _check_source(draft: Draft, name: str, text: str, texts: dict[str, str]) -> Iterator[Finding]:
    file = f"templates/{name}"
    source = read_source(name, text)
    if isinstance(source, Refusal):
        yield Finding("SG801", Place(file, 1, 1), f"{source.cause}.", "Correct the head of the file.")
        return
    for partial in _RENDER_TAG.finditer(text):
        if partial[1] not in texts:
            line = text.count("\n", 0, partial.start()) + 1
            reason = f"There is no template {partial[1]!r}."
            yield Finding("SG306", Place(file, line, 1), reason, suggest(partial[1], tuple(texts), "templates"))
    lines_before = text.count("\n", 0, len(text) - len(source.body))
    for part, is_html, offset in _parts(source, lines_before):
        traits = None if "features" in draft.broken else draft.workspace.traits
        for slip in check_liquid(part, is_html=is_html, folder=draft.folder / "templates", traits=traits):
            yield Finding(slip.code, Place(file, offset + slip.line, 1), slip.reason, slip.instruction)


def _parts(source: Source, lines_before: int) -> Iterator[tuple[str, bool, int]]:
    front = source.front
    for text in (front.subject, front.preheader, front.sender, front.reply_to, front.text):
        yield text, False, 0
    yield source.body, source.kind != "text", lines_before


def _check_promotion(name: str, texts: dict[str, str], public_url: str) -> Iterator[Finding]:
    whole = _with_partials(name, texts)
    place = Place(f"templates/{name}", 1, 1)
    if "unsubscribe_url" not in whole:
        reason = "Promotional e-mail without a visible way to unsubscribe."
        yield Finding("SG802", place, reason, "Link to {{ unsubscribe_url }}.")
    elif not public_url:
        reason = "The template needs unsubscribe_url, but nobody knows the server's public address."
        yield Finding("SG806", place, reason, "Write it in segue.yaml: server: {public_url: https://...}.")
    if not _POSTAL.search(_MARKUP.sub(" ", whole)):
        reason = "Promotional e-mail without the sender's postal address."
        yield Finding("SG803", place, reason, "Write the address at the end of the template.")


def _check_unused(texts: dict[str, str], named: set[str]) -> Iterator[Finding]:
    used = {partial for name in named for partial in _reached(name, texts)}
    for name in sorted(texts.keys() - used):
        reason = "No variant names this template."
        yield Finding("SG804", Place(f"templates/{name}"), reason, "Name it in a variant, or delete it.")


def _with_partials(name: str, texts: dict[str, str]) -> str:
    return "\n".join(texts[reached] for reached in sorted(_reached(name, texts)))


def _reached(name: str, texts: dict[str, str]) -> set[str]:
    """Return ``name`` and the partial templates that it renders, directly or not."""
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in texts and current not in reached:
            reached.add(current)
            waiting += _RENDER_TAG.findall(texts[current])
    return reached
