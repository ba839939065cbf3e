"""Fold one event into a profile. Copy on write: what the event does not touch is the same object afterwards."""

from msgspec.structs import replace

from segue.core.facts import Fact
from segue.core.profiles.consents import fold_consent, withdraw
from segue.core.profiles.hours import fold_visit
from segue.core.profiles.plan import ProfilePlan
from segue.core.profiles.traits import fold_traits
from segue.core.profiles.zones import zone_of
from segue.core.receptive import is_activity
from segue.model.consents import ANY, Consent
from segue.model.customers import Profile
from segue.model.deliveries import DeliveryStatus
from segue.model.events import (
    ConsentChanged,
    ContactPointChanged,
    DecisionRequested,
    DeliveryReported,
    Event,
    Identified,
    Tracked,
)
from segue.model.time import Instant

HARD_BOUNCE = "hard_bounce"
"""How a channel begins the detail of a refusal that is about the address, not the message."""

_SAID_NO = (DeliveryStatus.UNSUBSCRIBED, DeliveryStatus.COMPLAINED)


def fold(profile: Profile, event: Event, fact: Fact, plan: ProfilePlan, now: Instant) -> Profile:
    """Return ``profile`` with ``event`` folded in.

    Args:
        fact: the same event as rules see it; features count facts by name.
        now: the moment of the transition, not before the event's own time.
    """
    if not fact.name:
        return profile
    at = fact.at
    first_seen, last_seen = profile.first_seen, profile.last_seen
    traits, trait_times, consents, unusable = profile.traits, profile.trait_times, profile.consents, profile.unusable
    fold_features = plan.folds.get(fact.name)
    features = profile.features if fold_features is None else fold_features(profile.features, fact.properties, at, now)
    if fact.traits:
        traits, trait_times = fold_traits(traits, trait_times, fact.traits, at, plan.instants)
    match event:
        case Tracked() | Identified() | DecisionRequested():
            first_seen = min(first_seen, at) if first_seen else at
            last_seen = max(last_seen, at)
        case ConsentChanged():
            consents = fold_consent(
                consents, Consent(event.channel, event.purpose, event.granted, at, source=event.source)
            )
        case ContactPointChanged():
            others = tuple(point for point in unusable if point != event.contact_point)
            unusable = others if event.usable else tuple(sorted((*others, event.contact_point)))
        case DeliveryReported() if _is_dead_end(event) and fact.properties.get("contact_point"):
            unusable = tuple(sorted({*unusable, fact.properties["contact_point"]}))
        case DeliveryReported() if event.status in _SAID_NO:
            # A message the ledger no longer knows: its channel is unknown too, so the strictest reading.
            consents = withdraw(consents, fact.properties.get("channel", ANY), at, str(event.status))
        case _:
            pass
    folded = Profile(first_seen, last_seen, traits, trait_times, features, consents, unusable, profile.hours)
    if plan.timed is None:
        return folded
    if not is_activity(event, plan.timed):
        return replace(folded, there_at=profile.there_at)
    hours = fold_visit(profile.hours, at, profile.there_at, zone_of(folded, plan.timed))
    return replace(folded, hours=hours, there_at=max(profile.there_at, at))


def _is_dead_end(report: DeliveryReported) -> bool:
    """Tell whether the address will never take mail again: the provider refused it for good, or the mail came back."""
    return report.status in (DeliveryStatus.REJECTED, DeliveryStatus.BOUNCED) and report.detail.startswith(HARD_BOUNCE)
