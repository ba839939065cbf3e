"""Liquid, strict."""

import json
from pathlib import Path

import pytest
from liquid import DictLoader

from segue.channels.liquid_strict import LiquidRenderer, Refusal, without_nulls
from segue.model.decisions import Reason

GOLDEN = Path(__file__).parents[2] / "../shared/conformance/golden_liquid.json"
DATA = {"customer": {"name": "Jane <3", "email": "jane@kit.example", "n": 3, "tags": ["a", "b"]}}

text = LiquidRenderer(is_html=False)
html = LiquidRenderer(is_html=True)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hi {{ customer.name }}", "Hi Jane <3"),
        ("{{ customer.nope | default: 'friend' }}", "friend"),
        ("{% if customer.nope %}a{% else %}b{% endif %}", "b"),
        ("{% unless customer.nope %}u{% endunless %}", "u"),
        ("{% if customer.nope != blank %}a{% else %}b{% endif %}", "b"),
        ("{% if blank == customer.nope %}a{% else %}b{% endif %}", "a"),
        ("{% if customer.name != blank and customer.nope == blank %}a{% endif %}", "a"),
        ("{% for t in customer.tags %}{% if customer.nope == blank %}{{ t }}{% endif %}{% endfor %}", "ab"),
        ("{% if customer.nope == empty %}a{% else %}b{% endif %}", "b"),
        ("{% if customer.nope == 'x' %}a{% else %}b{% endif %}", "b"),
        ("{% case customer.nope %}{% when 'x' %}1{% else %}2{% endcase %}", "2"),
        ("no tags: 100 %", "no tags: 100 %"),
    ],
)
def test_a_missing_value_may_be_asked_about_and_replaced(source: str, expected: str) -> None:
    assert text.render(source, DATA) == expected


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("{{ customer.nope }}", "customer.nope"),
        ("{{ customer.nope | upcase }}", "customer.nope"),
        ("{{ customer.nope.deep }}", "customer.nope"),
        ("{{ 'x' | append: customer.nope }}", "customer.nope"),
        ("{% for i in customer.nope %}x{% endfor %}", "customer.nope"),
        ("{% assign x = customer.nope %}{{ x }}", "customer.nope"),
        ("{{ customer.__class__ }}", "customer.__class__"),
    ],
)
def test_a_missing_value_that_would_be_shown_refuses_and_is_named(source: str, cause: str) -> None:
    assert text.render(source, DATA) == Refusal(Reason.RENDER_MISSING_ATTRIBUTE, cause)


@pytest.mark.parametrize(
    "source",
    [
        "{{ customer[customer.email] }}",
        "{{ customer.email | divided_by: 0 }}",
        "{{ customer.email | abs | date: 'now' | slice }}",
    ],
)
def test_a_refusal_never_repeats_a_value(source: str) -> None:
    refusal = text.render(source, DATA)
    assert isinstance(refusal, Refusal)
    assert "jane" not in refusal.detail


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("{% abort 'nothing in stock' %}", "nothing in stock"),
        ("{% if customer.n > 2 %}{% abort 'too many' %}{% endif %}", "too many"),
        ("line\n{{ customer.name | nope }}", "template error: unknown filter in line 2"),
        ("{% if %}", "template error: liquid syntax in line 1"),
        ("{% abort customer.email %}", "template error: liquid syntax in line 1"),
        ("{{ customer.name | safe }}", "template error: unknown filter in line 1"),
        ("{% include 'x' %}", "template error: liquid syntax in line 1"),
        ("{{ 'now' | date: '%Y' }}", "template error: filter argument in line 1"),
        ("{{ customer.n | divided_by: 0 }}", "template error: filter argument in line 1"),
    ],
)
def test_an_abort_and_an_error_refuse_with_their_cause(source: str, cause: str) -> None:
    assert text.render(source, DATA) == Refusal(Reason.RENDER_ABORT, cause)


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in (1..100000) %}x{% endfor %}",
        "{% for a in (1..5000) %}{% for b in (1..5000) %}{% endfor %}{% endfor %}",
        "{% assign x = 'xxxxxxxxxx' %}{% for a in (1..40) %}{% assign x = x | append: x %}{% endfor %}",
        "{% for a in (1..9999) %}" + "x" * 1000 + "{% endfor %}",
    ],
)
def test_limits_stop_what_would_hold_the_others_up(source: str) -> None:
    refusal = text.render(source, DATA)
    assert isinstance(refusal, Refusal)
    assert "more loops, memory or output" in refusal.cause


def test_html_escapes_every_value_and_text_none() -> None:
    assert html.render("{{ customer.name }}", DATA) == "Jane &lt;3"
    assert text.render("{{ customer.name }}", DATA) == "Jane <3"


def test_a_null_is_as_missing_as_what_never_was() -> None:
    data = {"customer": {"name": None, "cards": [{"a": None, "b": 1}, None]}}
    assert without_nulls(data) == {"customer": {"cards": [{"b": 1}, None]}}


@pytest.mark.skipif(not GOLDEN.exists(), reason="the Golden Liquid suite lies in ../shared, which is not here")
def test_what_strict_liquid_shows_is_what_golden_liquid_expects() -> None:
    differing, shown = [], 0
    for case in json.loads(GOLDEN.read_text(encoding="utf-8"))["tests"]:
        if case.get("invalid"):
            continue
        renderer = LiquidRenderer(is_html=False)
        renderer._environment.loader = DictLoader(case.get("templates", {}))
        output = renderer.render(case["template"], case.get("data", {}))
        if isinstance(output, Refusal):
            continue  # stricter than the suite, which is the point
        shown += 1
        expected = [case["result"]] if "result" in case else case["results"]
        if output not in [_unix_lines(text) for text in expected]:
            differing.append(case["name"])
    assert differing == []
    assert shown > 800


def _unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
