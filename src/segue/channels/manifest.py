"""Manifests: what a channel can do, as data, and what it cannot, with the reason.

Every family has a closed list of capabilities, and a manifest answers each one: with a value, or with a `Gap`. So a
reader of the matrix (docs/reference/channels.md) never has to guess whether a blank means "no" or "nobody looked".
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from segue.model.catalogue import Family, Need
from segue.model.errors import ChannelError

LatencyClass: TypeAlias = Literal["milliseconds", "seconds", "minutes", "hours"]

LATENCIES: dict[LatencyClass, str] = {"milliseconds": "100ms", "seconds": "10s", "minutes": "10min", "hours": "24h"}
"""How long each class takes until the customer has it, unless the workspace says otherwise."""

LONG_TEXT_BYTES = 1_000
"""A channel that takes so much carries long text."""

CAPABILITIES: dict[Family, tuple[str, ...]] = {
    "message": (
        "idempotency",
        "on_timeout",
        "receipts",
        "reconcile",
        "unsubscribe",
        "media",
        "max_length",
        "rate",
        "batch",
    ),
    "placement": ("media", "max_length", "receipts"),
    "audience": ("idempotency", "removal_first", "identifiers", "export", "receipts", "rate", "batch"),
    "task": ("idempotency", "on_timeout", "receipts", "reconcile", "max_length", "rate"),
}
"""The questions each family's manifests answer.

idempotency   a resend of the same delivery id is harmless (true | false)
on_timeout    the outcome when the provider falls silent after it may have the message ("unknown" | "retryable")
receipts      what the provider tells later (list of receipt statuses)
reconcile     the provider can be asked whether it has a delivery id
unsubscribe   the message carries a way out (such as "one_click")
media         content types
max_length    bytes of the rendered content, at most
rate          commands per second at most, per process; 0 for no limit of its own
batch         commands per call
removal_first removals are applied before additions
identifiers   traits that are matched, and how they are protected
export        formats of the full membership
"""


class Gap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a channel cannot do.

    ``notimpl``: the provider can, we do not. ``notyet``: planned. ``never``: the medium cannot.
    """

    gap: Literal["notimpl", "notyet", "never"]
    reason: str


Capability: TypeAlias = bool | int | str | list[str] | Gap


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel's manifest.

    Attributes:
        contact_trait: the trait that holds the address, unless the workspace names another; "" when none is needed.
        latency: how long it takes until the customer has it, when all is well.
    """

    type: str
    family: Family
    summary: str
    latency: LatencyClass
    contact_trait: str = ""
    capabilities: dict[str, Capability]

    @property
    def is_idempotent(self) -> bool:
        return self.capabilities.get("idempotency") is True

    @property
    def hears_back(self) -> bool:
        receipts = self.value("receipts")
        return isinstance(receipts, list) and ("opened" in receipts or "clicked" in receipts)

    @property
    def can(self) -> tuple[Need, ...]:
        """What content it can carry, as its media and length say.

        An audience carries nothing itself; the platform that reads it shows images and links.
        """
        if self.family == "audience":
            return ("image", "link")
        media, longest = self.value("media"), self.value("max_length")
        kinds = media if isinstance(media, list) else ["text/plain"]
        can: dict[Need, bool] = {
            "image": any(kind.startswith(("text/html", "application/json", "image/")) for kind in kinds),
            "link": True,
            "long_text": not isinstance(longest, int) or not 0 < longest < LONG_TEXT_BYTES,
            "attachment": "multipart/mixed" in kinds,
        }
        return tuple(need for need, is_so in can.items() if is_so)

    def value(self, capability: str) -> Capability | None:
        """Return what the manifest says about ``capability``; None where it is a gap or not a question."""
        answer = self.capabilities.get(capability)
        return None if isinstance(answer, Gap) else answer


def manifests() -> tuple[Manifest, ...]:
    """Return the manifest of every channel there is, by family and type."""
    found = [load_manifest(folder.name) for folder in _channel_folders()]
    return tuple(sorted(found, key=lambda manifest: (list(CAPABILITIES).index(manifest.family), manifest.type)))


@cache
def load_manifest(channel_type: str) -> Manifest:
    """Return the manifest of the channel called ``channel_type``.

    Raises:
        ChannelError: there is no such channel, or its manifest is not complete.
    """
    known = {folder.name: folder for folder in _channel_folders()}
    if channel_type not in known:
        raise ChannelError(f"There is no channel type {channel_type!r}.", f"Use one of: {', '.join(sorted(known))}.")
    table = tomllib.loads((known[channel_type] / "manifest.toml").read_text(encoding="utf-8"))
    try:
        manifest = msgspec.convert(table, Manifest)
    except msgspec.ValidationError as error:
        raise ChannelError(f"The manifest of {channel_type} is not valid: {error}.") from None
    for problem in problems(manifest):
        raise ChannelError(
            f"The manifest of {channel_type} is not complete: {problem}.", "See segue.channels.manifest."
        )
    return manifest


def problems(manifest: Manifest) -> Iterator[str]:
    """Yield what is missing from, or not known to, a manifest's family."""
    questions = CAPABILITIES[manifest.family]
    for question in questions:
        if question not in manifest.capabilities:
            yield f"it says nothing about {question!r}"
    for name, answer in manifest.capabilities.items():
        if name not in questions:
            yield f"{name!r} is not a capability of family {manifest.family!r}"
        if isinstance(answer, Gap) and not answer.reason.strip():
            yield f"the gap {name!r} has no reason"


def channel_folder(channel_type: str) -> Traversable:
    """Return the folder of a channel: its manifest, README and code."""
    return files("segue.channels") / channel_type


@cache
def _channel_folders() -> tuple[Traversable, ...]:
    folders = [entry for entry in files("segue.channels").iterdir() if (entry / "manifest.toml").is_file()]
    return tuple(sorted(folders, key=lambda folder: folder.name))
