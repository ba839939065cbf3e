"""Consent: lawful permission per channel and purpose, as the customer last said it."""

from msgspec import Struct

from segue.model.time import Instant

ANY = "*"


class Consent(Struct, frozen=True, array_like=True):
    """The last word about one (channel, purpose); ``*`` stands for all of them."""

    channel: str
    purpose: str
    granted: bool
    at: Instant
    source: str = ""


def latest_word(consents: tuple[Consent, ...], channel: str, purpose: str) -> Consent | None:
    """Return the word that decides about ``channel`` and ``purpose``; None where nothing was ever said.

    The latest applicable word decides; at the same instant a withdrawal beats a grant.
    """
    applicable = [c for c in consents if c.channel in (channel, ANY) and c.purpose in (purpose, ANY)]
    return max(applicable, key=lambda c: (c.at, not c.granted), default=None)
