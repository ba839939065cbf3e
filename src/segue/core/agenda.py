"""The agenda of one transition: what has to be decided now, in which order.

What is due or newly proposed is put together slot by slot; then the audiences that follow the themes which have just
had a contact; last the choices that journeys ask for.
"""

from hashlib import blake2b

import msgspec

from segue.core.arbitration.gate import Gate
from segue.core.arbitration.rules.paused import pause_end
from segue.core.choice_point import choose_way
from segue.core.decision_point import Decided, Occasion, decide
from segue.core.decisioning.assignment import assign, is_kept
from segue.core.decisioning.candidates import for_placement, from_rules
from segue.core.decisioning.followers import join_followers
from segue.core.decisioning.worth import Worth
from segue.core.delivery.outbox import next_due, open_outbox
from segue.core.delivery.outcomes import Absorbed
from segue.core.journeys.run import Progress
from segue.core.promises import Promises
from segue.core.triggers import Firing
from segue.core.view import View
from segue.core.world import World
from segue.model.customers import Customer, Membership
from segue.model.decisions import Candidate, Reason
from segue.model.events import DecisionRequested, Event, Merged


def is_quiet(
    customer: Customer,
    before: Customer,
    event: Event,
    view: View,
    firings: tuple[Firing, ...],
    progress: Progress,
    absorbed: Absorbed,
    world: World,
) -> bool:
    """Tell whether nothing can be due or proposed, as after most events: then there is no agenda."""
    if progress.proposals or progress.ended or progress.questions or absorbed.reconsider or absorbed.answers:
        return False
    if progress.withdrawn or any(trigger in world.sources.rules for trigger, _ in progress.fired):
        return False
    for firing in firings:
        if firing.trigger in world.sources.rules:
            return False
    if isinstance(event, (DecisionRequested, Merged)) or before.profile.consents is not customer.profile.consents:
        return False
    outbox = customer.outbox
    if next_due(outbox) <= view.now:
        return False
    if outbox.memberships and (
        view.shared.held_out or any(_is_pointless(membership, view, world) for membership in outbox.memberships)
    ):
        return False
    for held in outbox.held:
        if held.reason == Reason.PAUSED_HELD or (view.is_here and held.reason == Reason.RECEPTIVE_DEFERRED):
            return False
    return not any(flight.waits_for == Reason.PAUSED_HELD for flight in outbox.in_flight)


def _is_pointless(membership: Membership, view: View, world: World) -> bool:
    """Tell whether what the membership is for has happened (bought, adopted), or is no longer there."""
    plan = world.actions.get(membership.action)
    return plan is None or (plan.converted is not None and view.holds(plan.converted))


