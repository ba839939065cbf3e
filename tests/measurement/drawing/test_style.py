"""The style sheet: everything can be read, in light and in dark, with and without colour."""

import re

import pytest

from segue.measurement.drawing.style import DARK, LIGHT, style


def luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out(colours: dict[str, str]) -> None:
    for paper in ("paper", "card"):
        for text in ("ink", "soft", "good", "bad"):
            assert contrast(colours[text], colours[paper]) >= 4.5, (text, paper)
        for series in range(8):
            least = 4.5 if paper == "card" else 3.0  # names at the ends of curves are in the colour of the series
            assert contrast(colours[f"s{series}"], colours[paper]) >= least, (series, paper)
    assert contrast(colours["ink"], colours["notice"]) >= 7.0


def test_every_colour_that_is_used_is_there_in_both() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", style())) - {"series"}
    assert used <= set(LIGHT)
    assert set(LIGHT) == set(DARK)


def test_it_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|http", style())
