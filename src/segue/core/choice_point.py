"""The choice that a journey's step asks a policy to make: which way its run goes. Recorded like every decision."""

from segue.core.decision_point import Decided, Occasion, record
from segue.core.decisioning.choose import choose
from segue.core.decisioning.context import Context, read_context
from segue.core.journeys.moves import Question
from segue.core.view import View
from segue.core.world import World
from segue.model.customers import Answer, Contacts
from segue.model.decisions import SILENCE, Considered, Reason
from segue.model.ids import DecisionId, derive


def choose_way(question: Question, view: View, contacts: Contacts, occasion: Occasion, world: World) -> Decided:
    """Return the policy's choice among the ways of ``question``, and silence for none of them.

    It concerns no contact: the gate is not asked, and a held-out customer's run goes its way like everybody's.
    """
    slot = f"choose:{question.journey}/{question.step}"
    about = (occasion.customer_id, occasion.version, question.run_id, slot)
    decision_id = DecisionId(derive("decision", world.seed, *about))
    spec = world.workspace.policy
    values = read_context(view, contacts, world.context)
    context = Context(values, world.context.names, slot, view.now, world.learned)
    choice = choose(question.options, context, occasion.group, spec, world.policies, world.seed, decision_id)
    source = f"journey:{question.journey}"
    ways = choice.scored
    rows = [
        Considered(
            key=f"{source}/{question.run_id}/{way.action}" if way.action else SILENCE,
            action=way.action,
            channel="",
            source=source if way.action else SILENCE,
            scores={"priority": way.priority, **way.scores, "total": way.total} if way.action else {},
            probability=chance,
            suppressed=None if index == choice.index else Reason.LOST_ARBITRATION,
        )
        for index, (way, chance) in enumerate(zip(ways, choice.probabilities, strict=False))
    ]
    answer = Answer(question.run_id, question.occurrence, ways[choice.index].action)
    return Decided(record(decision_id, slot, tuple(rows), choice, occasion, world, context), None, (), (answer,))