class Agenda:
    """What is decided in one transition; `work_off` does it."""

    def __init__(
        self,
        before: Customer,
        customer: Customer,
        event: Event,
        view: View,
        firings: tuple[Firing, ...],
        progress: Progress,
        absorbed: Absorbed,
        world: World,
    ) -> None:
        self._before = before
        self._customer = customer
        self._event = event
        self._view = view
        self._firings = firings
        self._progress = progress
        self._world = world
        self._has_new_word = before.profile.consents is not customer.profile.consents or isinstance(event, Merged)
        self._gate = self._make_gate()
        self._opened = open_outbox(
            customer.outbox,
            progress.ended,
            progress.withdrawn,
            self._is_wanted,
            self._is_paused,
            customer.customer_id,
            view.now,
            is_here=view.is_here,
        )
        self._promises = Promises(customer, self._opened, self._gate, world, absorbed.answers)
        self._promises.resume(absorbed.reconsider)
        self._occasion: Occasion | None = None
        self._worth: Worth | None = None

    def work_off(self) -> Promises:
        """Decide everything, and return what has been promised."""
        by_slot = _by_slot(self._candidates(), self._world)
        if isinstance(self._event, DecisionRequested):
            by_slot.setdefault(f"placement:{self._event.placement}", [])
        for slot, candidates in by_slot.items():
            self._decide_slot(slot, candidates)
        self._follow_themes()
        for question in self._progress.questions:
            self._promises.make(
                choose_way(question, self._view, self._promises.contacts(), self._get_occasion(), self._world)
            )
        return self._promises

    def _follow_themes(self) -> None:
        """Let audiences follow the themes that something was promised for."""
        themes, followers = self._promises.themes(), self._world.followers
        if not any(theme in followers.audiences for theme in themes):
            return
        self._promises.prolong(themes)
        memberships, now = self._promises.outbox().memberships, self._view.now
        joining = join_followers(themes, memberships, followers, self._customer.customer_id, now)
        for slot, candidates in _by_slot(joining, self._world).items():
            self._decide(slot, candidates)

    def _decide_slot(self, slot: str, candidates: list[Candidate]) -> None:
        """Decide about one slot: once, or for a placement that asks for several, once for each place."""
        event = self._event
        places = event.count if isinstance(event, DecisionRequested) and slot.startswith("placement:") else 1
        left = candidates
        for place in range(1, max(1, places) + 1):
            decided = self._decide(slot if place == 1 else f"{slot}#{place}", left)
            winner = decided.winner
            left = [c for c in left if winner is None or c.action != winner.action]
            if winner is None or not left:
                break

    def _decide(self, slot: str, candidates: list[Candidate]) -> Decided:
        if self._worth is None:
            self._worth = Worth(
                self._view, self._promises.contacts(), self._world.worth, self._world.context, self._world.learned
            )
        decided = decide(slot, candidates, self._gate, self._worth, self._get_occasion(), self._world)
        self._promises.make(decided)
        return decided

    def _get_occasion(self) -> Occasion:
        """Return what all decisions of this transition share; the customer is assigned with the first of them."""
        if self._occasion is None:
            customer = self._customer
            assignment = assign(customer, self._world.workspace, self._view.now)
            self._promises.assign(assignment)
            self._occasion = Occasion(
                customer.customer_id,
                customer.version,
                self._event.event_id,
                assignment.group,
                assignment.unit,
                self._view.now,
                _input_hash(self._before, self._event, self._world),
            )
        return self._occasion

    def _candidates(self) -> list[Candidate]:
        world, now, event = self._world, self._view.now, self._event
        fired = [*((firing.trigger, firing.facts) for firing in self._firings), *self._progress.fired]
        proposed = [
            *self._progress.proposals,
            *from_rules(fired, world.sources, self._customer.customer_id, event.event_id, now),
        ]
        if world.worth.caps and proposed:
            self._promises.note_offers(_worths(proposed, world))
        candidates = [*self._opened.due, *proposed]
        if isinstance(event, DecisionRequested):
            candidates += for_placement(event, world.sources, self._shown(), now)
        return candidates

    def _shown(self) -> tuple[Membership, ...]:
        """Return the memberships whose runs do not stand still: what is paused shows nothing either."""
        paused, now = self._world.contact_rules.paused, self._view.now
        still = [r.run_id for r in self._customer.enrollments.runs if r.journey in paused or r.paused_until > now]
        return tuple(m for m in self._opened.outbox.memberships if m.run_id not in still)

    def _make_gate(self) -> Gate:
        customer, world = self._customer, self._world
        return Gate(
            self._view,
            customer.profile,
            customer.contacts.ledger,
            {run.run_id: run for run in customer.enrollments.runs},
            {end.run_id: end.reason for end in self._progress.ended},
            world.actions,
            world.contact_rules,
            customer.outbox.memberships,
            self._progress.withdrawn,
        )

    def _is_wanted(self, membership: Membership) -> bool:
        if _is_pointless(membership, self._view, self._world):
            return False
        if not self._has_new_word and not self._view.shared.held_out:
            return True
        customer, workspace, now = self._customer, self._world.workspace, self._view.now
        runs = customer.enrollments.runs
        source = next((f"journey:{run.journey}" for run in runs if run.run_id == membership.run_id), "")
        if not membership.is_ghost and is_kept(customer, membership.channel, source, workspace, now):
            return False
        return self._gate.permits(membership.action, membership.channel, source)

    def _is_paused(self, candidate: Candidate) -> bool:
        return pause_end(candidate, self._gate.runs, self._world.contact_rules.paused, self._view.now) > self._view.now


def _by_slot(candidates: list[Candidate], world: World) -> dict[str, list[Candidate]]:
    """Return the candidates by what they compete for, in the order in which the slots were first named."""
    slots: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        variant = world.variants.get((candidate.action, candidate.channel))
        slots.setdefault(variant.slot if variant is not None else "gone", []).append(candidate)
    return slots


def _worths(proposed: list[Candidate], world: World) -> list[float]:
    """Return what each proposed message is worth; channels of one proposal are one message."""
    worths: dict[str, float] = {}
    for candidate in proposed:
        variant = world.variants.get((candidate.action, candidate.channel))
        if variant is not None and variant.scored.takes_slot:
            known = worths.get(candidate.delivery_id, 0.0)
            worths[candidate.delivery_id] = max(known, variant.scored.total)
    return list(worths.values())


def _input_hash(before: Customer, event: Event, world: World) -> str:
    digest = blake2b(msgspec.msgpack.encode(before), digest_size=12, key=world.revision.encode())
    digest.update(msgspec.msgpack.encode(event))
    return digest.hexdigest()
