"""Margin floor: what leaves too little of its price is not offered."""

from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import OBLIGED, margin_of
from segue.model.decisions import Reason
from segue.model.workspace import Workspace


def compile_margins(workspace: Workspace) -> dict[tuple[str, str], Verdict]:
    """Return the verdict on every (action, channel) whose margin is below the floor.

    What has no margin declared passes (`segue check` tells of it), and so does what has to be sent.
    """
    floor = workspace.contact_rules.margin_floor
    if floor is None:
        return {}
    return {
        (action.action, variant.channel): Verdict(Reason.INELIGIBLE, f"margin_floor: {margin:g} < {floor:g}")
        for action in workspace.actions
        if action.category not in OBLIGED
        for variant in action.variants
        if (margin := margin_of(action, variant)) is not None and margin < floor
    }
