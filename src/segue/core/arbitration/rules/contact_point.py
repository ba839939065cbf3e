"""The contact point: there must be an address, and it must not be suppressed."""

from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import VariantPlan
from segue.model.customers import Profile
from segue.model.decisions import Reason
from segue.model.identities import contact_point_key


def address_of(variant: VariantPlan, profile: Profile) -> str:
    """Return the customer's address for the variant's channel, "" where there is none or none is needed."""
    trait = variant.channel.contact_trait
    address = profile.traits.get(trait) if trait else None
    return address.strip() if isinstance(address, str) else ""


def contact_point_of(variant: VariantPlan, address: str) -> str:
    """Return the contact point that ``address`` is on the variant's channel, "" where none is needed or known."""
    trait = variant.channel.contact_trait
    return contact_point_key(trait, address) if trait and address else ""


def check_contact_point(variant: VariantPlan, profile: Profile) -> Verdict | None:
    """Refuse a channel without an address, and an address that bounced for good or is on the suppression list."""
    if not variant.channel.contact_trait:
        return None
    address = address_of(variant, profile)
    if not address:
        return Verdict(Reason.NO_CHANNEL, f"no {variant.channel.contact_trait}")
    if profile.unusable and contact_point_key(variant.channel.contact_trait, address) in profile.unusable:
        return Verdict(Reason.SUPPRESSED, variant.channel.contact_trait)
    return None
