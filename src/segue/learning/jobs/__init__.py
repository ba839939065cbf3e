"""Jobs: train each kind of model from the log, judge it on a later period, and say whether it may be published.

They read frames and return values; `segue learn` writes what they return into the workspace.
"""

from collections.abc import Callable

from segue.learning.frames import Frame
from segue.learning.jobs.judging import Groups
from segue.learning.jobs.long_term import train_long_term
from segue.learning.jobs.propensity import train_propensity
from segue.learning.jobs.training import Gate, Training, card_of
from segue.learning.jobs.uplift import train_uplift
from segue.model.errors import SegueError
from segue.model.snapshots import ModelSnapshot
from segue.model.time import Instant
from segue.model.workspace import Workspace

Job = Callable[[Frame, Workspace, Instant, Groups | None], Training]

FRAME_JOBS: dict[str, Job] = {
    "propensity": train_propensity,
    "uplift": train_uplift,
    "long_term": train_long_term,
}
"""The jobs that learn from decisions, by the kind of model."""


def train(frame: Frame, workspace: Workspace, kind: str) -> ModelSnapshot | None:
    """Return a model of ``kind`` from ``frame``, whatever its gates say; None where the frame is not enough for one."""
    if not len(frame):
        return None
    try:
        return FRAME_JOBS[kind](frame, workspace, Instant(int(frame.closes_at.max())), None).snapshot
    except SegueError:
        return None


__all__ = ["FRAME_JOBS", "Gate", "Job", "Training", "card_of", "train"]
