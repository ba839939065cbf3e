"""Fold consents: the last word about each (channel, purpose)."""

from segue.model.consents import Consent
from segue.model.time import Instant

MARKETING = "marketing"


def fold_consent(consents: tuple[Consent, ...], word: Consent) -> tuple[Consent, ...]:
    """Return ``consents`` with a new ``word``; an older one about the same is replaced, a newer one stays.

    At the same instant a withdrawal beats a grant, whichever came first.
    """
    for consent in consents:
        if (consent.channel, consent.purpose) == (word.channel, word.purpose):
            if (consent.at, not consent.granted) > (word.at, not word.granted):
                return consents
            consents = tuple(c for c in consents if c is not consent)
            break
    return tuple(sorted((*consents, word), key=lambda c: (c.channel, c.purpose)))


def withdraw(consents: tuple[Consent, ...], channel: str, at: Instant, source: str) -> tuple[Consent, ...]:
    """Return ``consents`` after the customer unsubscribed from, or complained about, marketing on ``channel``."""
    return fold_consent(consents, Consent(channel, MARKETING, granted=False, at=at, source=source))
