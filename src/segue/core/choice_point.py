"""The choice that a journey's step asks a policy to make: which way its run goes. Recorded like every decision."""

from segue.core.catalogue import Scored
from segue.core.decision_point import Decided, Occasion, record
from segue.core.decisioning.choose import choose
from segue.core.decisioning.policies import POLICIES
from segue.core.journeys.moves import Question
from segue.core.view import View
from segue.core.world import World
from segue.model.customers import Answer
from segue.model.decisions import SILENCE, Considered, Reason
from segue.model.ids import DecisionId, derive


def choose_way(question: Question, view: View, occasion: Occasion, world: World) -> Decided:
    """Return the policy's choice among the ways of ``question``, and silence for none of them.

    It concerns no contact: the gate is not asked, and a held-out customer's run goes its way like everybody's.
    """
    slot = f"choose:{question.journey}/{question.step}"
    about = (occasion.customer_id, occasion.version, question.run_id, slot)
    decision_id = DecisionId(derive("decision", world.seed, *about))
    spec = world.workspace.policy
    choice = choose(question.options, view, occasion.group, spec, POLICIES, world.seed, decision_id)
    source = f"journey:{question.journey}"
    ways = [*question.options, Scored("", "", 0.0, 0.0)]
    rows = [
        Considered(
            key=f"{source}/{question.run_id}/{way.action}" if way.action else SILENCE,
            action=way.action,
            channel="",
            source=source if way.action else SILENCE,
            scores={"priority": way.priority, "total": way.total} if way.action else {},
            probability=chance,
            suppressed=None if index == choice.index else Reason.LOST_ARBITRATION,
        )
        for index, (way, chance) in enumerate(zip(ways, choice.probabilities, strict=False))
    ]
    answer = Answer(question.run_id, question.occurrence, ways[choice.index].action)
    return Decided(record(decision_id, slot, tuple(rows), choice, occasion, world), None, (), (answer,))
