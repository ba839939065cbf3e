"""What attribution answers; each result names its formula in docs/reference/formulas.md."""

from collections.abc import Mapping

from msgspec import Struct

from segue.measurement.intervals import Interval


class ChannelCredit(Struct, frozen=True, kw_only=True):
    """The conversions and the money that a path model credits to a channel; ``share`` is of all credited conversions.

    ``removal_effect`` is Markov's: the share of conversions that would not happen on ways without the channel.
    """

    channel: str
    conversions: float
    value: float
    share: float
    removal_effect: float | None = None


class PathAttribution(Struct, frozen=True, kw_only=True):
    """What a path model makes of the contacts before conversions.

    ``is_descriptive`` is always true: a path model says who was there, not who caused it. ``without_contacts`` counts
    the conversions that no contact preceded; they are credited to nobody.
    """

    model: str
    formula: str
    credits: tuple[ChannelCredit, ...]
    without_contacts: float = 0.0
    is_descriptive: bool = True

    def conversions(self) -> dict[str, float]:
        """Return the credited conversions by channel."""
        return {credit.channel: credit.conversions for credit in self.credits}

    def return_on_spend(self, spend: Mapping[str, float]) -> dict[str, float]:
        """Return the credited money per money spent, by channel of ``spend``; spends of 0 are left out."""
        values = {credit.channel: credit.value for credit in self.credits}
        return {channel: values.get(channel, 0.0) / spent for channel, spent in spend.items() if spent}


class Contribution(Struct, frozen=True, kw_only=True):
    """What a channel, or all of them (``channel`` is ""), caused by comparison with its ghosts.

    ``per_contact`` and ``incremental`` are outcomes (conversions or money): the difference of means between contacts
    carried out and ghosts, and that times the contacts carried out.
    """

    channel: str
    outcome: str
    contacts: int
    ghosts: int
    mean: float
    ghost_mean: float
    per_contact: Interval
    incremental: Interval
    formula: str = "contribution-by-ghosts"
    is_descriptive: bool = False


class CalibratedCredit(Struct, frozen=True, kw_only=True):
    """A channel's credit scaled to what holdouts say it caused.

    ``factor`` is caused conversions per credited one; ``own_weight`` the part of it that comes from the channel's own
    holdout (the rest from the global lift), 0 where the channel has none.
    """

    channel: str
    credited: float
    factor: Interval
    incremental: Interval
    own_weight: float


class CalibratedAttribution(Struct, frozen=True, kw_only=True):
    """A path model's credits, calibrated; ``global_factor`` is caused per credited conversion over all channels.

    ``spread`` is the standard deviation of the channels' true factors about it.
    """

    model: str
    credits: tuple[CalibratedCredit, ...]
    global_factor: Interval
    spread: float
    formula: str = "calibrated-attribution"
    is_descriptive: bool = False
