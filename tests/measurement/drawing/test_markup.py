"""Markup: whatever is told is text, unless it was made as markup."""

from xml.etree import ElementTree

import pytest

from segue.measurement.drawing.markup import Markup, join, slug, tag, text, unique

NASTY = "<script>alert(\"x\")</script> & 'so' \x00\x1b on \ud800"


def test_names_of_others_cannot_become_elements() -> None:
    made = tag("p", NASTY, title=NASTY)
    tree = ElementTree.fromstring(made)
    assert list(tree) == []
    assert (tree.text or "").startswith("<script>")
    assert "\x00" not in made
    assert tree.get("title") == tree.text


def test_markup_inside_stays_markup() -> None:
    assert tag("p", "a < b ", tag("b", "&")) == "<p>a &lt; b <b>&amp;</b></p>"
    assert text(Markup("<i/>")) == "<i/>"
    assert join(["<", Markup("<b/>")], " ") == "&lt; <b/>"


def test_attributes_are_named_as_in_html_and_none_is_left_out() -> None:
    assert tag("line", x1=1.23456, class_="grid", text_anchor=None) == '<line x1="1.23" class="grid"/>'
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8"/>'
    assert tag("p") == "<p></p>"


def test_no_place_in_a_drawing_is_not_a_number() -> None:
    with pytest.raises(AssertionError):
        tag("line", x1=float("nan"))


def test_ids_are_plain() -> None:
    assert slug("Ordered, ø 12 %") == "ordered-12"
    assert slug("—") == "nameless"
    assert unique("a b") != unique("a-b")
    assert unique("a b") == unique("a b")
