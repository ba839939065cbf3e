"""Sources of candidates other than journeys: rules whose trigger fired, standing actions that a placement asks for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from segue.core.catalogue import ActionPlan
from segue.model.customers import Membership
from segue.model.decisions import Candidate
from segue.model.errors import SegueError
from segue.model.events import DecisionRequested
from segue.model.ids import CustomerId, DeliveryId, EventId, derive
from segue.model.time import Instant, parse_duration
from segue.model.workspace import Workspace


class RulePlan(Struct, frozen=True):
    """A compiled rule: when its trigger fires, its action is a candidate on these channels.

    Attributes:
        channels: (channel, candidate key, digest of rule and slot: the rule's part of the send key).
        deadline: microseconds.
        on_lost: ``skip`` or ``wait``.
    """

    source: str
    action: str
    channels: tuple[tuple[str, str, str], ...]
    deadline: int
    on_lost: str = "skip"


class Sources(Struct, frozen=True):
    """Where candidates come from: rules by trigger, standing actions by placement."""

    workspace: str
    rules: dict[str, tuple[RulePlan, ...]]
    standing: dict[str, tuple["Showing", ...]]


class Showing(Struct, frozen=True):
    """What could be shown in a placement: ``key`` names the candidate, ``digest`` is its part of the delivery id."""

    source: str
    action: str
    channel: str
    key: str
    digest: str


def compile_sources(workspace: Workspace, actions: Mapping[str, ActionPlan]) -> Sources:
    """Return the sources of ``workspace``.

    Raises:
        SegueError: a rule proposes an unknown action or a channel that the action has no variant for.
    """
    rules: dict[str, tuple[RulePlan, ...]] = {}
    for rule in workspace.rules:
        if rule.action not in actions:
            raise SegueError(f"Rule {rule.rule!r} proposes {rule.action!r}, which is no action.", "Declare it.")
        offered = actions[rule.action].variants
        if missing := [channel for channel in rule.channels if channel not in offered]:
            reason = f"Rule {rule.rule!r}: action {rule.action!r} has no variant on {', '.join(missing)}."
            raise SegueError(reason, "Add the variant, or name other channels.")
        source = f"rule:{rule.rule}"
        channels = tuple(
            (channel, f"{source}/{rule.action}/{channel}", derive(source, offered[channel].slot, size=4))
            for channel in rule.channels or offered
        )
        plan = RulePlan(source, rule.action, channels, parse_duration(rule.deadline), rule.on_lost)
        rules[rule.trigger] = (*rules.get(rule.trigger, ()), plan)
    standing: dict[str, tuple[Showing, ...]] = {}
    for name, action in actions.items():
        for channel, variant in action.variants.items():
            # What follows a theme is asked like what stands: the gate refuses it while its theme is not live.
            source = f"theme:{action.action.theme}" if action.action.follows_theme else "standing"
            is_asked = action.action.standing or action.action.follows_theme
            if is_asked and variant.channel.family == "placement":
                placement = variant.variant.placement or ""
                standing[placement] = (*standing.get(placement, ()), showing_of(source, name, channel))
    return Sources(workspace.name, rules, standing)


def from_rules(
    firings: Iterable[tuple[str, dict[str, Any]]],
    sources: Sources,
    customer_id: CustomerId,
    event_id: EventId,
    now: Instant,
) -> list[Candidate]:
    """Return the candidates of every rule whose trigger fired; one send key for each firing and slot.

    Args:
        firings: (trigger, facts); the facts are what templates read as ``event``.
    """
    candidates: list[Candidate] = []
    for trigger, facts in firings:
        rules = sources.rules.get(trigger)
        if rules is None:
            continue
        firing = derive("send", sources.workspace, customer_id, trigger, event_id)
        for rule in rules:
            deadline = Instant(now + rule.deadline)
            for channel, key, digest in rule.channels:
                send_key = DeliveryId(firing + digest)
                candidates.append(
                    Candidate(
                        key,
                        rule.action,
                        channel,
                        rule.source,
                        send_key,
                        deadline,
                        now,
                        on_lost=rule.on_lost,
                        facts=facts,
                    )
                )
    return candidates


def for_placement(
    request: DecisionRequested, sources: Sources, memberships: tuple[Membership, ...], now: Instant
) -> list[Candidate]:
    """Return what could fill the placement that asks: journeys' offers for it, then standing actions."""
    shown = derive("show", request.event_id)
    return [
        Candidate(
            showing.key,
            showing.action,
            showing.channel,
            showing.source,
            DeliveryId(shown + showing.digest),
            deadline=now,
            proposed_at=now,
            on_cap="skip",
            on_lost="skip",
        )
        for showing in (*_offers(request.placement, memberships, now), *sources.standing.get(request.placement, ()))
    ]


def _offers(placement: str, memberships: tuple[Membership, ...], now: Instant) -> Iterator[Showing]:
    for membership in memberships:
        if membership.kind == "placement" and membership.target == placement and membership.until > now:
            yield showing_of(f"offer:{membership.run_id}", membership.action, membership.channel)


def showing_of(source: str, action: str, channel: str) -> Showing:
    """Return what ``source`` could show: ``action`` on ``channel``."""
    return Showing(source, action, channel, f"{source}/{action}/{channel}", derive(source, action, channel, size=4))


def named_apart(candidates: list[Candidate]) -> list[Candidate]:
    """Return ``candidates`` with a key of its own for each: a rule that fired twice may propose the same twice, and so
    may two steps of a run.
    """
    known: dict[str, None] = {}
    named: list[Candidate] = []
    for candidate in candidates:
        key, count = candidate.key, 1
        while key in known:
            count += 1
            key = f"{candidate.key}#{count}"
        known[key] = None
        named.append(candidate if key == candidate.key else replace(candidate, key=key))
    return named
