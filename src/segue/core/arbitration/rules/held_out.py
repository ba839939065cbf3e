"""Held out: what somebody is held out of must not reach their address in another customer's name either."""

from collections.abc import Iterable, Mapping

from segue.core.arbitration.rules.contact_point import address_of, contact_point_of
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan, VariantPlan
from segue.model.assignments import Holdout
from segue.model.customers import Profile
from segue.model.decisions import Reason
from segue.model.identities import AUDIENCE_IDENTIFIERS, contact_point_key
from segue.model.shared import HeldOut

HELD_OUT = "held out"


def check_held_out(
    action: ActionPlan,
    variant: VariantPlan,
    source: str,
    points: Iterable[str],
    held_out: Iterable[HeldOut],
    holdouts: Mapping[str, Holdout],
) -> Verdict | None:
    """Refuse what would come to one of ``points`` though its owner is held out of it.

    What obliges is sent to everybody. There is nothing to wait for: an owner stays held out for the whole epoch.

    Args:
        source: as `Candidate.source`.
        held_out: `Shared.held_out`.
        holdouts: by name; one that is not among them is over.
    """
    if action.is_obliged:
        return None
    places, channel = tuple(points), variant.channel.name
    for each in held_out:
        if each.contact_point in places:
            holdout = holdouts.get(each.holdout)
            if not each.holdout or (holdout is not None and holdout.leaves_out(channel, source)):
                return Verdict(Reason.DUPLICATE_CONTACT_POINT, HELD_OUT)
    return None


def points_of(variant: VariantPlan, profile: Profile) -> tuple[str, ...]:
    """Return the contact points at which ``variant`` would find the customer: an audience is joined with several."""
    if variant.channel.family == "audience":
        known = [(kind, profile.traits.get(kind)) for kind in AUDIENCE_IDENTIFIERS]
        return tuple(contact_point_key(kind, address) for kind, address in known if isinstance(address, str))
    return (contact_point_of(variant, address_of(variant, profile)),)
