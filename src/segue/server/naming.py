"""Naming: how a caller says which customer is meant."""

from typing import Annotated, TypeAlias

from msgspec import Meta

from segue.model.identities import Identifier, email_identifier
from segue.server.problems import Problem

Identifiers: TypeAlias = dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(min_length=1, max_length=512)]]
"""Identifiers by kind. ``user_id``, ``anonymous_id`` and ``email`` are what the Segment routes make; any other kind is
one that a source of the workspace makes.
"""

_STRONGEST_FIRST = ("user_id", "anonymous_id")
_CAMEL = {"userId": "user_id", "anonymousId": "anonymous_id"}


def identifiers_of(named: dict[str, str]) -> tuple[Identifier, ...]:
    """Return the identifiers that ``named`` holds, strongest first.

    Raises:
        Problem: 400 ``missing_identifier``.
    """
    if not named:
        raise Problem(400, "missing_identifier", 'Name the customer: {"user_id": "..."}.')
    plain = {_CAMEL.get(kind, kind): value for kind, value in named.items()}
    ordered = sorted(plain.items(), key=lambda item: (_rank(item[0]), item[0]))
    return tuple(email_identifier(value) if kind == "email" else Identifier(kind, value) for kind, value in ordered)


def _rank(kind: str) -> int:
    if kind in _STRONGEST_FIRST:
        return _STRONGEST_FIRST.index(kind)
    return len(_STRONGEST_FIRST) + (kind == "email")
