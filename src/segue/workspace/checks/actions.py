"""Actions: each variant has what its channel's family needs and nothing that it ignores."""

from collections.abc import Iterator

from segue.model.catalogue import Action, Family, Variant
from segue.model.journeys import Propose
from segue.workspace.checks.names import check_event, check_length, refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding

_FIELD_OF: dict[Family, str] = {"message": "template", "placement": "placement", "audience": "audience"}
"""The field of a variant that only this family reads, and needs."""


def check_actions(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``actions/``."""
    proposed = _proposed(draft)
    for action in draft.workspace.actions:
        if not action.variants:
            at = draft.at("action", action.action, "variants")
            yield Finding("SG601", at, f"Action {action.action!r} has no variants.", "Give it one for each channel.")
        for index, variant in enumerate(action.variants):
            yield from _check_variant(draft, action, index, variant)
        if action.converted_by:
            yield from check_event(draft, action.converted_by, draft.at("action", action.action, "converted_by"))
        for field in ("converted_within", "expires_after"):
            yield from check_length(getattr(action, field), draft.at("action", action.action, field))
        if not action.standing and action.action not in proposed and not draft.broken & {"journey", "triggers"}:
            at = draft.at("action", action.action, "action")
            reason = f"Nothing proposes {action.action!r}."
            yield Finding("SG604", at, reason, "Name it in a journey or a rule, or write standing: true.")


def _check_variant(draft: Draft, action: Action, index: int, variant: Variant) -> Iterator[Finding]:
    place = ("variants", index)
    at = draft.at("action", action.action, *place, "channel")
    yield from refer("channel", variant.channel, draft.names("segue", "channels"), at)
    if variant.channel in [earlier.channel for earlier in action.variants[:index]]:
        reason = f"{action.action!r} has two variants on {variant.channel!r}."
        yield Finding("SG607", at, reason, "Keep one of them, or make two actions.")
    if variant.audience is not None:
        at = draft.at("action", action.action, *place, "audience")
        yield from refer("audience", variant.audience, draft.names("audience"), at)
    if variant.placement is not None:
        at = draft.at("action", action.action, *place, "placement")
        yield from refer("placement", variant.placement, draft.names("segue", "placements"), at)
    channel = draft.specs().get(variant.channel)
    if channel is not None:
        yield from _check_family(draft, action, index, variant, channel.family)


def _check_family(draft: Draft, action: Action, index: int, variant: Variant, family: Family) -> Iterator[Finding]:
    for owner, field in _FIELD_OF.items():
        is_given = getattr(variant, field) is not None
        at = draft.at("action", action.action, "variants", index, field)
        if owner == family and not is_given:
            reason = f"{variant.channel!r} is a channel of family {family}; its variant has no {field}."
            yield Finding("SG602", at, reason, f"Add {field}.")
        elif owner != family and is_given:
            reason = f"{variant.channel!r} is a channel of family {family}, which has no use for {field!r}."
            yield Finding("SG603", at, reason, f"Leave out {field}, or name a channel of family {owner}.")


def _proposed(draft: Draft) -> set[str]:
    steps = (step for journey in draft.workspace.journeys for step in journey.steps)
    proposed = {step.action for step in steps if isinstance(step, Propose)}
    return proposed | {rule.action for rule in draft.workspace.rules}
