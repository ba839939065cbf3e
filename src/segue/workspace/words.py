"""Words: triggers, steps and handlers said in one short line each, for drawings and differences."""

from segue.model.journeys import Entry, ExitRule, Handler
from segue.model.steps import (
    Branch,
    Choose,
    EventMatch,
    Exit,
    Goal,
    Goto,
    Propose,
    SetTrait,
    Split,
    Step,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.triggers import (
    AbsenceTrigger,
    ApiTrigger,
    AudienceTrigger,
    CountTrigger,
    EventTrigger,
    JourneyTrigger,
    ScheduleTrigger,
    TraitTrigger,
    Trigger,
)


def say_match(match: EventMatch | ExitRule | Handler) -> str:
    """Return an event with its condition."""
    return " if ".join(part for part in (match.event, match.when) if part)


def say_trigger(trigger: Trigger) -> str:
    """Return what fires."""
    match trigger:
        case EventTrigger():
            words, when = trigger.event, trigger.when
        case TraitTrigger():
            words, when = f"{trigger.trait} changes", trigger.when
        case AbsenceTrigger():
            first = _if(trigger.event, trigger.when)
            words, when = f"{first}, then for {trigger.within} no {trigger.then_not}", trigger.then_not_when
        case CountTrigger():
            of_one = f" of one {trigger.by}" if trigger.by is not None else ""
            words, when = f"{trigger.at_least} times {trigger.event}{of_one} in {trigger.within}", trigger.where
        case AudienceTrigger():
            words, when = f"{trigger.change} {trigger.audience}", None
        case ScheduleTrigger():
            words, when = _say_schedule(trigger), trigger.when
        case ApiTrigger():
            words, when = "asked for", None
        case JourneyTrigger():
            words, when = f"{trigger.journey} ends ({trigger.outcome})", None
    return _if(words, when)


def say_entry(entry: Entry) -> str:
    """Return what opens a journey, without its condition."""
    return say_trigger(entry.on) if entry.on is not None else str(entry.trigger)


def say_step(step: Step) -> str:
    """Return what a step does."""
    match step:
        case Wait():
            return _say_wait(step)
        case WaitFor(mode="collect"):
            return f"collect events for {step.within}"
        case WaitFor():
            return f"wait for an event, {step.within} at most"
        case Branch():
            return "branch"
        case Split():
            return f"split by chance ({step.experiment})" if step.experiment else "split by chance"
        case Choose():
            return "the policy chooses"
        case Propose():
            return _say_proposal(step)
        case SetTrait():
            return f"set {_say_values(step.set)}"
        case Webhook():
            return f"call {step.channel}"
        case Goto():
            return f"go to {step.to}, {step.at_most} times at most"
        case SubJourney():
            return f"journey {step.journey}" if step.wait else f"begin journey {step.journey}"
        case Goal():
            return "goal reached"
        case Exit():
            return "exit"


def say_handler(handler: Handler) -> str:
    """Return what an event does to a run in flight."""
    if handler.goto is not None:
        return f"go to {handler.goto}"
    if handler.hurry is not None:
        return f"hurry: {handler.hurry:.0%} of the wait is left" if handler.hurry else "end the wait"
    if handler.pause is not None:
        return f"pause for {handler.pause}"
    return f"set {_say_values(handler.set)}" if handler.set else "resume"


def _say_wait(step: Wait) -> str:
    if step.receptive is not None:
        return f"wait for a receptive hour, {step.receptive} at most"
    paced = ", paced" if step.paced else ""
    return f"wait {step.after}{paced}" if step.after is not None else f"wait until {step.at or step.until}"


def _say_proposal(step: Propose) -> str:
    what = " or ".join(step.proposed)
    if step.group is not None:
        return f"propose {what} on {', then '.join(step.group.order)}"
    where = f" on {' or '.join(step.channels)}" if step.channels else ""
    return f"propose {what}{where}{' at a receptive hour' if step.timing == 'receptive' else ''}"


def _say_schedule(trigger: ScheduleTrigger) -> str:
    days = f"on {', '.join(trigger.days)}" if trigger.days else "every day"
    if trigger.day_of_month is not None:
        days = f"on day {trigger.day_of_month} of the month"
    return f"{days} at {trigger.at}"


def _say_values(values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {source}" for name, source in values.items())


def _if(words: str, when: str | None) -> str:
    return f"{words} if {when}" if when else words
