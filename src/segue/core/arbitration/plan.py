"""The contact rules, compiled: what the gate asks of the workspace. A rule that it does not use costs nothing."""

from msgspec import Struct

from segue.core.arbitration.ledger import Memory
from segue.core.arbitration.rules.channel_fit import FitPlan, compile_fit
from segue.core.arbitration.rules.frequency import CapPlan, compile_caps
from segue.core.arbitration.rules.ignored import PatiencePlan, compile_patience
from segue.core.arbitration.rules.margin import compile_margins
from segue.core.arbitration.rules.prerequisites import KEPT
from segue.core.arbitration.rules.quiet_hours import QuietPlan, compile_quiet_hours
from segue.core.arbitration.rules.seasons import BlackoutPlan, SeasonPlan, compile_blackouts, compile_seasons
from segue.core.arbitration.themes import ThemePlans, compile_themes
from segue.core.arbitration.verdicts import Verdict
from segue.core.shared import SharedPlan
from segue.model.time import DAY, parse_duration
from segue.model.workspace import Workspace

_LEAST_SPAN = 60 * DAY
"""As long as contacts are remembered at least; longer than the longest calendar month."""


class RulesPlan(Struct, frozen=True):
    """The compiled contact rules of a workspace; durations in microseconds.

    Attributes:
        workspace: for what is asked of it as it is (the group of receptive hours).
        memory: how long contacts are remembered: as long as any cap or theme looks back, 60 days at least.
        has_quiet_channels: some quiet hours are for some channels only.
        is_by_channel: every cap counts by channel or over all, so that one look serves all candidates of a channel.
        paused: the journeys that stand still.
        going: the journeys of the workspace but those that were stopped.
        patience: by action: when it is given up.
        seasons: by action: when it may be carried out.
        blackouts: when nothing is offered.
        thin: by (action, channel): the verdict on what leaves too little margin.
        budgets: the capacities that count what contacts cost.
        is_particular: some rule looks at what an action or a channel is like; `Gate` passes them all over otherwise.
        has_turns: a moment that is possible may still not be the one, for capacities or the arbitration window.
    """

    workspace: Workspace
    consent: dict[str, str]
    quiet_hours: tuple[QuietPlan, ...]
    caps: tuple[CapPlan, ...]
    min_gap: int
    arbitration_window: int
    memory: Memory
    has_quiet_channels: bool
    is_by_channel: bool
    paused: tuple[str, ...]
    going: tuple[str, ...]
    fit: FitPlan
    patience: dict[str, PatiencePlan]
    themes: ThemePlans
    seasons: dict[str, SeasonPlan]
    blackouts: tuple[BlackoutPlan, ...]
    thin: dict[tuple[str, str], Verdict]
    shared_plan: SharedPlan
    budgets: tuple[str, ...]
    is_particular: bool
    has_turns: bool


def compile_contact_rules(workspace: Workspace, shared_plan: SharedPlan) -> RulesPlan:
    """Return the plan of ``workspace``'s contact rules, its themes, and what else says no to its actions.

    Raises:
        SegueError: a duration cannot be read.
    """
    rules = workspace.contact_rules
    caps, themes, fit = compile_caps(rules.caps), compile_themes(workspace), compile_fit(workspace)
    patience, window = compile_patience(workspace.actions), parse_duration(rules.arbitration_window)
    seasons, blackouts = compile_seasons(workspace), compile_blackouts(rules.blackouts, workspace.zone)
    thin, required = compile_margins(workspace), _required(workspace)
    is_offered_with_limits = bool(seasons or blackouts or thin or required or shared_plan.stocks)
    return RulesPlan(
        workspace=workspace,
        consent=dict(rules.consent),
        quiet_hours=compile_quiet_hours(rules.quiet_hours),
        caps=caps,
        min_gap=parse_duration(rules.min_gap),
        arbitration_window=window,
        memory=_memory(caps, themes, patience, required),
        has_quiet_channels=any(hours.channels for hours in rules.quiet_hours),
        is_by_channel=all(cap.scope in ("all", "channel") for cap in caps),
        paused=tuple(journey.journey for journey in workspace.journeys if journey.status == "paused"),
        going=tuple(journey.journey for journey in workspace.journeys if journey.status != "stopped"),
        fit=fit,
        patience=patience,
        themes=themes,
        seasons=seasons,
        blackouts=blackouts,
        thin=thin,
        shared_plan=shared_plan,
        budgets=tuple(name for name, capacity in workspace.capacities.items() if capacity.counts == "cost"),
        is_particular=bool(fit.misfits or fit.roles or patience or themes.ruled or is_offered_with_limits),
        has_turns=bool(shared_plan.uses or window),
    )


def _required(workspace: Workspace) -> tuple[str, ...]:
    """Return the actions that others require to have come first."""
    return tuple(dict.fromkeys(each.action for action in workspace.actions for each in action.requires))


def _memory(
    caps: tuple[CapPlan, ...], themes: ThemePlans, patience: dict[str, PatiencePlan], required: tuple[str, ...]
) -> Memory:
    looks_back = [cap.window for cap in caps] + [plan.window + plan.lead for plan in themes.plans.values()]
    # One more than may be ignored: the latest may be too young to say anything.
    latest = dict.fromkeys(required, KEPT) | {
        action: max(plan.times + 1, KEPT if action in required else 0) for action, plan in patience.items()
    }
    return Memory(max([_LEAST_SPAN, *looks_back]), latest)
