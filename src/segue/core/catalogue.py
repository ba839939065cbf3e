"""Actions, compiled: what the stages ask of an action and its variants, looked up instead of searched."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.view import Condition
from segue.model.catalogue import Action, ChannelSpec, FeatureSpec, Requirement, Variant
from segue.model.contact_rules import ContactRules
from segue.model.errors import SegueError
from segue.model.steps import Webhook
from segue.model.time import NEVER, parse_duration
from segue.model.workspace import Workspace

MESSAGE_SLOT = "message"

_WEBHOOK = "_webhook:"

OBLIGED = ("transactional", "mandatory")
"""Categories that rest on a contract or a law: sent without marketing consent, to held-out customers too, and in
competition with nothing; no policy is asked whether they are worth it.
"""


class Scored(Struct, frozen=True):
    """What is known of a candidate's worth, for policies; silence is the one with an empty action.

    Attributes:
        priority: the action's declared priority; 0 for silence.
        total: expected worth less cost, in the workspace's currency; for silence what the slot is likely to bring
            otherwise (`core.decisioning.opportunity`), mostly 0.
        scores: what the total is made of, for the record.
        latency: microseconds until it is perceived.
        takes_slot: it uses up a cap over all channels: then it has to be worth more than silence, else more than 0.
    """

    action: str
    channel: str
    priority: float
    total: float
    scores: dict[str, float] = {}
    latency: int = 0
    takes_slot: bool = False


class VariantPlan(Struct, frozen=True):
    """A variant with its channel.

    Attributes:
        slot: what it competes for: ``message``, ``audience:NAME``, ``placement:NAME`` or ``task``; an obliged message
            (``message:ACTION``) competes only with its own other channels.
        interrupts: whether it counts as a contact (message and task families, but no webhook of a journey).
        lane: (channel, purpose, category): what consent is asked about; candidates of one lane share the answer.
    """

    variant: Variant
    channel: ChannelSpec
    slot: str
    interrupts: bool
    lane: tuple[str, str, str]
    scored: Scored


class RequirementPlan(Struct, frozen=True):
    """Another action that must have come first.

    Attributes:
        succeeded: holds when it has succeeded; None where it only has to be delivered.
        within: microseconds; `NEVER` for however long ago.
    """

    action: str
    succeeded: Condition | None
    within: int


class ActionPlan(Struct, frozen=True):
    """A compiled action; durations in microseconds.

    Attributes:
        weights: (condition, factor) of each context weight.
    """

    action: Action
    is_obliged: bool
    eligible_when: Condition | None
    converted: Condition | None
    expires_after: int
    variants: dict[str, VariantPlan]
    weights: tuple[tuple[Condition, float], ...] = ()
    requires: tuple[RequirementPlan, ...] = ()


def converted_feature(action: str) -> str:
    """Return the name of the hidden feature that holds when the action's success last happened."""
    return f"_converted_{action}"


def hidden_features(workspace: Workspace) -> dict[str, FeatureSpec]:
    """Return the features that actions need to know whether they have already succeeded."""
    return {
        converted_feature(action.action): FeatureSpec(kind="last", event=action.converted_by)
        for action in workspace.actions
        if action.converted_by
    }


def converted_source(action: Action) -> str:
    """Return the expression that tells whether ``action`` has already succeeded."""
    return f'now - {converted_feature(action.action)} < "{action.converted_within}"'


def succeeded_source(requirement: Requirement) -> str:
    """Return the expression that tells whether what ``requirement`` names has succeeded."""
    feature = converted_feature(requirement.action)
    return f"{feature} is not None" if requirement.within is None else f'now - {feature} < "{requirement.within}"'


def webhook_action(journey: str, step: str) -> str:
    """Return the name of the hidden action that a webhook step proposes."""
    return f"{_WEBHOOK}{journey}/{step}"


def is_webhook(action: str) -> bool:
    """Tell whether ``action`` is the hidden one of a webhook step."""
    return action.startswith(_WEBHOOK)


def webhook_actions(workspace: Workspace) -> tuple[Action, ...]:
    """Return the hidden actions of all webhook steps: what they call goes out like everything else."""
    steps = {
        webhook_action(journey.journey, step.id): step
        for journey in (*workspace.retired, *workspace.journeys)
        for step in journey.steps
        if isinstance(step, Webhook)
    }
    return tuple(
        Action(
            action=name,
            purpose="webhook",  # a lane of its own: what is answered about messages of this channel is not about calls
            category=step.category,
            expires_after=step.deadline,
            variants=(Variant(channel=step.channel),),
        )
        for name, step in steps.items()
    )


