"""The kit of the placement family: what every channel that answers at impression time must do."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from segue.channels.manifest import load_manifest
from segue.ports.channel import PlacementChannel, Presentation
from segue.testing.conformance.channel import (
    Case,
    Harness,
    check_manifest_is_complete,
    check_readme_is_there,
    check_settings_are_strict,
    check_spec_agrees,
    check_start_and_stop_repeat,
)

MILLISECONDS_MAX = 20.0


class PlacementHarness(Harness):
    """Runs a placement channel."""

    def present(self, content: dict[str, Any], **customer: Any) -> Presentation:
        """Return what the channel presents to a customer with these traits."""
        channel = self.open()
        assert isinstance(channel, PlacementChannel)
        return channel.present(content, {"customer": customer, "event": {}, "context": {"page": "home"}})


async def _renders(harness: PlacementHarness) -> None:
    content = {"title": "Hi {{ customer.name }}", "page": "{{ context.page }}", "plain": "a", "n": 3, "on": True}
    expected = {"title": "Hi Zoë", "page": "home", "plain": "a", "n": 3, "on": True}
    assert harness.present(content, name="Zoë") == Presentation(content=expected)


async def _nested(harness: PlacementHarness) -> None:
    content = {"cards": [{"title": "{{ customer.name }}"}, {"title": "two", "price": 1.5, "none": None}]}
    expected = {"cards": [{"title": "Jane"}, {"title": "two", "price": 1.5, "none": None}]}
    assert harness.present(content, name="Jane").content == expected


async def _escapes(harness: PlacementHarness) -> None:
    shown = harness.present({"text": "{{ customer.name }}", "body_html": "<b>{{ customer.name }}</b>"}, name="<i>J</i>")
    assert shown.content == {"text": "<i>J</i>", "body_html": "<b>&lt;i&gt;J&lt;/i&gt;</b>"}


async def _missing(harness: PlacementHarness) -> None:
    for traits in ({}, {"name": None}):
        shown = harness.present({"ok": "yes", "title": "{{ customer.name }}"}, **traits)
        assert shown.content == {}
        assert shown.detail == "render_missing_attribute: customer.name"


async def _default(harness: PlacementHarness) -> None:
    shown = harness.present({"title": "{{ customer.name | default: 'friend' }}"})
    assert shown == Presentation(content={"title": "friend"})


async def _abort(harness: PlacementHarness) -> None:
    shown = harness.present({"title": "{% unless customer.vip %}{% abort 'not for all' %}{% endunless %}x"})
    assert shown == Presentation(content={}, detail="render_abort: not for all")


async def _broken(harness: PlacementHarness) -> None:
    endless = "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}"
    for text in ("{% if %}", "{{ customer.name | nothing }}", endless, "{% include 'x' %}"):
        shown = harness.present({"title": text}, name="Jane")
        assert shown.content == {}
        assert shown.detail.startswith("render_abort")
        assert "Jane" not in shown.detail


async def _input_is_untouched(harness: PlacementHarness) -> None:
    content = {"title": "{{ customer.name }}", "cards": [{"a": "{{ customer.name }}"}]}
    harness.present(content, name="Jane")
    assert content == {"title": "{{ customer.name }}", "cards": [{"a": "{{ customer.name }}"}]}


async def _fast(harness: PlacementHarness) -> None:
    if load_manifest(harness.type).latency != "milliseconds":
        raise AssertionError("a placement answers in milliseconds")
    channel = harness.open()
    assert isinstance(channel, PlacementChannel)
    content = {"cards": [{"title": "Hi {{ customer.name }}", "n": index} for index in range(10)]}
    channel.present(content, {"customer": {"name": "Jane"}})
    start = time.process_time()
    for _ in range(10):
        channel.present(content, {"customer": {"name": "Jane"}})
    assert (time.process_time() - start) * 100 < MILLISECONDS_MAX


Check = Callable[[PlacementHarness], Awaitable[None]]


def _case(number: str, says: str, check: Check) -> Case[PlacementHarness]:
    return Case(number, says, check)


CASES: tuple[Case[PlacementHarness], ...] = (
    _case("PL-01", "texts are rendered, other values are kept", _renders),
    _case("PL-02", "at any depth", _nested),
    _case("PL-03", "values are escaped where the key says HTML, and only there", _escapes),
    _case("PL-04", "a missing or null attribute gives no content and is named", _missing),
    _case("PL-05", "a default fills a missing attribute", _default),
    _case("PL-06", "an abort gives no content and its reason", _abort),
    _case("PL-07", "what is broken or endless gives no content, and repeats no value", _broken),
    _case("PL-08", "the variant's content is not changed", _input_is_untouched),
    _case("PL-09", "ten cards take milliseconds", _fast),
    _case("PL-10", "stop and start may be repeated", check_start_and_stop_repeat),
    _case("PL-11", "manifest is complete", check_manifest_is_complete),
    _case("PL-12", "README explains settings, outcomes and gaps", check_readme_is_there),
    _case("PL-13", "settings are strict", check_settings_are_strict),
    _case("PL-14", "channel and registry agree", check_spec_agrees),
)
