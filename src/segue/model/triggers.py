"""Triggers: the conditions that become true, and what makes them so."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from segue.model.catalogue import Definition, DurationText, Expression, Name, TimeOfDay, Weekday


class EventTrigger(Definition, frozen=True, kw_only=True, tag="event", tag_field="kind"):
    """Fires when ``event`` happens and ``when`` holds."""

    event: str
    when: Expression | None = None


class TraitTrigger(Definition, frozen=True, kw_only=True, tag="trait_change", tag_field="kind"):
    """Fires when the trait's value becomes another one and ``when`` holds (``old`` is the value before)."""

    trait: str
    when: Expression | None = None


class AbsenceTrigger(Definition, frozen=True, kw_only=True, tag="absence", tag_field="kind"):
    """Fires ``within`` after ``event`` (and ``when``) unless ``then_not`` (and ``then_not_when``) happened
    meanwhile."""

    event: str
    then_not: str
    within: DurationText
    when: Expression | None = None
    then_not_when: Expression | None = None


class CountTrigger(Definition, frozen=True, kw_only=True, tag="count", tag_field="kind"):
    """Fires when the number of ``event`` (and ``where``) in the last ``within`` reaches ``at_least``; again only after
    it fell below.

    Attributes:
        by: a property of the event whose values are counted apart: so many with one and the same value.
    """

    event: str
    at_least: Annotated[int, Meta(ge=1)]
    within: DurationText
    where: Expression | None = None
    by: str | None = None


class AudienceTrigger(Definition, frozen=True, kw_only=True, tag="audience", tag_field="kind"):
    """Fires when the customer ``enters`` or ``leaves`` a computed audience (one with ``when``).

    Looked at whenever something happens to the customer, and once a day for what only time changes.
    """

    audience: Name
    change: Literal["enters", "leaves"] = "enters"


class ScheduleTrigger(Definition, frozen=True, kw_only=True, tag="schedule", tag_field="kind"):
    """Fires for every known customer for whom ``when`` holds, ``at`` a time of day in the customer's own zone.

    Attributes:
        days: on these days of the week; on all where empty.
        day_of_month: on this day of the month (the last one where the month is shorter), None for any.
        spread: customers come one after another within so long, each always at the same distance.
    """

    at: TimeOfDay
    days: tuple[Weekday, ...] = ()
    day_of_month: Annotated[int, Meta(ge=1, le=31)] | None = None
    spread: DurationText = "0s"
    when: Expression | None = None


class ApiTrigger(Definition, frozen=True, kw_only=True, tag="api", tag_field="kind"):
    """Fires when somebody asks for it by name: `POST /v1/journeys/NAME/enter`."""


class JourneyTrigger(Definition, frozen=True, kw_only=True, tag="journey", tag_field="kind"):
    """Fires when a run of ``journey`` ends: converted, done (in order, without conversion), interrupted, or any."""

    journey: Name
    outcome: Literal["converted", "done", "interrupted", "any"] = "any"


Trigger: TypeAlias = (
    EventTrigger
    | TraitTrigger
    | AbsenceTrigger
    | CountTrigger
    | AudienceTrigger
    | ScheduleTrigger
    | ApiTrigger
    | JourneyTrigger
)
