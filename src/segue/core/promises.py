"""Promises: what a transition's decisions commit to, gathered before the customer is frozen again.

A message reserves its slot in the contact ledger and goes in flight; an audience or a placement gains a member; what
waits is held.
"""

from msgspec.structs import replace

from segue.core.arbitration.gate import Gate
from segue.core.arbitration.ledger import note_offers, release, renew, reserve
from segue.core.arbitration.rules.alive import interruption
from segue.core.arbitration.rules.contact_point import address_of, contact_point_of
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import MESSAGE_SLOT, ActionPlan, VariantPlan
from segue.core.decision_point import SENT, Decided
from segue.core.decisioning.assignment import is_kept
from segue.core.decisioning.followers import prolong
from segue.core.delivery.commands import create_task, deliver, identifiers_of, join_audience
from segue.core.delivery.outbox import Opened, outliving
from segue.core.delivery.outcomes import CARRIED_OUT, answer_to_end
from segue.core.shared import chances, fold, offered, promised, undone
from segue.core.windows import closes_at
from segue.core.world import World
from segue.model.assignments import Assignment
from segue.model.commands import Command
from segue.model.customers import Answer, Contacts, Customer, Held, InFlight, Membership, Outbox
from segue.model.decisions import Candidate, Decision, Reason
from segue.model.ids import DecisionId
from segue.model.shared import Tally
from segue.model.time import NEVER, Instant
from segue.model.transitions import Abandoned

FAVOURABLE = (SENT, CARRIED_OUT)
"""Words that stand whatever became of the proposal on other channels."""


