"""One decision: judge every candidate of a slot, let the policy choose among those that may, record it all.

Mask first, then randomise: nothing after the draw vetoes, so the logged probability is the true one.
"""

from msgspec import Struct

from segue.core.arbitration.gate import Gate
from segue.core.arbitration.themes import live_themes
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import MESSAGE_SLOT, Scored, is_webhook
from segue.core.decisioning.assignment import kept_by
from segue.core.decisioning.candidates import named_apart
from segue.core.decisioning.choose import SILENT, Choice, choose, oblige
from segue.core.decisioning.context import Context
from segue.core.decisioning.worth import Worth
from segue.core.delivery.outcomes import CARRIED_OUT
from segue.core.world import World
from segue.model.customers import Answer, Held
from segue.model.decisions import SILENCE, Candidate, Considered, Decision, Reason
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, derive
from segue.model.time import MINUTE, Instant
from segue.model.workspace import Workspace

SENT = "sent"
NO_DELIVERY = DeliveryId("")


class Occasion(Struct, frozen=True):
    """What all decisions of one transition share."""

    customer_id: CustomerId
    version: int
    event_id: EventId
    group: str
    unit: str
    now: Instant
    input_hash: str


class Decided(Struct, frozen=True):
    """A decision and what follows from it.

    Attributes:
        winner: the chosen candidate; a ghost's too; None for silence.
        held: candidates that wait.
        answers: arbitration's words on the journeys' proposals that do not wait in this slot.
    """

    decision: Decision
    winner: Candidate | None
    held: tuple[Held, ...]
    answers: tuple[Answer, ...]


def decide(
    slot: str, candidates: list[Candidate], gate: Gate, worth: Worth, occasion: Occasion, world: World
) -> Decided:
    """Return the decision among ``candidates`` of ``slot`` and silence."""
    decision_id = DecisionId(derive("decision", world.seed, occasion.customer_id, occasion.version, slot))
    verdicts = gate.judge_all(candidates := named_apart(candidates))
    eligible = [index for index, verdict in enumerate(verdicts) if verdict is None]
    eligible = _on_theme(slot, candidates, verdicts, eligible, gate, world)
    if slot != MESSAGE_SLOT:  # what obliges is first in every slot that it may share with others
        eligible.sort(key=lambda index: not world.actions[candidates[index].action].is_obliged)
    scored = _worths([candidates[index] for index in eligible], worth, world)
    is_obliged = bool(eligible) and world.actions[candidates[eligible[0]].action].is_obliged
    if is_obliged or (eligible and is_webhook(candidates[eligible[0]].action)):  # a step's call is not weighed either
        choice = oblige(scored, world.seed, decision_id)
    else:
        spec = world.workspace.policy
        open_to = [candidates[index] for index in eligible]
        choice = choose(
            *(scored, worth.context(slot), occasion.group, spec, world.policies, world.seed, decision_id),
            _silence(open_to, scored, slot, worth, world),
            [world.variants[candidate.action, candidate.channel].scored.total for candidate in open_to],
        )
    winner = candidates[eligible[choice.index]] if choice.index < len(eligible) else None
    holdout = _kept_by(winner, occasion, world) if winner is not None and not is_obliged else None
    price = choice.scored[-1].total
    _cast_lots(candidates, verdicts, eligible, winner, holdout, price, occasion.now, world)
    _let_siblings_go(candidates, verdicts, winner)
    decision = record(
        decision_id,
        slot,
        _considered(candidates, verdicts, eligible, choice),
        choice,
        occasion,
        world,
        worth.context(slot),
        is_ghost=holdout is not None,
        delivery_id=winner.delivery_id if winner is not None else NO_DELIVERY,
    )
    held = tuple(
        [
            Held(candidate, verdict.until, verdict.reason)
            for candidate, verdict in zip(candidates, verdicts, strict=True)
            if verdict is not None and verdict.until
        ]
    )
    return Decided(decision, winner, held, _answers(candidates, verdicts, winner, held, is_ghost=holdout is not None))


