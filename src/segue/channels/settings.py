"""Settings: what a workspace says about one of its channels, with secrets by reference only.

In ``segue.yaml`` a secret is written ``${SMTP_PASSWORD}`` or ``{env: SMTP_PASSWORD}``. The value itself lives in the
environment, is read in ``start``, and is never part of a settings value: so no repr, log or error can show it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from segue.model.catalogue import Name
from segue.model.errors import ChannelError

T = TypeVar("T", bound="Settings")


class EnvironmentSecret(Struct, frozen=True, forbid_unknown_fields=True):
    """A secret held by the environment variable ``env``."""

    env: Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


SecretText: TypeAlias = Annotated[str, Meta(pattern=r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$")]
Secret: TypeAlias = SecretText | EnvironmentSecret
Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=300)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of every channel's settings; ``contact_trait`` overrides the manifest's."""

    contact_trait: Name | None = None


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
