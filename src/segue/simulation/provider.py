"""Providers: how a virtual channel treats what it is handed, as real ones do: mostly well, and mostly telling."""

from msgspec import Struct

from segue.model.deliveries import DeliveryStatus
from segue.model.time import MINUTE
from segue.simulation.dice import Dice


class Provider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One channel's provider.

    Attributes:
        fails: share of calls that fail for now and may be tried again.
        bounces: share of customers whose address does not exist: every message to it comes back.
        tells: whether it says of each message that it was delivered.
        delay: mean time until a receipt comes, in microseconds, exponential.
        lost: share of receipts that never come, of opens and clicks too.
    """

    fails: float = 0.0
    bounces: float = 0.0
    tells: bool = False
    delay: int = MINUTE
    lost: float = 0.0

    def answer(self, dice: Dice, channel: str, occasion: str, attempt: int) -> DeliveryStatus:
        """Return what it says when it is handed a message."""
        if self.fails and dice.happens(self.fails, "fails", channel, occasion, attempt):
            return DeliveryStatus.RETRYABLE
        return DeliveryStatus.ACCEPTED

    def is_dead(self, dice: Dice, channel: str) -> bool:
        """Return whether the customer's address does not exist."""
        return bool(self.bounces) and dice.happens(self.bounces, "bounces", channel)

    def receipt_after(self, dice: Dice, channel: str, occasion: str, status: DeliveryStatus) -> int | None:
        """Return after how many microseconds a receipt comes; None where it is lost."""
        if self.lost and dice.happens(self.lost, "lost", channel, occasion, status):
            return None
        return round(dice.exponential(self.delay, "receipt", channel, occasion, status)) if self.delay else 0


USUAL = Provider()
