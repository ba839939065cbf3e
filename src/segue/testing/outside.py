"""The outside world of a scenario: providers that answer as the scenario says, and render what they are given.

What a channel would refuse to write (a trait that the template needs and the customer lacks) is refused here for the
same reason, so a template that fails somebody fails a scenario first.
"""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from segue.channels.liquid_strict import Refusal, without_nulls
from segue.channels.rendering import Templates, template_data
from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.time import parse_duration
from segue.testing.scenario import Behaviour

UNSUBSCRIBE_URL = "https://unsubscribe.example/"
"""Stands for the link that the server signs."""


class Answer(Struct, frozen=True):
    """How the outside world answers a hand-over.

    Attributes:
        later: reports that come later, after microseconds.
        says: what the customer reads, on one line.
        detail: why it was refused, "" where it was not.
    """

    outcome: DeliveryStatus = DeliveryStatus.ACCEPTED
    later: tuple[tuple[int, DeliveryStatus], ...] = ()
    says: str = ""
    detail: str = ""


class OutsideWorld:
    """Answers for every provider.

    Args:
        templates: those of the workspace; None where there is no folder to read them from, and nothing is rendered.
    """

    def __init__(self, behaviours: tuple[Behaviour, ...], templates: Templates | None = None) -> None:
        self._behaviours = behaviours
        self._templates = templates

    def take(self, command: Deliver) -> Answer:
        """Return what becomes of ``command``: refused where it cannot be rendered, else what the scenario says."""
        said = self._write(command)
        if isinstance(said, Refusal):
            return Answer(DeliveryStatus.REJECTED, detail=said.detail)
        behaviour = next((one for one in self._behaviours if _is_meant(one, command)), None)
        return Answer(says=said) if behaviour is None else _answer(behaviour, said)

    def present(self, content: Mapping[str, Any], traits: Mapping[str, Any], context: Mapping[str, Any]) -> str:
        """Return why a placement's content could not be rendered, "" when it could."""
        if self._templates is None:
            return ""
        data = {"customer": without_nulls(dict(traits)), "event": context, "context": context, "action": content}
        rendered = self._templates.render_value(content, data)
        return rendered.detail if isinstance(rendered, Refusal) else ""

    def _write(self, command: Deliver) -> str | Refusal:
        if self._templates is None or "payload" in command.data:
            return ""
        url = "" if command.is_transactional else UNSUBSCRIBE_URL
        content = self._templates.render_value(command.data["action"], template_data(command, url))
        if isinstance(content, Refusal):
            return content
        rendered = self._templates.render(command, url)
        if isinstance(rendered, Refusal):
            return rendered
        said = f"{rendered.subject} {rendered.text} {json.dumps(content, ensure_ascii=False)}"
        return " ".join(said.split())


def _is_meant(behaviour: Behaviour, command: Deliver) -> bool:
    is_named = behaviour.channel in (None, command.channel) and behaviour.action in (None, command.action)
    return is_named and (behaviour.attempts is None or command.attempt <= behaviour.attempts)


def _answer(behaviour: Behaviour, said: str) -> Answer:
    reports = (
        (behaviour.opened_after, DeliveryStatus.OPENED),
        (behaviour.clicked_after, DeliveryStatus.CLICKED),
    )
    later = tuple((parse_duration(delay), status) for delay, status in reports if delay is not None)
    outcome = DeliveryStatus(behaviour.outcome)
    return Answer(outcome, later if outcome == DeliveryStatus.ACCEPTED else (), said)
