"""choose: the policy picks the next step; its silence goes the other way."""

from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.journeys.moves import Ask, Go, Move, Question, StepPlan, Surroundings
from segue.model.errors import SegueError
from segue.model.runs import Run
from segue.model.steps import Choose


class ChoosePlan(StepPlan, frozen=True):
    """A compiled choice. `Run.best` holds a word heard while standing still: 1 + its index, one more for silence."""

    step: str
    options: tuple[Scored, ...]
    ways: tuple[str, ...]
    otherwise: str

    def arrive(self, run: Run, around: Surroundings) -> Move:
        """Ask the policy."""
        return Ask(Question(run.run_id, run.visits, run.journey, self.step, self.options))

    def resume(self, run: Run, around: Surroundings) -> Move | None:
        """Go the way that was chosen."""
        best = self.hear(run, around).best
        if not best:
            return None
        if best > len(self.options):
            return Go(self.otherwise)
        return Go(self.ways[best - 1], detail=self.options[best - 1].action)

    def hear(self, run: Run, around: Surroundings) -> Run:
        """Note the policy's word."""
        word = around.answers.get((run.run_id, run.visits))
        if word is None:
            return run
        return replace(run, best=1 + self._index(word), wake_at=around.view.now)

    def adopt(self, run: Run, earlier: "ChoosePlan") -> Run:
        """Keep the word under its name; an option that is gone is silence."""
        if not run.best:
            return run
        chosen = [option.action for option in earlier.options[run.best - 1 : run.best]]
        return replace(run, best=1 + self._index(chosen[0] if chosen else ""))

    def rejoin(self, run: Run, around: Surroundings) -> Run:
        """Wait for the word."""
        return run

    def _index(self, word: str) -> int:
        names = [option.action for option in self.options]
        return names.index(word) if word in names else len(names)


def compile_choose(step: Choose) -> ChoosePlan:
    """Return the plan of ``step``.

    Raises:
        SegueError: there is no option, or two have one name.
    """
    names = [option.option for option in step.options]
    if not names or len(names) != len(set(names)):
        raise SegueError(f"Step {step.id!r} needs options, each with a name of its own.", "Give it at least one.")
    return ChoosePlan(
        step=step.id,
        options=tuple(Scored(o.option, "", float(o.priority), o.value) for o in step.options),
        ways=tuple(option.next for option in step.options),
        otherwise=step.otherwise,
    )
