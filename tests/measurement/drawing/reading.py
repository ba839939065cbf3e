"""Reading drawings back: as XML, with the marks and words in them."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str) -> Element:
    """Return a drawing as a tree; one that is not well-formed is an error."""
    return ElementTree.fromstring(text)


def of(tree: Element, name: str, class_: str = "") -> list[Element]:
    """Return the elements of a name that have ``class_`` among their classes."""
    return [each for each in tree.iter(f"{SVG}{name}") if not class_ or class_ in (each.get("class") or "").split()]


def texts(tree: Element) -> list[str]:
    """Return what is written in a drawing, from first to last."""
    return ["".join(each.itertext()) for each in of(tree, "text")]


def at(element: Element, *names: str) -> tuple[float, ...]:
    """Return numbers of an element."""
    return tuple(float(element.get(name) or "nan") for name in names)