def record(
    decision_id: DecisionId,
    slot: str,
    considered: tuple[Considered, ...],
    choice: Choice,
    occasion: Occasion,
    world: World,
    context: Context,
    *,
    is_ghost: bool = False,
    delivery_id: DeliveryId = NO_DELIVERY,
) -> Decision:
    """Return the record of a decision; ``considered`` in the order of the choice, with silence last."""
    chosen = next(row.key for row in considered if row.suppressed is None or (is_ghost and row.suppressed == "holdout"))
    return Decision(
        decision_id=decision_id,
        customer_id=occasion.customer_id,
        event_id=occasion.event_id,
        at=occasion.now,
        slot=slot,
        revision=world.revision,
        seed=world.seed,
        policy=choice.policy,
        group=occasion.group,
        considered=considered,
        chosen=chosen,
        probability=choice.probabilities[choice.index],
        is_exploration=choice.is_exploration,
        draw=choice.draw,
        input_hash=occasion.input_hash,
        is_ghost=is_ghost,
        fallback=choice.fallback,
        delivery_id=delivery_id,
        context=context.values,
        model=model_of(choice.policy, context, world.workspace),
    )


def model_of(policy: str, context: Context, workspace: Workspace) -> str:
    """Return the version of the model that ``policy`` used, "" for one without."""
    name = policy.partition("@")[0]
    if name == "bandit":
        return f"lessons:{context.learned.lessons}" if context.learned is not None else ""
    snapshot = workspace.models.get("long_term" if name == "value" else name)
    return snapshot.version if snapshot is not None else ""


def _kept_by(winner: Candidate, occasion: Occasion, world: World) -> str | None:
    """Return the holdout that keeps the winner from being carried out, "" for that of everything, None for none."""
    return kept_by(occasion.group, occasion.unit, winner.channel, winner.source, world.workspace)


def _on_theme(
    slot: str,
    candidates: list[Candidate],
    verdicts: list[Verdict | None],
    eligible: list[int],
    gate: Gate,
    world: World,
) -> list[int]:
    """Return whom a placement may choose: while a theme is live, what belongs to it goes before all else."""
    if len(eligible) < 2 or not slot.startswith("placement:"):
        return eligible
    live = live_themes(gate.ledger, gate.memberships, gate.view.now, world.contact_rules.themes)
    for theme in live:
        following = [index for index in eligible if world.actions[candidates[index].action].action.theme == theme]
        if following:
            for index in eligible:
                if index not in following:
                    verdicts[index] = Verdict(Reason.LOST_ARBITRATION, f"theme:{theme}")
            return following
    return eligible


def _cast_lots(
    candidates: list[Candidate],
    verdicts: list[Verdict | None],
    eligible: list[int],
    winner: Candidate | None,
    holdout: str | None,
    price: float,
    now: Instant,
    world: World,
) -> None:
    """Write down what befell each eligible candidate in the draw; nothing for a winner that is carried out."""
    if winner is None:
        for index in eligible:
            verdicts[index] = Verdict(Reason.SILENCE, "", _second_look(candidates[index], price, now, world))
        return
    lost = Verdict(Reason.LOST_ARBITRATION, winner.key)
    again = Instant(now + max(world.contact_rules.min_gap, MINUTE))
    for index in eligible:
        candidate = candidates[index]
        if candidate is winner:
            verdicts[index] = Verdict(Reason.HOLDOUT, holdout) if holdout is not None else None
        elif candidate.on_lost == "wait" and again <= candidate.deadline and not _is_sibling(candidate, winner):
            verdicts[index] = Verdict(Reason.LOST_ARBITRATION, winner.key, again)
        else:
            verdicts[index] = lost


