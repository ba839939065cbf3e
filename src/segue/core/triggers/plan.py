"""Compile triggers and index them by the event they listen to, so that an event nobody listens to costs nothing."""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.expressions import Compiled, Node, Scope, compile_library, parse, state_key
from segue.core.expressions.nodes import Reference
from segue.core.triggers.absences import AbsencePlan
from segue.core.triggers.audiences import AudiencesPlan, compile_audiences
from segue.core.triggers.counts import AnyCountPlan, CountByPlan, CountPlan
from segue.core.triggers.events import EventPlan, compile_events
from segue.core.triggers.hidden import hidden_features, hidden_name
from segue.core.triggers.schedules import SchedulePlan, compile_schedule
from segue.core.triggers.trait_changes import TraitPlan
from segue.model.catalogue import EventSpec, FeatureSpec, ValueType
from segue.model.errors import ExpressionError
from segue.model.time import NEVER, parse_duration
from segue.model.triggers import (
    AbsenceTrigger,
    ApiTrigger,
    AudienceTrigger,
    CountTrigger,
    EventTrigger,
    ScheduleTrigger,
    TraitTrigger,
    Trigger,
)
from segue.model.workspace import Workspace


class Listeners(Struct, frozen=True):
    """The triggers that listen to one event."""

    events: EventPlan | None
    absences: tuple[AbsencePlan, ...]
    counts: tuple[AnyCountPlan, ...]


class TriggerPlan(Struct, frozen=True):
    """All triggers of a workspace, compiled.

    Attributes:
        enrolling: the trigger that a request to enter fires, by the journey that is asked for.
        has_timers: a customer has something to watch without any event: audiences, schedules.
        late_after: microseconds after which an event that arrives is history, and fires nothing.
    """

    by_event: dict[str, Listeners]
    traits: tuple[TraitPlan, ...]
    audiences: AudiencesPlan | None = None
    schedules: tuple[SchedulePlan, ...] = ()
    enrolling: dict[str, str] = {}
    has_timers: bool = False
    late_after: int = NEVER


def compile_triggers(named: Mapping[str, Trigger], workspace: Workspace) -> TriggerPlan:
    """Return the plan of the triggers ``named``.

    Args:
        workspace: its traits, events and features type the conditions; `hidden_features` may be among them or not.

    Raises:
        ExpressionError: a condition does not parse, a trait trigger names an undeclared trait, or an audience trigger
            an audience without a condition.
    """
    return _Compiler(named, workspace).plan()


class _Compiler:
    def __init__(self, named: Mapping[str, Trigger], workspace: Workspace) -> None:
        self.named = named
        self.workspace = workspace
        self.hidden = hidden_features(named)
        self.features: dict[str, FeatureSpec] = {**workspace.features, **self.hidden}

    def plan(self) -> TriggerPlan:
        events = [t.event for t in self.named.values() if isinstance(t, (EventTrigger, AbsenceTrigger, CountTrigger))]
        events += [t.then_not for t in self.named.values() if isinstance(t, AbsenceTrigger)]
        absences = [self._absence(n, t) for n, t in self.named.items() if isinstance(t, AbsenceTrigger)]
        counts = [(t.event, self._count(n, t)) for n, t in self.named.items() if isinstance(t, CountTrigger)]
        audiences, schedules = self._audiences(), self._schedules()
        return TriggerPlan(
            by_event={
                event: Listeners(
                    events=self._events(event),
                    absences=tuple(plan for plan in absences if event in (plan.event, plan.then_not)),
                    counts=tuple(plan for counted, plan in counts if counted == event),
                )
                for event in dict.fromkeys(events)
            },
            traits=tuple(self._trait(n, t) for n, t in self.named.items() if isinstance(t, TraitTrigger)),
            audiences=audiences,
            schedules=schedules,
            enrolling=self._enrolling(),
            has_timers=audiences is not None or bool(schedules),
            late_after=parse_duration(self.workspace.late_after),
        )

    def _events(self, event: str) -> EventPlan | None:
        listening = {n: t for n, t in self.named.items() if isinstance(t, EventTrigger) and t.event == event}
        return compile_events(listening, self._scope(event), self.features) if listening else None

    def _absence(self, name: str, trigger: AbsenceTrigger) -> AbsencePlan:
        memory = self.hidden.get(hidden_name(name))
        return AbsencePlan(
            name=name,
            event=trigger.event,
            then_not=trigger.then_not,
            within=parse_duration(trigger.within),
            when=self._condition(trigger.when, self._scope(trigger.event)),
            then_not_when=self._condition(trigger.then_not_when, self._scope(trigger.then_not)),
            last_key=state_key(hidden_name(name), memory) if memory else "",
        )

    def _count(self, name: str, trigger: CountTrigger) -> AnyCountPlan:
        if trigger.by is not None:
            key = state_key(hidden_name(name), self.hidden[hidden_name(name)])
            return CountByPlan(name, trigger.at_least, trigger.by, key, parse_duration(trigger.within))
        count = Reference("feature", hidden_name(name), "number")
        return CountPlan(name, trigger.at_least, compile_library({name: count}, self.features)[name])

    def _trait(self, name: str, trigger: TraitTrigger) -> TraitPlan:
        spec = self.workspace.traits.get(trigger.trait)
        if spec is None:
            reason = f"Trigger {name!r} watches the trait {trigger.trait!r}, which is not declared."
            raise ExpressionError(reason, "Declare it in traits.yaml, with its type.")
        return TraitPlan(name, trigger.trait, self._condition(trigger.when, self._scope("", {"old": spec.type})))

    def _audiences(self) -> AudiencesPlan | None:
        named = {n: t for n, t in self.named.items() if isinstance(t, AudienceTrigger)}
        declared = {audience.audience: audience.when for audience in self.workspace.audiences}
        conditions: dict[str, Node] = {}
        for name, trigger in named.items():
            source = declared.get(trigger.audience)
            if source is None:
                reason = f"Trigger {name!r} watches the audience {trigger.audience!r}, which has no condition."
                raise ExpressionError(reason, f"Give it a `when`, in audiences/{trigger.audience}.yaml.")
            conditions[trigger.audience] = parse(source, self._scope("", has_event=False), "boolean")
        return compile_audiences(named, conditions, self.features)

    def _schedules(self) -> tuple[SchedulePlan, ...]:
        scope = self._scope("", has_event=False)
        return tuple(
            compile_schedule(name, trigger, self._condition(trigger.when, scope))
            for name, trigger in self.named.items()
            if isinstance(trigger, ScheduleTrigger)
        )

    def _enrolling(self) -> dict[str, str]:
        openers = {j.journey: j.entry.trigger or f"journey:{j.journey}" for j in self.workspace.journeys}
        return {journey: name for journey, name in openers.items() if isinstance(self.named.get(name), ApiTrigger)}

    def _condition(self, source: str | None, scope: Scope) -> Compiled | None:
        if source is None:
            return None
        return compile_library({source: parse(source, scope, "boolean")}, self.features)[source]

    def _scope(self, event: str, extra: Mapping[str, ValueType] = {}, *, has_event: bool = True) -> Scope:
        return Scope(
            traits={name: spec.type for name, spec in self.workspace.traits.items()},
            features=self.features,
            event=self.workspace.events.get(event, EventSpec()).properties,
            has_event=has_event,
            extra=extra,
        )
