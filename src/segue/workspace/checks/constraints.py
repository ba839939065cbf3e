"""Constraints on actions: calendars that open, stock that something takes from, prerequisites that can be met."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from segue.core.catalogue import OBLIGED
from segue.core.windows import closes_at, compile_window, opens_at
from segue.model.catalogue import Action, Window
from segue.model.errors import SegueError
from segue.model.time import NEVER, Instant, parse_instant
from segue.workspace.checks.circles import circle
from segue.workspace.checks.names import check_length, refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place

_EARLIEST = Instant(0)


def check_constraints(draft: Draft) -> Iterator[Finding]:
    """Yield what keeps actions from ever being offered, and what nothing keeps to."""
    for action in draft.workspace.actions:
        for index, window in enumerate(action.calendar):
            yield from check_window(draft, window, "action", action.action, "calendar", index)
        yield from _check_stock(draft, action)
        yield from _check_requirements(draft, action)
        yield from _check_margin(draft, action)
    yield from _check_circles(draft)
    yield from _check_blackouts(draft)
    yield from _check_features(draft)


def check_window(draft: Draft, window: Window, kind: str, name: str, *path: str | int) -> Iterator[Finding]:
    """Yield what is wrong with a window at ``path`` of a definition."""
    at = draft.at(kind, name, *path)
    if window.begins is None and window.ends is None and not window.weekdays:
        yield Finding("SG618", at, "The window has neither begins, ends nor weekdays.", "Say when it is open.")
        return
    try:
        plan = compile_window(window, draft.workspace.zone)
    except SegueError as error:
        yield Finding("SG406", at, error.reason, error.instruction)
        return
    if opens_at([plan], _EARLIEST, draft.workspace.zone) == NEVER:
        yield Finding("SG617", at, "This window never opens.", "Let it end after it begins, on one of its weekdays.")


def _check_stock(draft: Draft, action: Action) -> Iterator[Finding]:
    name = action.action
    if action.stock is None:
        for field, default in (("stock_taken_by", "success"), ("stock_as_of", None)):
            if getattr(action, field) != default:
                at = draft.at("action", name, field)
                yield Finding("SG624", at, f"{name!r} has no stock.", f"Write stock, or leave {field} out.")
        return
    if action.stock_as_of is not None:
        try:
            parse_instant(action.stock_as_of)
        except SegueError as error:
            yield Finding("SG406", draft.at("action", name, "stock_as_of"), error.reason, error.instruction)
    at = draft.at("action", name, "stock")
    if action.stock_taken_by == "success" and not action.converted_by:
        reason = f"Nothing tells that one of {name!r} was sold."
        instruction = "Write converted_by: the event that takes one, or stock_taken_by: contact."
        yield Finding("SG622", at, reason, instruction)
    families = {draft.specs()[v.channel].family for v in action.variants if v.channel in draft.specs()}
    if action.stock_taken_by == "contact" and families and not families & {"message", "task"}:
        reason = f"{name!r} is neither sent nor done: no contact takes one."
        yield Finding("SG623", at, reason, "Count successes, or give it a message.")


def _check_requirements(draft: Draft, action: Action) -> Iterator[Finding]:
    known = {each.action: each for each in draft.workspace.actions}
    for index, requirement in enumerate(action.requires):
        place = ("requires", index)
        at = draft.at("action", action.action, *place, "action")
        yield from refer("action", requirement.action, draft.names("action"), at)
        yield from check_length(requirement.within, draft.at("action", action.action, *place, "within"))
        required = known.get(requirement.action)
        if requirement.has == "succeeded" and required is not None and not required.converted_by:
            reason = f"Nothing tells that {requirement.action!r} has succeeded."
            yield Finding("SG622", at, reason, "Write its converted_by, or has: delivered.")


def _check_margin(draft: Draft, action: Action) -> Iterator[Finding]:
    floor = draft.workspace.contact_rules.margin_floor
    if floor is None or action.category in OBLIGED:
        return
    if action.margin is None and any(variant.margin is None for variant in action.variants):
        at = draft.at("action", action.action, "action")
        reason = f"{action.action!r} has no margin, and the floor is {floor:g}."
        yield Finding("SG626", at, reason, "Write its margin: the share of the price that is left.")
    margins = [
        (("margin",), action.margin),
        *((("variants", i, "margin"), v.margin) for i, v in enumerate(action.variants)),
    ]
    for path, margin in margins:
        if margin is not None and margin < floor:
            at = draft.at("action", action.action, *path)
            reason = f"A margin of {margin:g} is below the floor of {floor:g}."
            yield Finding("SG625", at, reason, "It is not offered; give less away, or lower the floor.")


def _check_circles(draft: Draft) -> Iterator[Finding]:
    known = {action.action for action in draft.workspace.actions}
    required = {
        action.action: [each.action for each in action.requires if each.action in known]
        for action in draft.workspace.actions
    }
    told: set[str] = set()
    for name in required:
        way = circle(name, required)
        if way and not told & {*way}:
            told |= {*way}
            at = draft.at("action", name, "requires")
            yield Finding(
                "SG621", at, f"{' → '.join(way)} is a circle.", "Let one of them require nothing of the others."
            )


def _check_blackouts(draft: Draft) -> Iterator[Finding]:
    rules, channels = draft.workspace.contact_rules, draft.names("segue", "channels")
    names: Counter[str] = Counter()
    for index, blackout in enumerate(rules.blackouts):
        yield from check_window(draft, blackout, "contact_rules", "", "blackouts", index)
        for field, kind, known in (("channels", "channel", channels), ("actions", "action", draft.names("action"))):
            for position, name in enumerate(getattr(blackout, field)):
                yield from refer(kind, name, known, draft.at("contact_rules", "", "blackouts", index, field, position))
        names[blackout.blackout] += 1
        if names[blackout.blackout] == 2:
            at = draft.at("contact_rules", "", "blackouts", index, "blackout")
            yield Finding("SG205", at, f"There is already a blackout {blackout.blackout!r}.", "Give it another name.")
    for action in draft.workspace.actions:
        if action.calendar and _is_always_dark(draft, action):
            at = draft.at("action", action.action, "calendar")
            reason = f"Whenever {action.action!r} could be offered there is a blackout."
            yield Finding("SG620", at, reason, "Move its calendar, or leave it out of the blackout.")


def _is_always_dark(draft: Draft, action: Action) -> bool:
    """Tell whether blackouts cover all of an action's calendar, for customers in the workspace's zone."""
    zone = draft.workspace.zone
    try:
        windows = [compile_window(window, zone) for window in action.calendar]
        dark = [
            compile_window(each, zone)
            for each in draft.workspace.contact_rules.blackouts
            if action.category in each.obeys
            and not each.channels
            and action.action in (each.actions or (action.action,))
        ]
    except SegueError:
        return False
    now = opens_at(windows, _EARLIEST, zone)
    while dark and now < NEVER:
        light = closes_at(dark, now, zone)
        if light == now:
            return False
        now = opens_at(windows, light, zone) if light < NEVER else NEVER
    return bool(dark) and opens_at(windows, _EARLIEST, zone) < NEVER


def _check_features(draft: Draft) -> Iterator[Finding]:
    """Yield a finding for a content feature of one action whose name is almost that of another's."""
    users: dict[str, list[tuple[Action, Place]]] = {}
    for action in draft.workspace.actions:
        for name in action.features:
            users.setdefault(name, []).append((action, draft.at_key("action", action.action, "features", name)))
        for index, variant in enumerate(action.variants):
            for name in variant.features:
                at = draft.at_key("action", action.action, "variants", index, "features", name)
                users.setdefault(name, []).append((action, at))
    for name, places in users.items():
        if len({action.action for action, _ in places}) == 1 and (close := _alike(name, users)):
            reason = f"Only {places[0][0].action!r} has a content feature {name!r}."
            yield Finding("SG627", places[0][1], reason, f"Did you mean {close!r}?")


def _alike(name: str, users: dict[str, list[tuple[Action, Place]]]) -> str:
    def count(other: str) -> int:
        return len({action.action for action, _ in users[other]})

    others: Sequence[str] = [other for other in users if other != name and count(other) > 1]
    return next(iter(get_close_matches(name, others, n=1, cutoff=0.8)), "")
