"""Contact rules: caps that can bite, over things that exist."""

from collections.abc import Iterator
from typing import get_args

from segue.model.catalogue import Category
from segue.model.contact_rules import Cap
from segue.model.time import parse_duration
from segue.workspace.checks.names import check_length, refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding
from segue.workspace.schema import suggest


def check_contact_rules(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``contact_rules.yaml``; a workspace without the file has the defaults, which are right."""
    if ("contact_rules", "") not in draft.documents or "contact_rules" in draft.broken:
        return
    rules = draft.workspace.contact_rules
    channels = draft.names("segue", "channels")
    if "caps" in draft.documents["contact_rules", ""].value:
        for index, cap in enumerate(rules.caps):
            yield from _check_cap(draft, index, cap)
        yield from _check_caps_together(draft, rules.caps)
    if "quiet_hours" in draft.documents["contact_rules", ""].value:
        for index, quiet in enumerate(rules.quiet_hours):
            place = ("quiet_hours", index)
            if quiet.start == quiet.end:
                at = draft.at("contact_rules", "", *place, "end")
                yield Finding("SG705", at, f"They start and end at {quiet.start}.", "Write when they end.")
            for position, channel in enumerate(quiet.channels):
                at = draft.at("contact_rules", "", *place, "channels", position)
                yield from refer("channel", channel, channels, at)
    for channel in rules.consent:
        if channel != "default":
            yield from refer("channel", channel, channels, draft.at_key("contact_rules", "", "consent", channel))


def _check_cap(draft: Draft, index: int, cap: Cap) -> Iterator[Finding]:
    yield from check_length(cap.window, draft.at("contact_rules", "", "caps", index, "window"))
    if (cap.window is None) == (cap.calendar is None):
        at = draft.at("contact_rules", "", "caps", index)
        words = "neither window nor calendar" if cap.window is None else "both window and calendar"
        yield Finding("SG707", at, f"The cap {cap.cap!r} says {words}.", "Write exactly one of the two.")
    if cap.only is None:
        return
    at = draft.at("contact_rules", "", "caps", index, "only")
    match cap.scope:
        case "all":
            reason = f"The cap counts all contacts together, so it cannot be only for {cap.only!r}."
            yield Finding("SG703", at, reason, "Add scope: what kind of thing this is.")
        case "channel":
            yield from refer("channel", cap.only, draft.names("segue", "channels"), at)
        case "action":
            yield from refer("action", cap.only, draft.names("action"), at)
        case "journey":
            yield from refer("journey", cap.only, draft.names("journey"), at)
        case "theme":
            yield from refer("theme", cap.only, draft.names("themes", "themes"), at)
        case "tag" if "action" not in draft.broken:
            tags = sorted({tag for action in draft.workspace.actions for tag in action.tags})
            yield from refer("tag", cap.only, tags, at)
        case "category":
            categories = get_args(Category)
            if cap.only not in categories:
                reason = f"There is no category {cap.only!r}."
                yield Finding("SG204", at, reason, suggest(cap.only, categories, "categories"))


def _check_caps_together(draft: Draft, caps: tuple[Cap, ...]) -> Iterator[Finding]:
    names: dict[str, int] = {}
    for index, cap in enumerate(caps):
        if cap.cap in names:
            at = draft.at("contact_rules", "", "caps", index, "cap")
            yield Finding("SG205", at, f"There is already a cap {cap.cap!r}.", "Give one of the two another name.")
        names.setdefault(cap.cap, index)
        for other in caps:
            if other is not cap and _never_bites(cap, other):
                at = draft.at("contact_rules", "", "caps", index, "limit")
                span = other.window or f"each {other.calendar}"
                reason = f"{other.cap!r} allows {other.limit} in {span} already, so this never bites."
                yield Finding("SG704", at, reason, "Lower the limit, or leave the cap out.")
                break


def _never_bites(cap: Cap, other: Cap) -> bool:
    is_alike = (cap.scope, cap.only, set(cap.counts)) == (other.scope, other.only, set(other.counts))
    covers = set(cap.obeys) <= set(other.obeys)
    is_longer = _is_longer(other, cap)
    is_tighter = (other.limit, other.cap) < (cap.limit, cap.cap)
    return is_alike and covers and is_longer and is_tighter


def _is_longer(other: Cap, cap: Cap) -> bool:
    """Tell whether the other cap counts over at least as long; rolling and calendar windows do not compare."""
    if other.window is not None and cap.window is not None:
        return parse_duration(other.window) >= parse_duration(cap.window)
    return other.calendar is not None and other.calendar == cap.calendar
