"""The World: one revision of a workspace, compiled. The engine reads it and never changes it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from segue.core.arbitration.plan import RulesPlan, compile_contact_rules
from segue.core.catalogue import ActionPlan, VariantPlan, compile_actions, hidden_features
from segue.core.decisioning.arms import Arms, compile_arms, weights_of
from segue.core.decisioning.candidates import Sources, compile_sources
from segue.core.decisioning.context import ContextPlan, compile_context
from segue.core.decisioning.followers import Followers, compile_followers
from segue.core.decisioning.policies import LADDERS, compile_policies
from segue.core.decisioning.policy import Policy
from segue.core.decisioning.rewards import RewardPlan, compile_rewards
from segue.core.decisioning.worth import WorthPlan, compile_worth
from segue.core.expression_sites import Site, sites
from segue.core.expressions import Node, Scope, compile_library, parse
from segue.core.journeys.plan import JourneyPlans, compile_journeys, inline_triggers
from segue.core.profiles import ProfilePlan, compile_profile
from segue.core.receptive import uses_hours
from segue.core.shared import SharedPlan, compile_shared, fold
from segue.core.triggers import TriggerPlan, compile_triggers
from segue.core.triggers import hidden_features as hidden_trigger_features
from segue.core.view import Condition
from segue.model.catalogue import FeatureSpec
from segue.model.errors import SegueError
from segue.model.ids import Revision, derive
from segue.model.shared import NOTHING_SHARED, Shared, Tally
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from segue.core.decisioning.models.factored import Factored


class World(msgspec.Struct, frozen=True):
    """Everything slow, frozen: the workspace and what was compiled from it.

    Attributes:
        revision: names this World; by default a digest of the workspace, so that equal workspaces are one revision.
        seed: from which all chance derives.
        variants: by (action, channel).
        has_hours: something is timed by receptive hours.
        shared: what all customers draw on, as of the present position of the log: the runtime replaces it as
            transitions tally.
        learned: what the online learner published last, as of the present position of the log; None where none runs.
    """

    workspace: Workspace
    revision: Revision
    seed: str
    profile: ProfilePlan
    triggers: TriggerPlan
    journeys: JourneyPlans
    actions: dict[str, ActionPlan]
    variants: dict[tuple[str, str], VariantPlan]
    sources: Sources
    contact_rules: RulesPlan
    shared_plan: SharedPlan
    followers: Followers
    worth: WorthPlan
    has_hours: bool
    context: ContextPlan
    rewards: RewardPlan
    arms: Arms
    policies: Mapping[str, Policy]
    shared: Shared = NOTHING_SHARED
    learned: "Factored | None" = None

    def after(self, tallies: tuple[Tally, ...], now: Instant) -> "World":
        """Return the World in which ``tallies`` of a transition at ``now`` are added to the shared quantities."""
        shared = fold(self.shared, tallies, now, self.shared_plan) if tallies else self.shared
        return self if shared is self.shared else msgspec.structs.replace(self, shared=shared)


def build_world(workspace: Workspace, *, revision: Revision | None = None) -> World:
    """Return the compiled World of ``workspace``.

    Raises:
        SegueError: the workspace contradicts itself; `segue check` says where, and all of it at once.
    """
    if workspace.policy.name not in LADDERS:
        reason = f"There is no policy {workspace.policy.name!r}."
        raise SegueError(reason, f"The policies are {', '.join(sorted(LADDERS))}.")
    if sum(workspace.groups.values()) > 1 or any(share < 0 for share in workspace.groups.values()):
        raise SegueError("The shares of the standing groups exceed the whole.", "Give shares of 0 to 1, 1 in all.")
    triggers = workspace.triggers | inline_triggers(workspace.journeys)
    features = all_features(workspace)
    conditions = _compile_conditions(workspace, features)
    actions = compile_actions(workspace, conditions)
    rewards = compile_rewards(workspace, conditions)
    arms = compile_arms(actions)
    shared_plan = compile_shared(workspace, conditions)
    return World(
        workspace=workspace,
        revision=revision or workspace_revision(workspace),
        seed=workspace.seed,
        profile=compile_profile(msgspec.structs.replace(workspace, features=features)),
        triggers=compile_triggers(triggers, workspace),
        journeys=compile_journeys(workspace, actions, conditions),
        actions=actions,
        variants={(name, c): variant for name, plan in actions.items() for c, variant in plan.variants.items()},
        sources=compile_sources(workspace, actions),
        contact_rules=compile_contact_rules(workspace, shared_plan),
        shared_plan=shared_plan,
        followers=compile_followers(workspace, actions),
        worth=compile_worth(workspace, shared_plan),
        has_hours=uses_hours(workspace),
        context=compile_context(workspace, features),
        rewards=rewards,
        arms=arms,
        policies=compile_policies(workspace, arms, weights_of(rewards.objectives)),
    )


def workspace_revision(workspace: Workspace) -> Revision:
    """Return the revision of ``workspace``: a digest of all that it declares."""
    return Revision(derive("revision", msgspec.msgpack.encode(workspace, order="deterministic").hex(), size=8))


def all_features(workspace: Workspace) -> dict[str, FeatureSpec]:
    """Return the declared features and those that triggers and actions need for themselves."""
    triggers = workspace.triggers | inline_triggers(workspace.journeys)
    return workspace.features | hidden_trigger_features(triggers) | hidden_features(workspace)


def scope_of(site: Site, workspace: Workspace, features: Mapping[str, FeatureSpec]) -> Scope:
    """Return the names that the expression at ``site`` may use."""
    declared = workspace.events.get(site.event or "")
    return Scope(
        traits={name: spec.type for name, spec in workspace.traits.items()},
        features=features,
        event=declared.properties if declared is not None else None,
        has_event=site.event is not None,
        has_run=site.has_run,
        extra={"old": workspace.traits[site.old].type} if site.old in workspace.traits else {},
    )


def _compile_conditions(workspace: Workspace, features: Mapping[str, FeatureSpec]) -> dict[str, Condition]:
    nodes: dict[str, Node] = {}
    for site in sites(workspace):
        if site.key.startswith("triggers.") or ".entry.on" in site.key:
            continue  # `core.triggers` compiles its own, all conditions of one event into one function
        expect = None if site.expect == "any" else site.expect
        try:
            nodes[site.key] = parse(site.source, scope_of(site, workspace, features), expect)
        except SegueError as error:
            raise SegueError(f"{site.key}: {error.reason}", error.instruction) from error
    return compile_library(nodes, features)
