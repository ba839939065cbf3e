"""Coordination: themes that exclude and order something, capacities that something uses, targets within reach."""

from collections.abc import Iterator

from segue.core.shared.plan import counts_for
from segue.model.catalogue import Action, Capacity, Theme, Variant
from segue.model.errors import SegueError
from segue.model.reach import Reach
from segue.model.time import parse_duration, parse_instant
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


def check_reach(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``reach.yaml``."""
    for name, reach in draft.workspace.reach.items():
        path = ("reach", name)
        unknown: list[Finding] = []
        for field, kind, known in (
            ("channels", "channel", draft.names("segue", "channels")),
            ("actions", "action", draft.names("action")),
        ):
            for index, named in enumerate(getattr(reach, field)):
                unknown += refer(kind, named, known, draft.at("reach", "", *path, field, index))
        yield from unknown
        yield from check_length(reach.per, draft.at("reach", "", *path, "per"))
        at = draft.at_key("reach", "", *path)
        if (reach.at_least is None) == (reach.share is None):
            words = "neither at_least nor share" if reach.share is None else "both at_least and share"
            yield Finding("SG628", at, f"The target {name!r} says {words}.", "Write exactly one of the two.")
        if reach.share is not None and reach.who is None:
            yield Finding("SG632", at, f"The floor {name!r} is for everybody.", "Write who it is for, or at_least.")
        if not unknown and "action" not in draft.broken and not _counted(draft, reach):
            reason = f"No contact on these channels serves the target {name!r}."
            yield Finding("SG629", at, reason, "Name other channels or actions.")
        yield from _check_capacities_of(draft, name, reach)
    yield from _check_shares(draft)


def _counted(draft: Draft, reach: Reach) -> list[tuple[Action, Variant]]:
    specs = draft.specs()
    return [
        (action, variant)
        for action in draft.workspace.actions
        for variant in action.variants
        if variant.channel in specs
        and specs[variant.channel].family in ("message", "task")
        and counts_for(reach, action, variant)
    ]


def _check_capacities_of(draft: Draft, name: str, reach: Reach) -> Iterator[Finding]:
    """Yield a finding where all that serves a target draws on a capacity that is smaller."""
    contacts = _counted(draft, reach)
    if reach.at_least is None or not contacts or not parse_duration(reach.per):
        return
    for other, capacity in draft.workspace.capacities.items():
        if capacity.counts != "contacts" or not parse_duration(capacity.per):
            continue
        if all(_draws_on(capacity, action, variant) for action, variant in contacts):
            allowed = capacity.limit * max(parse_duration(reach.per) / parse_duration(capacity.per), 1.0)
            if allowed < reach.at_least:
                at = draft.at("reach", "", "reach", name, "at_least")
                reason = f"{name!r} asks for {reach.at_least} in {reach.per}; {other!r} allows {allowed:g}."
                yield Finding("SG630", at, reason, "Ask for less, or raise the capacity.")


def _draws_on(capacity: Capacity, action: Action, variant: Variant) -> bool:
    is_on_channel = not capacity.channels or variant.channel in capacity.channels
    return (
        is_on_channel and action.category in capacity.obeys and action.action in (capacity.actions or (action.action,))
    )


def _check_shares(draft: Draft) -> Iterator[Finding]:
    """Yield a finding where floors on the same contacts ask for more than all of them."""
    sums: dict[tuple[frozenset[str], frozenset[str]], float] = {}
    for name, reach in draft.workspace.reach.items():
        key = (frozenset(reach.channels), frozenset(reach.actions))
        if reach.share is None:
            continue
        sums[key] = sums.get(key, 0.0) + reach.share
        if sums[key] - reach.share <= 1.0 < sums[key]:
            at = draft.at("reach", "", "reach", name, "share")
            reason = f"The floors on these contacts come to {sums[key]:g} of them."
            yield Finding("SG631", at, reason, "Lower them, unless somebody belongs to several.")
