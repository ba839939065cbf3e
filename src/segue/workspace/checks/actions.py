"""Actions: each variant has what its channel's family needs and nothing that it ignores."""

from collections.abc import Iterator

from segue.core.catalogue import capped_categories
from segue.model.catalogue import Action, ChannelSpec, Family, Variant
from segue.model.steps import Propose
from segue.model.time import parse_duration
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
        for field in ("converted_within", "expires_after", "urgency", "ignored_within"):
            yield from check_length(getattr(action, field), draft.at("action", action.action, field))
        yield from _check_theme(draft, action)
        yield from _check_fitness(draft, action)
        yield from _check_patience(draft, action)
        yield from _check_value(draft, action)
        is_proposed = action.standing or action.follows_theme or action.action in proposed
        if not is_proposed and not draft.broken & {"journey", "triggers"}:
            at = draft.at("action", action.action, "action")
            instruction = "Name it in a journey or a rule, or write standing: true or follows_theme: true."
            yield Finding("SG604", at, f"Nothing proposes {action.action!r}.", instruction)


def _check_theme(draft: Draft, action: Action) -> Iterator[Finding]:
    if action.theme is not None:
        at = draft.at("action", action.action, "theme")
        yield from refer("theme", action.theme, draft.names("themes", "themes"), at)
    if not action.follows_theme:
        return
    at = draft.at("action", action.action, "follows_theme")
    families = {channel.family for channel in _channels(draft, action)}
    if action.theme is None:
        yield Finding("SG608", at, f"{action.action!r} follows a theme, but belongs to none.", "Name its theme.")
    elif families and not families & {"audience", "placement"}:
        reason = f"{action.action!r} has only variants that are sent; nothing of it stays while the theme is live."
        yield Finding("SG608", at, reason, "Give it an audience or a placement, or leave follows_theme out.")


def _check_fitness(draft: Draft, action: Action) -> Iterator[Finding]:
    """Yield a finding where each channel lacks something that the content needs, or comes too late."""
    channels = _channels(draft, action)
    urgency = parse_duration(action.urgency) if action.urgency else None
    fit = [
        channel
        for channel in channels
        if {*action.needs} <= {*channel.can} and (urgency is None or channel.latency <= urgency)
    ]
    if channels and not fit:
        at = draft.at("action", action.action, "needs" if action.needs else "urgency")
        names = ", ".join(channel.name for channel in channels)
        reason = f"None of {names} carries what {action.action!r} needs and comes in time."
        yield Finding("SG609", at, reason, "Name a channel that does; segue.yaml may say what one can and its latency.")


def _check_patience(draft: Draft, action: Action) -> Iterator[Finding]:
    """Yield a finding for each channel where what is read looks ignored, because nobody tells of it."""
    if action.give_up_after is None:
        return
    for index, variant in enumerate(action.variants):
        channel = draft.specs().get(variant.channel)
        if channel is None or channel.family != "message" or channel.hears_back:
            continue
        at = draft.at("action", action.action, "variants", index, "channel")
        reason = f"{channel.name!r} is told of neither opens nor clicks: {action.action!r} looks ignored there always."
        instruction = (
            "Report them to POST /v1/receipts and write hears_back: true for the channel in segue.yaml,"
            " or leave out give_up_after."
        )
        yield Finding("SG615", at, reason, instruction)


def _check_value(draft: Draft, action: Action) -> Iterator[Finding]:
    """Yield a finding where a message is worth nothing beside others that compete with it for the same slots."""
    charged = capped_categories(draft.workspace.contact_rules) if draft.workspace.contact_rules.opportunity_cost else ()
    others = [each.action for each in draft.workspace.actions if each.category in charged and each.value > 0]
    sends = any(channel.family == "message" for channel in _channels(draft, action))
    if action.value == 0 and action.category in charged and others and sends:
        at = draft.at("action", action.action, "action")
        reason = f"{action.action!r} has no value, and {others[0]!r} has: its slots will be kept for that."
        instruction = "Write its value: what one success is worth, times how much likelier the message makes it."
        yield Finding("SG616", at, reason, instruction)


def _channels(draft: Draft, action: Action) -> list[ChannelSpec]:
    specs = draft.specs()
    return [specs[variant.channel] for variant in action.variants if variant.channel in specs]


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
    proposed = {name for step in steps if isinstance(step, Propose) for name in step.proposed}
    return proposed | {rule.action for rule in draft.workspace.rules}
