"""Triggers and rules: what they refer to exists."""

from collections.abc import Iterator

from segue.workspace.checks.names import check_length, check_trigger, refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding


def check_triggers(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``triggers.yaml``."""
    for name, trigger in draft.workspace.triggers.items():
        yield from check_trigger(draft, trigger, "triggers", "", "triggers", name)
    actions = {action.action: action for action in draft.workspace.actions}
    for index, rule in enumerate(draft.workspace.rules):
        place = ("rules", index)
        triggers = draft.names("triggers", "triggers")
        yield from refer("trigger", rule.trigger, triggers, draft.at("triggers", "", *place, "trigger"))
        yield from refer("action", rule.action, draft.names("action"), draft.at("triggers", "", *place, "action"))
        yield from check_length(rule.deadline, draft.at("triggers", "", *place, "deadline"))
        if rule.action in actions:
            offered = {variant.channel for variant in actions[rule.action].variants}
            for position, channel in enumerate(rule.channels):
                if channel not in offered:
                    at = draft.at("triggers", "", *place, "channels", position)
                    reason = f"Action {rule.action!r} has no variant on {channel!r}."
                    yield Finding("SG605", at, reason, "Add the variant to the action, or name another channel.")
    seen: dict[str, int] = {}
    for index, rule in enumerate(draft.workspace.rules):
        if rule.rule in seen:
            at = draft.at("triggers", "", "rules", index, "rule")
            first = draft.at("triggers", "", "rules", seen[rule.rule], "rule")
            reason = f"There is already a rule called {rule.rule!r}, in line {first.line}."
            yield Finding("SG205", at, reason, "Give one of the two another name.")
        seen.setdefault(rule.rule, index)
