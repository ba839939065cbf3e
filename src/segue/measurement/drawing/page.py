"""Pages: one HTML file that loads nothing, well-formed as XML too."""

from segue.measurement.drawing.markup import Markup, join, slug, tag
from segue.measurement.drawing.style import style


def page(title: str, *sections: str, kicker: str = "", lead: str = "", footer: str = "") -> str:
    """Return a whole page.

    Args:
        kicker: what kind of page it is, above the title.
        lead: a sentence below the title.
        footer: below all sections.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content="segue"),
        tag("title", title),
        tag("style", Markup(style())),
    )
    top = tag(
        "header",
        *([tag("p", kicker, class_="kicker")] if kicker else []),
        tag("h1", title),
        *([tag("p", lead, class_="lead")] if lead else []),
    )
    body = tag("body", top, "\n", tag("main", join(sections, "\n")), *([tag("footer", footer)] if footer else []))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def section(title: str, *inside: str, class_: str | None = None) -> Markup:
    """Return a part of a page with a heading, which can be linked to as ``#`` and the `slug` of its title."""
    name = slug(title)
    return tag("section", tag("h2", title, id=name), *inside, class_=class_, aria_labelledby=name)


def figure(title: str, drawing: str) -> Markup:
    """Return a drawing with a small heading, to stand beside another one in a ``pair``."""
    return tag("figure", tag("h3", title), drawing)
