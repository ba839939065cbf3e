"""Ways: where a run can go from each step of a journey, and why; what the checks walk and what is drawn."""

from itertools import zip_longest

from msgspec import Struct

from segue.model.journeys import Journey
from segue.model.steps import Branch, Choose, Exit, Goto, Propose, Split, Step, SubJourney, WaitFor, Webhook
from segue.workspace.words import say_match


class Way(Struct, frozen=True):
    """A way out of a step.

    Attributes:
        to: the step it leads to; None where the run ends.
        why: when it is taken, in few words; "" for the only one.
        path: where inside the step it is named.
        is_bounded: it is taken only so many times in one run.
    """

    to: str | None
    why: str = ""
    path: tuple[str | int, ...] = ("next",)
    is_bounded: bool = False


def all_ways(journey: Journey) -> dict[str, tuple[Way, ...]]:
    """Return the ways out of each step, by its id, in the order in which they are asked."""
    following = [step.id for step in journey.steps[1:]]
    return {step.id: ways_of(step, step.next or after) for step, after in zip_longest(journey.steps, following)}


def ways_of(step: Step, following: str | None) -> tuple[Way, ...]:
    """Return the ways out of one step; ``following`` is where it leads when nothing else is said."""
    match step:
        case WaitFor():
            events = (
                Way(each.next or following, say_match(each), ("events", index, "next"))
                for index, each in enumerate(step.events)
            )
            return (*events, Way(step.on_timeout or following, f"after {step.within}", ("on_timeout",)))
        case Branch():
            cases = (Way(case.next, case.when, ("cases", index, "next")) for index, case in enumerate(step.cases))
            return (*cases, Way(step.otherwise, "else", ("otherwise",)))
        case Split():
            whole = sum(arm.weight for arm in step.arms) or 1.0
            return tuple(
                Way(arm.next, f"{arm.arm} {arm.weight / whole:.0%}", ("arms", index, "next"))
                for index, arm in enumerate(step.arms)
            )
        case Choose():
            options = (Way(each.next, each.option, ("options", i, "next")) for i, each in enumerate(step.options))
            return (*options, Way(step.otherwise, "none of them", ("otherwise",)))
        case Propose():
            return _ways_of_proposal(step, following)
        case Webhook():
            return _or_else(following, "done", step.on_failure, "failed", "on_failure")
        case SubJourney():
            return _or_else(following, "not converted", step.on_converted, "converted", "on_converted")
        case Goto():
            times = "once" if step.at_most == 1 else f"{step.at_most} times at most"
            return Way(step.to, times, ("to",), is_bounded=True), Way(following, "then")
        case Exit():
            return ()
        case _:
            return (Way(following),)


def _ways_of_proposal(step: Propose, following: str | None) -> tuple[Way, ...]:
    capped = (Way(None, "a cap is reached", ("on_cap",)),) if step.on_cap == "exit" else ()
    return (*_or_else(following, "sent", step.on_skip, "not sent", "on_skip"), *capped)


def _or_else(on: str | None, well: str, instead: str | None, badly: str, field: str) -> tuple[Way, ...]:
    """Return the ordinary way and the other one; one alone where they are the same."""
    if instead is None or instead == on:
        return (Way(on),)
    return Way(on, well), Way(instead, badly, (field,))
