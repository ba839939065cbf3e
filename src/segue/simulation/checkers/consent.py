"""Consent is never violated: nobody gets what obeys consent on a channel that their last word forbids.

A word counts from when it was said, whenever it arrived; of two at one instant the withdrawal. An unsubscribe and a
complaint are words about the message's channel. Where two customers turn out to be one, a withdrawal by either stands.
"""

from collections.abc import Iterator

from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DeliveryReported, Merged
from segue.model.ids import CustomerId
from segue.model.time import Instant
from segue.ports.store import Entry
from segue.simulation.checkers.evidence import Evidence, Handed, is_free, show
from segue.simulation.checkers.walking import never_permitted

_SAID_NO = (DeliveryStatus.UNSUBSCRIBED, DeliveryStatus.COMPLAINED)
Word = tuple[Instant, bool]
"""When it was said, and whether it grants."""


def check_consent(evidence: Evidence) -> Iterator[str]:
    """Yield every message that somebody got without permission."""
    words = _Words(evidence)
    lines = [line for line in evidence.handed if is_free(line)]
    for line in never_permitted(evidence.entries, lines, words.see, words.permit):
        yield f"handed over without consent: {show([line])}"


class _Words:
    """The last word of every customer about every channel, as of an entry."""

    def __init__(self, evidence: Evidence) -> None:
        self._words: dict[CustomerId, dict[str, Word]] = {}
        self._modes = evidence.workspace.contact_rules.consent
        self._channels = tuple(spec.name for spec in evidence.workspace.channels)
        self._issued = evidence.issued
        self._merged: dict[CustomerId, CustomerId] = {}

    def see(self, entry: Entry) -> None:
        """Take an entry in."""
        event = entry.event
        if isinstance(event, ConsentChanged) and event.purpose in ("marketing", "*"):
            channels = self._channels if event.channel == "*" else (event.channel,)
            self._say(event.customer_id, channels, (event.at, event.granted))
        elif isinstance(event, DeliveryReported) and event.status in _SAID_NO:
            _, command = self._issued[event.delivery_id]
            if isinstance(command, Deliver):
                self._say(event.customer_id, (command.channel,), (event.at, False))
        elif isinstance(event, Merged):
            self._merge(event)

    def permit(self, line: Handed) -> bool:
        """Tell whether the line's customer permits its channel."""
        customer_id = line.command.customer_id
        while customer_id in self._merged:
            customer_id = self._merged[customer_id]
        word = self._words.get(customer_id, {}).get(line.channel)
        return self._modes.get(line.channel) == "opt_out" if word is None else word[1]

    def _say(self, customer_id: CustomerId, channels: tuple[str, ...], word: Word) -> None:
        words = self._words.setdefault(customer_id, {})
        for channel in channels:
            words[channel] = max(words.get(channel, word), word, key=_rank)

    def _merge(self, event: Merged) -> None:
        ours = self._words.setdefault(event.customer_id, {})
        for channel, word in self._words.pop(event.absorbed_id, {}).items():
            said = (ours[channel], word) if channel in ours else (word,)
            ours[channel] = max(at for at, _ in said), all(granted for _, granted in said)
        self._merged[event.absorbed_id] = event.customer_id


def _rank(word: Word) -> tuple[Instant, bool]:
    at, granted = word
    return at, not granted