def _let_siblings_go(candidates: list[Candidate], verdicts: list[Verdict | None], winner: Candidate | None) -> None:
    """Let nothing wait that belongs to the proposal of which something goes out: its reason is final."""
    if winner is None:
        return
    for index, candidate in enumerate(candidates):
        verdict = verdicts[index]
        if verdict is not None and verdict.until and _is_sibling(candidate, winner):
            verdicts[index] = Verdict(verdict.reason, verdict.detail)


def _second_look(candidate: Candidate, price: float, now: Instant, world: World) -> Instant:
    """Return when a candidate that a dear slot (``price``) was refused asks again, 0 for never.

    What the slot costs falls as the week goes by: it asks again after a quarter of the time it has left, and so ever
    sooner until its deadline.
    """
    again = Instant(now + max(world.contact_rules.min_gap, MINUTE, (candidate.deadline - now) // 4))
    return again if price > 0.0 and candidate.on_lost == "wait" and again <= candidate.deadline else Instant(0)


def _is_sibling(candidate: Candidate, winner: Candidate | None) -> bool:
    """Tell whether both belong to one proposal, of which one is sent at most."""
    return winner is not None and candidate.delivery_id == winner.delivery_id


def _considered(
    candidates: list[Candidate], verdicts: list[Verdict | None], eligible: list[int], choice: Choice
) -> tuple[Considered, ...]:
    rows: list[Considered] = []
    chances = dict(zip(eligible, zip(choice.probabilities, choice.scored, strict=True), strict=False))
    for index, candidate in enumerate(candidates):
        verdict, open_to = verdicts[index], chances.get(index)
        chance, scores = (open_to[0], open_to[1].scores) if open_to is not None else (0.0, {})
        names = (candidate.key, candidate.action, candidate.channel, candidate.source)
        if verdict is None:
            rows.append(Considered(*names, scores, chance))
        else:
            rows.append(Considered(*names, scores, chance, verdict.reason, verdict.detail, verdict.until))
    lost = None if choice.index == len(eligible) else Reason.LOST_ARBITRATION
    silence = choice.scored[-1]
    rows.append(Considered(SILENCE, "", "", SILENCE, silence.scores, choice.probabilities[-1], lost))
    return tuple(rows)


def _worths(eligible: list[Candidate], worth: Worth, world: World) -> list[Scored]:
    variants = [world.variants[candidate.action, candidate.channel] for candidate in eligible]
    if world.worth.is_static and not world.context.names:
        return [variant.scored for variant in variants]
    return [worth.of(world.actions[c.action], variant) for c, variant in zip(eligible, variants, strict=True)]


def _silence(eligible: list[Candidate], scored: list[Scored], slot: str, worth: Worth, world: World) -> Scored:
    """Return silence's score: for messages what the slot brings to most if it is kept."""
    if slot != MESSAGE_SLOT or not any(each.takes_slot for each in scored):
        return SILENT
    categories = dict.fromkeys(world.actions[candidate.action].action.category for candidate in eligible)
    return max((worth.silence(category) for category in categories), key=lambda each: each.total, default=SILENT)


def _answers(
    candidates: list[Candidate],
    verdicts: list[Verdict | None],
    winner: Candidate | None,
    held: tuple[Held, ...],
    *,
    is_ghost: bool,
) -> tuple[Answer, ...]:
    """Return the final word on each proposal: sent, or the first reason when none of its candidates waits any more.

    Of a ghost there will be no outcome: a run that waits for one is told at once that it was carried out.
    """
    waiting = [h.candidate.delivery_id for h in held]
    words: dict[str, Answer] = {}
    for candidate, verdict in zip(candidates, verdicts, strict=True):
        if not candidate.run_id or candidate.delivery_id in waiting:
            continue
        if _is_sibling(candidate, winner):
            word = CARRIED_OUT if is_ghost and candidate.is_reported else SENT
            words[candidate.delivery_id] = Answer(candidate.run_id, candidate.occurrence, word)
        elif verdict is not None and candidate.delivery_id not in words:
            words[candidate.delivery_id] = Answer(candidate.run_id, candidate.occurrence, verdict.reason)
    return tuple(words.values())
