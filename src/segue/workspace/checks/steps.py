"""Steps: each says what its kind needs, and what it names exists."""

from collections.abc import Callable, Iterator, Sequence

from segue.core.journeys.steps.wait import parse_local_time
from segue.model.catalogue import Action
from segue.model.errors import SegueError
from segue.model.steps import (
    Branch,
    Choose,
    Exit,
    Goto,
    MessageGroup,
    Propose,
    SetTrait,
    Split,
    Step,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.workspace.checks.names import check_event, check_length, refer
from segue.workspace.draft import Draft, split_settings
from segue.workspace.findings import Finding, Place
from segue.workspace.ways import ways_of

At = Callable[..., Place]
"""Returns the place of a path inside one step."""

_DURATIONS = ("within", "deadline", "keep", "receptive")
WEBHOOK = "webhook"


def check_step(draft: Draft, step: Step, at: At) -> Iterator[Finding]:
    """Yield what is wrong in one step by itself."""
    for field in _DURATIONS:
        yield from check_length(getattr(step, field, None), at(field))
    if step.next is not None and isinstance(step, Branch | Split | Choose | Exit):
        yield Finding("SG528", at("next"), f"A step of kind {kind_of(step)} has no use for next.", "Leave it out.")
    match step:
        case Wait():
            yield from _check_wait(step, at)
        case WaitFor():
            if not step.events:
                yield Finding("SG526", at("events"), f"Step {step.id!r} waits for nothing.", "Name at least one event.")
            for index, awaited in enumerate(step.events):
                yield from check_event(draft, awaited.event, at("events", index, "event"))
        case Split():
            yield from _check_split(step, at)
        case Choose():
            yield from _check_names("option", [option.option for option in step.options], "options", at)
        case Propose():
            yield from _check_propose(draft, step, at)
        case SetTrait():
            for trait in step.set:
                yield from refer("trait", trait, draft.names("features", "traits"), at("set", trait))
        case Webhook():
            yield from _check_webhook(draft, step, at)
        case Goto():
            if step.to == step.id:
                yield Finding("SG508", at("to"), f"{step.id!r} goes to itself.", "Name another step.")
        case SubJourney():
            yield from refer("journey", step.journey, draft.names("journey"), at("journey"))
        case _:
            pass
    if isinstance(step, Branch | Split | Choose) and len({way.to for way in ways_of(step, None)}) == 1:
        reason = f"Whatever {step.id!r} decides, the run goes to {ways_of(step, None)[0].to!r}."
        yield Finding("SG510", at("id"), reason, "Lead one of the ways to another step, or leave the step out.")


def kind_of(step: Step) -> str:
    """Return the kind of ``step``, as files write it."""
    return str(step.__struct_config__.tag)


def _check_wait(step: Wait, at: At) -> Iterator[Finding]:
    fields = ("after", "at", "until", "receptive")
    given = [field for field in fields if getattr(step, field) is not None]
    if len(given) != 1:
        reason = f"Step {step.id!r} says {' and '.join(given) or 'none of ' + ', '.join(fields)}."
        yield Finding("SG504", at(), reason, f"Write exactly one of {', '.join(fields)}.")
    yield from check_length(step.after, at("after"))
    if step.at is not None:
        try:
            parse_local_time(step.at)
        except SegueError as error:
            yield Finding("SG404", at("at"), error.reason, error.instruction)


def _check_split(step: Split, at: At) -> Iterator[Finding]:
    if sum(arm.weight for arm in step.arms) <= 0:
        reason = f"The arms of {step.id!r} weigh nothing together."
        yield Finding("SG512", at("arms"), reason, "Give at least one arm a weight above 0.")
    yield from _check_names("arm", [arm.arm for arm in step.arms], "arms", at)


def _check_names(what: str, names: Sequence[str], field: str, at: At) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name in names[:index]:
            reason = f"There is already an {what} {name!r}."
            yield Finding("SG513", at(field, index, what), reason, "Give one of the two another name.")


def _check_propose(draft: Draft, step: Propose, at: At) -> Iterator[Finding]:
    if (step.action is None) == (not step.actions):
        reason = f"Step {step.id!r} proposes {'nothing' if step.action is None else 'one action and several'}."
        yield Finding("SG509", at(), reason, "Write either `action`, or `actions` for a choice.")
    places = {step.action: at("action")} if step.action else {}
    places |= {name: at("actions", index) for index, name in enumerate(step.actions)}
    for name, place in places.items():
        yield from refer("action", name, draft.names("action"), place)
    proposed = [action for action in draft.workspace.actions if action.action in places]
    if len(proposed) == len(places) and places:
        yield from _check_offered(proposed, step.channels, at, "channels")
        yield from _check_some_channel(proposed, step, places)
    if step.group is not None:
        yield from _check_group(step.group, proposed, at)
        for index, match in enumerate(step.group.cancel_on):
            yield from check_event(draft, match.event, at("group", "cancel_on", index, "event"))
        if step.actions or step.channels:
            field = "actions" if step.actions else "channels"
            reason = f"A group is one action on the channels of its order; {field!r} says otherwise."
            yield Finding("SG515", at(field), reason, f"Leave out {field}.")


def _check_offered(proposed: Sequence[Action], channels: Sequence[str], at: At, *field: str) -> Iterator[Finding]:
    offered = {variant.channel for action in proposed for variant in action.variants}
    for index, channel in enumerate(channels):
        if channel not in offered:
            names = " or ".join(repr(action.action) for action in proposed)
            reason = f"There is no variant of {names} on {channel!r}."
            yield Finding("SG605", at(*field, index), reason, "Add the variant to the action, or name another channel.")


def _check_some_channel(proposed: Sequence[Action], step: Propose, places: dict[str, Place]) -> Iterator[Finding]:
    """Yield the actions of a choice that could never be chosen."""
    if len(proposed) < 2 or not step.channels:
        return
    for action in proposed:
        if not {variant.channel for variant in action.variants} & {*step.channels}:
            reason = f"Action {action.action!r} has a variant on none of these channels."
            yield Finding("SG605", places[action.action], reason, "Add one of them to the action, or leave it out.")


def _check_group(group: MessageGroup, proposed: Sequence[Action], at: At) -> Iterator[Finding]:
    if not group.order:
        yield Finding("SG515", at("group", "order"), "The group holds no channel.", "Name the channels in order.")
    if proposed:
        yield from _check_offered(proposed, group.order, at, "group", "order")
    for index, channel in enumerate(group.order):
        place = at("group", "order", index)
        if channel in group.order[:index]:
            yield Finding("SG612", place, f"{channel!r} stands twice in the order.", "Name it once.")


def _check_webhook(draft: Draft, step: Webhook, at: At) -> Iterator[Finding]:
    yield from refer("channel", step.channel, draft.names("segue", "channels"), at("channel"))
    settings = draft.segue.channels.get(step.channel)
    if settings is None:
        return
    channel_type, _ = split_settings(settings)
    if channel_type != WEBHOOK:
        reason = f"{step.channel!r} is a channel of type {channel_type}, not {WEBHOOK}."
        yield Finding("SG523", at("channel"), reason, f"Name a channel of type {WEBHOOK}.")
