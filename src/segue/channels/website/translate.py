"""A variant's content and what is known of the customer become the payload of a placement. Pure."""

from collections.abc import Mapping
from typing import Any

from segue.channels.liquid_strict import Refusal, without_nulls
from segue.channels.rendering import Templates
from segue.ports.channel import Presentation


def to_presentation(templates: Templates, content: Mapping[str, Any], data: Mapping[str, Any]) -> Presentation:
    """Return ``content`` with its texts rendered; those under keys ending in ``_html`` with every value escaped."""
    rendered = templates.render_value(content, {**without_nulls(data), "action": content})
    if isinstance(rendered, Refusal):
        return Presentation(content={}, detail=rendered.detail)
    return Presentation(content=rendered)
