"""Pages: one file, well-formed, that loads nothing."""

import re
from xml.etree import ElementTree

from segue.measurement.drawing import Dot, dot_plot, page, section
from segue.measurement.drawing.page import figure


def test_a_page_is_well_formed_and_loads_nothing() -> None:
    drawing = figure("Dots", dot_plot([Dot(label="a", value=1.0)], title="Dots"))
    made = page("<Town>", section("One & two", drawing), kicker="k", lead="l", footer="f")
    assert made.startswith("<!DOCTYPE html>\n")
    tree = ElementTree.fromstring(made)
    assert [each.text for each in tree.iter("h1")] == ["<Town>"]
    assert [each.get("id") for each in tree.iter("h2")] == ["one-two"]
    assert not re.search(r"(src|href)=|<script|<link|@import", made)
    assert re.findall(r"https?://[^\"\s]+", made) == ["http://www.w3.org/2000/svg"]
