"""Hand-over: the gate once more, right before a message leaves. What changed since the decision wins."""

from segue.core.arbitration.gate import Gate
from segue.core.arbitration.rules.alive import interruption
from segue.core.arbitration.rules.contact_point import contact_point_of
from segue.core.arbitration.rules.held_out import check_held_out
from segue.core.decisioning.assignment import is_kept
from segue.core.delivery.outbox import outliving
from segue.core.facts import Fact
from segue.core.profiles import zone_of
from segue.core.view import View
from segue.core.world import World
from segue.model.commands import Deliver
from segue.model.customers import Customer, InFlight
from segue.model.decisions import Reason
from segue.model.time import Instant


def recheck(customer: Customer, command: Deliver, *, now: Instant, world: World) -> Reason | None:
    """Return why ``command`` must not be handed over now, None when it may.

    Asked after ``attempting`` is durable and right before the channel is called; a reason is reported back as
    ``withdrawn``, and the core decides whether the message only has to wait.
    """
    flight = next((f for f in customer.outbox.in_flight if f.candidate.delivery_id == command.delivery_id), None)
    if flight is None:
        return Reason.JOURNEY_STOPPED
    if flight.cancelled:
        return interruption(flight.cancelled)
    if now > command.expires_at:
        return Reason.EXPIRED
    return _judge(customer, flight, now, world) or _check_holdouts(customer, flight, command, now, world)


def _judge(customer: Customer, flight: InFlight, now: Instant, world: World) -> Reason | None:
    profile = customer.profile
    nothing_new = Fact("", {}, {}, now)
    view = View(profile, nothing_new, now, zone_of(profile, world.workspace), world.shared)
    runs: dict[str, object] = {run.run_id: run for run in customer.enrollments.runs}
    ledger, memberships = customer.contacts.ledger, customer.outbox.memberships
    gate = Gate(view, profile, ledger, runs, {}, world.actions, world.contact_rules, memberships)
    # Its run may have come to its end since: only an interruption counts against a message in flight.
    verdict = gate.judge(outliving(flight.candidate, runs, {}))
    return None if verdict is None else verdict.reason


def _check_holdouts(
    customer: Customer, flight: InFlight, command: Deliver, now: Instant, world: World
) -> Reason | None:
    """Look at whoever is held out by now: the customer, or another owner of the address that the message goes to."""
    action, variant = world.actions[command.action], world.variants[command.action, command.channel]
    if not action.is_obliged and is_kept(customer, command.channel, flight.candidate.source, world.workspace, now):
        return Reason.HOLDOUT
    if not world.shared.held_out:
        return None
    point, holdouts = contact_point_of(variant, command.address), world.workspace.holdouts
    verdict = check_held_out(action, variant, flight.candidate.source, (point,), world.shared.held_out, holdouts)
    return None if verdict is None else verdict.reason
