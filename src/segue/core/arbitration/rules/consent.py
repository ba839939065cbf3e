"""Consent: the customer's last word about channel and purpose; without a word, the workspace's rule for the channel."""

from collections.abc import Mapping

from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import OBLIGED, VariantPlan, is_webhook
from segue.model.catalogue import Action
from segue.model.consents import Consent, latest_word
from segue.model.decisions import Reason

_UNASKED_FAMILY = "placement"


def check_consent(
    action: Action, variant: VariantPlan, consents: tuple[Consent, ...], modes: Mapping[str, str]
) -> Verdict | None:
    """Refuse what the customer has not permitted; a call of a webhook step says nothing to them, and asks nobody.

    Args:
        modes: per channel ``opt_in`` or ``opt_out``, ``default`` for the others. With no word and no mode nothing is
            permitted, but placements: they show themselves only to who is there.
    """
    if action.category in OBLIGED or is_webhook(action.action):
        return None
    word = latest_word(consents, variant.channel.name, action.purpose) if consents else None
    if word is not None:
        return None if word.granted else Verdict(Reason.NO_CONSENT, f"withdrawn ({word.source})")
    unsaid = "opt_out" if variant.channel.family == _UNASKED_FAMILY else modes.get("default", "opt_in")
    mode = modes.get(variant.channel.name, unsaid)
    return None if mode == "opt_out" else Verdict(Reason.NO_CONSENT, "never given")