class Promises:
    """The scratch pad of one transition's decision half."""

    def __init__(
        self, customer: Customer, opened: Opened, gate: Gate, world: World, answers: tuple[Answer, ...] = ()
    ) -> None:
        self._customer = customer
        self._assignment = customer.assignment
        self._abandoned = tuple(_abandoned(flight, interruption(why)) for flight, why in opened.dropped)
        self._gate = gate
        self._world = world
        self._contacts: Contacts = customer.contacts
        self._held: list[Held] = list(opened.outbox.held)
        self._in_flight: list[InFlight] = list(opened.outbox.in_flight)
        self._memberships: list[Membership] = list(opened.outbox.memberships)
        self._answers: dict[tuple[str, int], Answer] = {(a.run_id, a.occurrence): a for a in answers}
        self._decisions: list[Decision] = []
        self._commands: list[Command] = list(opened.commands)
        self._tallies: list[Tally] = []
        self._themes: dict[str, None] = {}
        for flight, _ in opened.dropped:
            self._free(flight)
        for flight in opened.retries:
            self._contacts = renew(self._contacts, flight.candidate.delivery_id, gate.view.now)
            self._send(replace(flight, retry_at=NEVER, waits_for=""))
        gate.notice(self._contacts.ledger, tuple(self._memberships))

    def decisions(self) -> tuple[Decision, ...]:
        """Return the decisions made, in order."""
        return tuple(self._decisions)

    def commands(self) -> tuple[Command, ...]:
        """Return the commands, removals first."""
        return tuple(self._commands)

    def assign(self, assignment: Assignment) -> None:
        """Take note of the customer's standing group."""
        self._assignment = assignment

    def assignment(self) -> Assignment | None:
        """Return the customer's standing group afterwards."""
        return self._assignment

    def tallies(self) -> tuple[Tally, ...]:
        """Return what the promises add to shared quantities."""
        return tuple(self._tallies)

    def themes(self) -> tuple[str, ...]:
        """Return the themes that something was promised for, in order."""
        return tuple(self._themes)

    def abandoned(self) -> tuple[Abandoned, ...]:
        """Return the messages between two attempts whose run was interrupted, or whose action is gone."""
        return self._abandoned

    def contacts(self) -> Contacts:
        """Return the contact ledger afterwards."""
        return self._contacts

    def outbox(self) -> Outbox:
        """Return the outbox afterwards."""
        waiting = {(held.candidate.run_id, held.candidate.occurrence) for held in self._held}
        answers = tuple(a for key, a in self._answers.items() if a.word in FAVOURABLE or key not in waiting)
        return Outbox(tuple(self._held), tuple(self._in_flight), tuple(self._memberships), answers)

    def note_offers(self, worths: list[float]) -> None:
        """Take note of messages that were proposed, by what each is worth: from them follows what to expect."""
        now = self._gate.view.now
        if worths:
            self._tallies.extend(offered(self._contacts, MESSAGE_SLOT, worths, now))
            self._contacts = note_offers(self._contacts, len(worths), now)

    def prolong(self, themes: tuple[str, ...]) -> None:
        """Let the memberships that follow ``themes`` last as long as these do from now on."""
        now = self._gate.view.now
        self._memberships = prolong(themes, self._memberships, self._world.followers, now)

    def resume(self, withdrawn: tuple[InFlight, ...]) -> None:
        """Judge messages that were withdrawn at hand-over again: those that only have to wait are tried later."""
        gate = self._gate
        for flight in withdrawn:
            verdict = gate.judge(outliving(flight.candidate, gate.runs, gate.ended)) or self._kept(flight)
            retry_at = gate.view.now if verdict is None else verdict.until
            if retry_at and retry_at <= flight.expires_at:
                why = "" if verdict is None else verdict.reason
                later = max(retry_at, gate.view.now)
                self._in_flight.append(replace(flight, attempt=flight.attempt + 1, retry_at=later, waits_for=why))
            else:
                if flight.may_have_arrived:  # the ledger has it as withdrawn, which says too much
                    why_not = Reason.EXPIRED if verdict is None else verdict.reason
                    self._abandoned = (*self._abandoned, _abandoned(flight, why_not))
                self._give_up(flight)

    def make(self, decided: Decided) -> None:
        """Promise what ``decided`` says."""
        self._decisions.append(decided.decision)
        self._held.extend(decided.held)
        for answer in decided.answers:
            key = (answer.run_id, answer.occurrence)
            if answer.word in FAVOURABLE or key not in self._answers:
                self._answers[key] = answer
        if self._world.shared_plan.reaches:
            eligible = [(row.action, row.channel) for row in decided.decision.considered if row.scores and row.action]
            self._tally(chances(self._world.shared_plan, eligible, self._gate.view))
        if decided.winner is not None:
            self._carry_out(decided.winner, decided.decision)

    def _carry_out(self, winner: Candidate, decision: Decision) -> None:
        action = self._world.actions[winner.action]
        variant = action.variants[winner.channel]
        if action.action.theme:
            self._themes[action.action.theme] = None
        if not decision.is_ghost:
            self._take(action, variant)
        match variant.channel.family:
            case "message":
                if variant.interrupts:
                    self._reserve(winner, action, variant, decision)
                if not decision.is_ghost:
                    self._send(self._flight(winner, action, decision))
            case "task":
                self._reserve(winner, action, variant, decision)
                if not decision.is_ghost:
                    customer = self._customer
                    self._commands.append(
                        create_task(winner, decision.decision_id, variant, customer.customer_id, customer.profile)
                    )
            case "audience":
                self._join("audience", variant.variant.audience or "", winner, decision)
            case "placement":
                if winner.run_id:
                    self._join("placement", variant.variant.placement or "", winner, decision)

    def _reserve(self, winner: Candidate, action: ActionPlan, variant: VariantPlan, decision: Decision) -> None:
        address = address_of(variant, self._customer.profile)
        self._contacts = reserve(
            self._contacts,
            winner,
            action,
            variant,
            decision.at,
            is_ghost=decision.is_ghost,
            contact_point=contact_point_of(variant, address),
            memory=self._world.contact_rules.memory,
        )
        self._gate.notice(self._contacts.ledger)

    def _flight(self, winner: Candidate, action: ActionPlan, decision: Decision) -> InFlight:
        return InFlight(
            candidate=winner,
            decision_id=DecisionId(decision.decision_id),
            attempt=1,
            decided_at=decision.at,
            expires_at=Instant(decision.at + action.expires_after),
            retry_at=NEVER,
        )

    def _kept(self, flight: InFlight) -> Verdict | None:
        """Refuse what a holdout keeps from this customer by now: there is nothing that it could wait for."""
        sent, customer, world = flight.candidate, self._customer, self._world
        if self._world.actions[sent.action].is_obliged:
            return None
        is_held_out = is_kept(customer, sent.channel, sent.source, world.workspace, self._gate.view.now)
        return Verdict(Reason.HOLDOUT) if is_held_out else None

    def _send(self, flight: InFlight) -> None:
        action = self._world.actions.get(flight.candidate.action)
        variant = action.variants.get(flight.candidate.channel) if action is not None else None
        if action is None or variant is None:
            self._abandoned = (*self._abandoned, _abandoned(flight, Reason.MIGRATED_OUT))
            self._give_up(flight)
            return
        customer = self._customer
        address = address_of(variant, customer.profile)
        self._in_flight.append(flight)
        self._commands.append(deliver(flight, action, variant, customer.customer_id, customer.profile, address))

    def _give_up(self, flight: InFlight) -> None:
        """Try a message no more: its slot is free again, and its run is told."""
        self._free(flight)
        for answer in answer_to_end(flight):
            self._answers[answer.run_id, answer.occurrence] = answer

    def _free(self, flight: InFlight) -> None:
        """Give back what a message that is given up has taken, if nothing of it was sent."""
        if flight.may_have_arrived:
            return
        self._contacts = release(self._contacts, (flight.candidate.delivery_id,))
        sent, view = flight.candidate, self._gate.view
        self._tally(undone(self._world.shared_plan, sent.action, sent.channel, flight.decided_at, view))

    def _end_of_season(self, action: str) -> Instant:
        """Return when the action's calendar closes; what has joined leaves with it."""
        season, view = self._world.contact_rules.seasons.get(action), self._gate.view
        return NEVER if season is None else closes_at(season.windows, view.now, view.zone)

    def _take(self, action: ActionPlan, variant: VariantPlan) -> None:
        """Take what carrying it out needs of what is shared; what is judged next sees it."""
        self._tally(promised(self._world.shared_plan, action, variant, self._gate.view))

    def _tally(self, tallies: tuple[Tally, ...]) -> None:
        if tallies:
            self._tallies.extend(tallies)
            view = self._gate.view
            view.shared = fold(view.shared, tallies, view.now, self._world.shared_plan)

    def _join(self, kind: str, target: str, winner: Candidate, decision: Decision) -> None:
        membership = Membership(
            kind=kind,
            target=target,
            channel=winner.channel,
            action=winner.action,
            since=decision.at,
            until=min(Instant(decision.at + winner.keep) if winner.keep else NEVER, self._end_of_season(winner.action)),
            delivery_id=winner.delivery_id,
            run_id=winner.run_id,
            is_ghost=decision.is_ghost,
            identifiers=identifiers_of(self._customer.profile) if kind == "audience" else {},
            joined_as=self._customer.customer_id,
        )
        self._memberships.append(membership)
        self._gate.notice(self._contacts.ledger, tuple(self._memberships))
        if kind == "audience" and not decision.is_ghost:
            self._commands.append(join_audience(membership, self._customer.customer_id, decision.at))


def _abandoned(flight: InFlight, why: Reason) -> Abandoned:
    delivery_id, channel = flight.candidate.delivery_id, flight.candidate.channel
    return Abandoned(delivery_id, flight.attempt, why, may_have_arrived=flight.may_have_arrived, channel=channel)
