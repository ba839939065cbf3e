"""What a rule can say about a candidate: nothing, or why not (and until when)."""

from msgspec import Struct

from segue.model.decisions import Reason
from segue.model.time import Instant


class Verdict(Struct, frozen=True):
    """A rule's "no".

    Attributes:
        detail: the rule's own words, such as the cap's name.
        until: when the rule would let it pass; 0 for never.
    """

    reason: Reason
    detail: str = ""
    until: Instant = Instant(0)
