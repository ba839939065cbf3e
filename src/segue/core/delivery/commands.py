"""Plan commands: what the shell needs to know to carry a chosen candidate out, and nothing more."""

from typing import Any

from segue.core.catalogue import ActionPlan, VariantPlan, is_webhook
from segue.model.commands import CreateTask, Deliver, SyncAudience
from segue.model.customers import InFlight, Membership, Profile
from segue.model.decisions import Candidate
from segue.model.identities import AUDIENCE_IDENTIFIERS
from segue.model.ids import CustomerId, DecisionId, DeliveryId, derive
from segue.model.time import Instant


def deliver(
    flight: InFlight, action: ActionPlan, variant: VariantPlan, customer_id: CustomerId, profile: Profile, address: str
) -> Deliver:
    """Return the command that carries ``flight`` out."""
    return Deliver(
        delivery_id=flight.candidate.delivery_id,
        decision_id=flight.decision_id,
        customer_id=customer_id,
        channel=variant.channel.name,
        action=flight.candidate.action,
        template=variant.variant.template or "",
        address=address,
        data=_data(flight.candidate, variant, profile),
        decided_at=flight.decided_at,
        expires_at=flight.expires_at,
        attempt=flight.attempt,
        is_transactional=action.action.category == "transactional",
        purpose=action.action.purpose,
        category=action.action.category,
    )


def create_task(
    candidate: Candidate, decision_id: DecisionId, variant: VariantPlan, customer_id: CustomerId, profile: Profile
) -> CreateTask:
    """Return the command that asks a person to do what ``candidate`` says."""
    return CreateTask(
        delivery_id=candidate.delivery_id,
        decision_id=decision_id,
        customer_id=customer_id,
        channel=variant.channel.name,
        action=candidate.action,
        data=_data(candidate, variant, profile),
        expires_at=candidate.deadline,
    )


def identifiers_of(profile: Profile) -> dict[str, str]:
    """Return the traits by which an advertising platform can recognise the customer."""
    return {k: profile.traits[k] for k in AUDIENCE_IDENTIFIERS if isinstance(profile.traits.get(k), str)}


def join_audience(membership: Membership, customer_id: CustomerId, now: Instant) -> SyncAudience:
    """Return the command that adds the customer to the membership's audience."""
    return _sync(membership, customer_id, now, is_member=True)


def leave_audience(membership: Membership, customer_id: CustomerId, now: Instant) -> SyncAudience:
    """Return the command that removes the customer from the membership's audience."""
    return _sync(membership, customer_id, now, is_member=False)


def _sync(membership: Membership, customer_id: CustomerId, now: Instant, *, is_member: bool) -> SyncAudience:
    return SyncAudience(
        delivery_id=DeliveryId(derive(membership.delivery_id, "join" if is_member else "leave")),
        customer_id=membership.joined_as or customer_id,
        channel=membership.channel,
        audience=membership.target,
        is_member=is_member,
        identifiers=membership.identifiers,
        at=now,
        action=membership.action,
    )


def _data(candidate: Candidate, variant: VariantPlan, profile: Profile) -> dict[str, Any]:
    if is_webhook(candidate.action):
        return {"payload": candidate.facts}
    return {"customer": profile.traits, "event": candidate.facts, "action": variant.variant.content}
