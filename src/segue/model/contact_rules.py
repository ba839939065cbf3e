"""Contact rules: how often, when and on what permission a customer may be contacted."""

from typing import Annotated, Literal

from msgspec import Meta

from segue.model.catalogue import Category, Definition, DurationText, Name, TimeOfDay, Window


class Cap(Definition, frozen=True, kw_only=True):
    """At most ``limit`` contacts in any ``window``, or in each ``calendar`` day, week (from Monday) or month.

    A contact counts for the customer, and for whoever else has the same contact point.

    Attributes:
        window: rolling: any stretch of this length.
        calendar: in the customer's own zone; exactly one of the two is given.
        scope: what is counted together: ``all`` channels, or each channel, category, theme, journey, action or
            tag for itself.
        only: only this channel, category, theme, journey, action or tag (with the matching scope); every one where
            None.
        counts: categories that use the cap up.
        obeys: categories that the cap stops.
    """

    cap: Name
    limit: Annotated[int, Meta(ge=0)]
    window: DurationText | None = None
    calendar: Literal["day", "week", "month"] | None = None
    scope: Literal["all", "channel", "category", "theme", "journey", "action", "tag"] = "all"
    only: str | None = None
    counts: tuple[Category, ...] = ("promo",)
    obeys: tuple[Category, ...] = ("promo", "service")


class QuietHours(Definition, frozen=True, kw_only=True):
    """No contact from ``start`` to ``end`` in the customer's own zone, on ``channels`` (all of the message family
    where empty).
    """

    start: TimeOfDay
    end: TimeOfDay
    channels: tuple[Name, ...] = ()
    then: Literal["hold", "drop"] = "hold"


class Blackout(Window, frozen=True, kw_only=True):
    """A stretch of the promotional calendar in which nothing is offered.

    Attributes:
        channels, actions: only these; all where empty.
        obeys: categories that it stops.
        then: what is proposed meanwhile waits within its deadline (``hold``), or not (``drop``).
    """

    blackout: Name
    channels: tuple[Name, ...] = ()
    actions: tuple[Name, ...] = ()
    obeys: tuple[Category, ...] = ("promo",)
    then: Literal["hold", "drop"] = "hold"


DEFAULT_CAPS = (
    Cap(cap="promo_weekly", limit=4, window="7d"),
    Cap(cap="promo_daily", limit=1, window="1d"),
    Cap(cap="sms_weekly", limit=1, window="7d", scope="channel", only="sms"),
)
DEFAULT_QUIET_HOURS = (QuietHours(start="21:00", end="08:00"),)


class ContactRules(Definition, frozen=True, kw_only=True):
    """The contact rules of a workspace; what is left out has the shipped default.

    Attributes:
        consent: per channel: ``opt_in`` (nothing without a grant) or ``opt_out`` (unless withdrawn);
            ``default`` for the others.
        min_gap: at least this long between two contacts, whatever the channel.
        arbitration_window: a promotional or service message waits so long for rivals before one of them is chosen;
            "0s" for not at all.
        opportunity_cost: a message must be worth more than what the slot it takes is likely to bring otherwise.
        margin_floor: promotional and service actions whose ``margin`` is lower are not offered; none where None.
        blackouts: the promotional calendar: when nothing is offered.
    """

    caps: tuple[Cap, ...] = DEFAULT_CAPS
    quiet_hours: tuple[QuietHours, ...] = DEFAULT_QUIET_HOURS
    min_gap: DurationText = "2h"
    arbitration_window: DurationText = "0s"
    opportunity_cost: bool = True
    margin_floor: Annotated[float, Meta(le=1)] | None = None
    blackouts: tuple[Blackout, ...] = ()
    consent: dict[str, Literal["opt_in", "opt_out"]] = {}
