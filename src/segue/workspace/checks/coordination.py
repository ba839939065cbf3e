"""Coordination: themes that exclude and order something, capacities that something uses."""

from collections.abc import Iterator

from segue.model.catalogue import Capacity, Theme
from segue.model.errors import SegueError
from segue.model.time import parse_instant
from segue.workspace.checks.names import check_length, refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding


def check_themes(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``themes.yaml``."""
    themes = draft.workspace.themes
    groups = [theme.exclusive for theme in themes.values()]
    used = {action.theme for action in draft.workspace.actions}
    for name, theme in themes.items():
        yield from _check_order(draft, name, theme)
        yield from check_length(theme.window, draft.at("themes", "", "themes", name, "window"))
        if theme.exclusive is not None and groups.count(theme.exclusive) == 1:
            at = draft.at("themes", "", "themes", name, "exclusive")
            reason = f"{name!r} is the only theme of the group {theme.exclusive!r}."
            yield Finding("SG610", at, reason, "Put another theme into the group, or leave exclusive out.")
        if name not in used and "action" not in draft.broken:
            at = draft.at_key("themes", "", "themes", name)
            yield Finding("SG611", at, f"No action belongs to the theme {name!r}.", "Name it in an action.")


def _check_order(draft: Draft, name: str, theme: Theme) -> Iterator[Finding]:
    for index, channel in enumerate(theme.order):
        at = draft.at("themes", "", "themes", name, "order", index)
        yield from refer("channel", channel, draft.names("segue", "channels"), at)
        if channel in theme.order[:index]:
            yield Finding("SG612", at, f"{channel!r} stands twice in the order.", "Name it once.")


def check_capacities(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``capacities.yaml``."""
    for name, capacity in draft.workspace.capacities.items():
        path = ("capacities", name)
        unknown: list[Finding] = []
        for index, channel in enumerate(capacity.channels):
            at = draft.at("capacities", "", *path, "channels", index)
            unknown += refer("channel", channel, draft.names("segue", "channels"), at)
        for index, action in enumerate(capacity.actions):
            at = draft.at("capacities", "", *path, "actions", index)
            unknown += refer("action", action, draft.names("action"), at)
        yield from unknown
        yield from check_length(capacity.per, draft.at("capacities", "", *path, "per"))
        yield from _check_limit(draft, name, capacity)
        if not unknown and "action" not in draft.broken and not _is_used(draft, capacity):
            reason = f"No action on these channels uses the capacity {name!r}."
            yield Finding("SG613", draft.at_key("capacities", "", *path), reason, "Name other channels or actions.")


def _check_limit(draft: Draft, name: str, capacity: Capacity) -> Iterator[Finding]:
    path = ("capacities", name)
    if capacity.counts == "contacts" and capacity.limit != int(capacity.limit):
        at = draft.at("capacities", "", *path, "limit")
        yield Finding("SG204", at, f"{capacity.limit:g} contacts is not a whole number.", "Write a whole number.")
    if bool(capacity.ramp) != (capacity.ramp_from is not None):
        missing = "ramp_from" if capacity.ramp else "ramp"
        at = draft.at("capacities", "", *path)
        yield Finding("SG614", at, f"The capacity {name!r} has no {missing}.", f"Add {missing}, or leave both out.")
    if capacity.ramp_from is not None:
        try:
            parse_instant(capacity.ramp_from)
        except SegueError as error:
            yield Finding("SG406", draft.at("capacities", "", *path, "ramp_from"), error.reason, error.instruction)


def _is_used(draft: Draft, capacity: Capacity) -> bool:
    return any(
        (not capacity.actions or action.action in capacity.actions)
        and any(not capacity.channels or variant.channel in capacity.channels for variant in action.variants)
        for action in draft.workspace.actions
    )
