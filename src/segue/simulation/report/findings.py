"""Findings: a simulation that was run, what it was run with, and what varying its assumptions did."""

from msgspec import Struct

from segue import __version__
from segue.core.world import workspace_revision
from segue.measurement.drawing.frame import SERIES
from segue.model.time import format_instant
from segue.simulation.sensitivity import Varied
from segue.simulation.side_by_side import SideBySide
from segue.simulation.spec import ArmDeclared, Simulation, SimulationSpec


class ArmRun(Struct, frozen=True, kw_only=True):
    """What an arm was run with.

    Attributes:
        workspace, policy: their names.
        revision: of the workspace, with what the arm changes of it.
    """

    arm: str
    workspace: str
    policy: str
    groups: dict[str, float]
    revision: str


class Findings(Struct, frozen=True, kw_only=True):
    """All that a report tells.

    Attributes:
        spec: what the file says, with what the command line said instead.
        begin: the first day.
        command: runs the same again.
        varied: empty where nothing was varied.
        unheard: events that the market told of and no arm's workspace declares.
    """

    result: SideBySide
    spec: SimulationSpec
    begin: str
    arms: tuple[ArmRun, ...]
    command: str
    version: str = __version__
    varied: tuple[Varied, ...] = ()
    unheard: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """The arms that are compared with the baseline."""
        return tuple(arm for arm in self.result.arms if arm != self.result.baseline)

    def series(self, arm: str) -> int:
        """Return the colour and shape of an arm; 0 is the baseline's, the others' repeat where there are many."""
        return 0 if arm == self.result.baseline else 1 + self.others.index(arm) % (SERIES - 1)


def findings_of(
    simulation: Simulation, result: SideBySide, *, command: str, varied: tuple[Varied, ...] = ()
) -> Findings:
    """Return what the report of ``result`` tells."""
    arms = tuple(
        ArmRun(
            arm=arm,
            workspace=workspace.name,
            policy=workspace.policy.name,
            groups=simulation.spec.arms.get(arm, ArmDeclared()).groups,
            revision=workspace_revision(workspace),
        )
        for arm, workspace in simulation.arms.items()
    )
    return Findings(
        result=result,
        spec=simulation.spec,
        begin=format_instant(simulation.setting.begin),
        arms=arms,
        command=command,
        varied=varied,
        unheard=_unheard(simulation, result),
    )


def _unheard(simulation: Simulation, result: SideBySide) -> tuple[str, ...]:
    """Return the events of the market that nobody declares, but for those that only say who somebody is."""
    told = {name.partition("/")[2] for each in result.counted.values() for name in each if name.startswith("event/")}
    declared = {name for workspace in simulation.arms.values() for name in workspace.events}
    return tuple(sorted(told - declared - {"signed_up", "signed_in"}))
