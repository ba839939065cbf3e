"""Settings: what a workspace says about one of its channels, with secrets by reference only.

In ``segue.yaml`` a secret is written ``${SMTP_PASSWORD}`` or ``{env: SMTP_PASSWORD}``. The value itself lives in the
environment, is read in ``start``, and is never part of a settings value: so no repr, log or error can show it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from segue.model.catalogue import Definition, DurationText, Name, Need, StageName
from segue.model.errors import ChannelError

T = TypeVar("T", bound="Settings")


class EnvironmentSecret(Struct, frozen=True, forbid_unknown_fields=True):
    """A secret held by the environment variable ``env``."""

    env: Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


SecretText: TypeAlias = Annotated[str, Meta(pattern=r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$")]
Secret: TypeAlias = SecretText | EnvironmentSecret
Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=300)]
Rate = Annotated[float, Meta(gt=0)]


class Ramp(Definition, frozen=True, kw_only=True):
    """Warming a sender up: how many messages it sends on the first days.

    Attributes:
        start: the first day, ``2026-03-01`` (UTC).
        daily: at most so many on the first day, the second, ...; spread over the day. After the last only the channel's
            rate holds.
    """

    start: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    daily: Annotated[tuple[Annotated[int, Meta(ge=1)], ...], Meta(min_length=1)]


class ChannelLimits(Definition, frozen=True, kw_only=True):
    """How fast a channel may be called; stands beside its ``type`` in ``segue.yaml``.

    Attributes:
        rate: calls a second at most, evenly; None for no limit.
        provider: channels that name the same one share its rate (``providers`` in ``segue.yaml``).
        ramp: fewer on the first days.
        breaker_after: after so many failures in a row (``retryable``, or no answer) the channel rests; nothing waiting
            for it is lost.
        breaker_rest: how long it rests; then one message tries whether it works again.
    """

    rate: Rate | None = None
    provider: Name | None = None
    ramp: Ramp | None = None
    breaker_after: Annotated[int, Meta(ge=1)] = 5
    breaker_rest: DurationText = "30s"


class Settings(ChannelLimits, frozen=True, kw_only=True):
    """What every channel may be told; ``contact_trait``, ``can``, ``latency`` and ``hears_back`` are the manifest's
    where None.

    Attributes:
        contact_trait: the trait that holds the address.
        roles: stages of journeys that the channel is meant for; all where empty.
        can: what content it can carry.
        latency: from decision to perception, when all is well.
        hears_back: somebody reports when a message is opened or clicked: the provider, or a page through
            ``POST /v1/receipts``. So silence says something too.
    """

    contact_trait: Name | None = None
    roles: tuple[StageName, ...] = ()
    can: tuple[Need, ...] | None = None
    latency: DurationText | None = None
    hears_back: bool | None = None


def limits_of(settings: Settings) -> ChannelLimits:
    """Return the part of a channel's settings that says how fast it may be called."""
    return ChannelLimits(**{field: getattr(settings, field) for field in ChannelLimits.__struct_fields__})


def parse_settings(name: str, settings: Mapping[str, Any], schema: type[T]) -> T:
    """Return ``settings`` as ``schema``.

    Raises:
        ChannelError: a setting is unknown, missing or of the wrong type; the value itself is not repeated.
    """
    try:
        return msgspec.convert(dict(settings), schema)
    except msgspec.ValidationError as error:
        raise ChannelError(
            f"The settings of channel {name!r} are not valid: {error}.",
            "Settings are described in the channel's README; secrets are written ${NAME} or {env: NAME}.",
        ) from None


def variable_of(secret: Secret) -> str:
    """Return the name of the environment variable that holds ``secret``."""
    return secret.env if isinstance(secret, EnvironmentSecret) else secret[2:-1]


class Revealed:
    """A secret's value, which only ``value`` gives away: no repr, format or traceback of locals does."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "Revealed(***)"


def reveal(secret: Secret, environment: Mapping[str, str]) -> Revealed:
    """Return the secret's value, wrapped.

    Raises:
        ChannelError: the environment variable is not set, or empty.
    """
    variable = variable_of(secret)
    value = environment.get(variable, "")
    if not value:
        raise ChannelError(f"The environment variable {variable} is not set.", f"Set {variable} before the start.")
    return Revealed(value)