def compile_actions(workspace: Workspace, conditions: Mapping[str, Condition]) -> dict[str, ActionPlan]:
    """Return the plans of all actions; ``conditions`` by the keys of `core.expression_sites`.

    Raises:
        SegueError: a variant names an unknown channel, or misses what its channel's family needs.
    """
    channels = {channel.name: channel for channel in workspace.channels}
    actions = (*workspace.actions, *webhook_actions(workspace))
    capped = capped_categories(workspace.contact_rules)
    return {action.action: _compile_action(action, channels, conditions, capped) for action in actions}


def capped_categories(rules: ContactRules) -> tuple[str, ...]:
    """Return the categories whose contacts use up, and obey, a cap over all channels."""
    caps = [cap for cap in rules.caps if cap.scope == "all"]
    return tuple(dict.fromkeys(category for cap in caps for category in cap.counts if category in cap.obeys))


def _compile_action(
    action: Action,
    channels: Mapping[str, ChannelSpec],
    conditions: Mapping[str, Condition],
    capped: tuple[str, ...],
) -> ActionPlan:
    key = f"actions.{action.action}"
    return ActionPlan(
        action=action,
        is_obliged=action.category in OBLIGED,
        eligible_when=conditions.get(f"{key}.eligible_when"),
        converted=conditions.get(f"{key}.converted"),
        expires_after=parse_duration(action.expires_after),
        variants={variant.channel: _compile_variant(action, variant, channels, capped) for variant in action.variants},
        weights=tuple(
            (conditions[f"{key}.context_weights.{index}.when"], each.weight)
            for index, each in enumerate(action.context_weights)
        ),
        requires=tuple(
            RequirementPlan(
                each.action,
                conditions.get(f"{key}.requires.{index}.succeeded"),
                parse_duration(each.within) if each.within is not None else NEVER,
            )
            for index, each in enumerate(action.requires)
        ),
    )


def _compile_variant(
    action: Action, variant: Variant, channels: Mapping[str, ChannelSpec], capped: tuple[str, ...]
) -> VariantPlan:
    channel = channels.get(variant.channel)
    if channel is None:
        reason = f"Action {action.action!r} has a variant for {variant.channel!r}, which is no channel."
        raise SegueError(reason, f"The channels are {', '.join(channels) or 'none yet'}; declare it in segue.yaml.")
    match channel.family:
        case _ if is_webhook(action.action):
            slot = action.action
        case "message":
            slot = f"{MESSAGE_SLOT}:{action.action}" if action.category in OBLIGED else MESSAGE_SLOT
        case "task":
            slot = "task"
        case "audience":
            slot = f"audience:{_needed(variant.audience, action, channel, 'audience')}"
        case "placement":
            slot = f"placement:{_needed(variant.placement, action, channel, 'placement')}"
    interrupts = channel.family in ("message", "task") and not is_webhook(action.action)
    return VariantPlan(
        variant,
        channel,
        slot,
        interrupts=interrupts,
        lane=(channel.name, action.purpose, action.category),
        scored=_score(action, variant, channel, takes_slot=interrupts and action.category in capped),
    )


def _score(action: Action, variant: Variant, channel: ChannelSpec, *, takes_slot: bool) -> Scored:
    """Return what is known of a variant's worth before anything is known of the customer."""
    cost = cost_of(action, variant)
    total = action.value * variant.lift * action.lever - cost
    scores = {"value": action.value, "cost": cost, "priority": float(action.priority), "total": total}
    if variant.lift != 1.0:
        scores["lift"] = variant.lift
    if action.lever != 1.0:
        scores["lever"] = action.lever
    return Scored(action.action, channel.name, scores["priority"], total, scores, channel.latency, takes_slot)


def cost_of(action: Action, variant: Variant) -> float:
    """Return what carrying ``variant`` out costs."""
    return action.cost if variant.cost is None else variant.cost


def margin_of(action: Action, variant: Variant) -> float | None:
    """Return the share of its price that ``variant`` leaves, None where nobody said."""
    return action.margin if variant.margin is None else variant.margin


def _needed(value: str | None, action: Action, channel: ChannelSpec, field: str) -> str:
    if value is None:
        reason = f"The variant of {action.action!r} for channel {channel.name!r} needs `{field}`."
        raise SegueError(reason, f"Name the {field} it is for.")
    return value
