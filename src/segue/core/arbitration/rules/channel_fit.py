"""Channel fit: a channel that is fast enough, can carry the content, and is meant for the stage."""

from msgspec import Struct

from segue.core.arbitration.verdicts import Verdict
from segue.model.catalogue import Action, ChannelSpec
from segue.model.decisions import Reason
from segue.model.time import parse_duration
from segue.model.workspace import Workspace


class FitPlan(Struct, frozen=True):
    """What can be said before any customer is seen, by (action, channel); what fits everybody is in neither.

    Attributes:
        misfits: the channel is too slow for the action, or cannot carry its content.
        roles: the stages that the channel is meant for.
    """

    misfits: dict[tuple[str, str], Verdict]
    roles: dict[tuple[str, str], tuple[str, ...]]


def compile_fit(workspace: Workspace) -> FitPlan:
    """Return the plan for all declared actions; the webhooks of journeys fit wherever they are sent."""
    channels = {channel.name: channel for channel in workspace.channels}
    misfits: dict[tuple[str, str], Verdict] = {}
    roles: dict[tuple[str, str], tuple[str, ...]] = {}
    for action in workspace.actions:
        for variant in action.variants:
            channel, key = channels.get(variant.channel), (action.action, variant.channel)
            if channel is None:
                continue
            if misfit := _misfit(action, channel):
                misfits[key] = Verdict(Reason.NO_CHANNEL, misfit)
            if channel.roles:
                roles[key] = channel.roles
    return FitPlan(misfits, roles)


def check_fit(key: tuple[str, str], stage: str, plan: FitPlan) -> Verdict | None:
    """Refuse a channel that the action or the stage of its run cannot use.

    Args:
        key: (action, channel).
        stage: of the run; "" for none: then the channel's roles do not matter.
    """
    if (misfit := plan.misfits.get(key)) is not None:
        return misfit
    if stage and stage not in plan.roles.get(key, (stage,)):
        return Verdict(Reason.NO_CHANNEL, f"not for {stage}")
    return None


def _misfit(action: Action, channel: ChannelSpec) -> str:
    if action.urgency is not None and channel.latency > parse_duration(action.urgency):
        return f"slower than {action.urgency}"
    missing = [need for need in action.needs if need not in channel.can]
    return f"cannot carry {', '.join(missing)}" if missing else ""
