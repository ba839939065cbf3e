"""Logs of other systems: a table with one row for each decision becomes a `LoggedBandit`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

from segue.learning.off_policy.comparing import EFFECTIVE_SAMPLES, Verdict, lack_of, verdict_on
from segue.learning.off_policy.estimators import DEFAULT, Evaluation, evaluate, evaluate_weights, of_the_log
from segue.learning.off_policy.intervals import Interval
from segue.learning.off_policy.logged import LoggedBandit, checked, fixed, uniform
from segue.learning.tables import Columns, read_table
from segue.model.errors import SegueError

Array: TypeAlias = np.ndarray[Any, Any]

UNIFORM = "uniform"
WORDS_MAX = 20
"""Of a text column so many values, the most frequent ones, become a column of the context each."""


class TableColumns(Struct, frozen=True, kw_only=True):
    """Which column of a table is what; of the last three exactly one says what the policy would do.

    Attributes:
        action, probability, reward: what was done, with which probability, what came of it.
        context: what was known; numbers, truths or words.
        unit: whose decision it was, "" where decisions do not depend on each other.
        target_probability: with which probability the policy would have done what was done.
        target_columns: how the columns begin that hold the policy's probability of each action: ``PREFIX`` + action.
        always: the action that the policy always takes, or ``uniform``.
    """

    action: str
    probability: str
    reward: str
    context: tuple[str, ...] = ()
    unit: str = ""
    target_probability: str = ""
    target_columns: str = ""
    always: str = ""


class TableEstimate(Struct, frozen=True, kw_only=True):
    """What a policy would have brought per decision, beside what the log brought.

    Attributes:
        log: the log's own.
        estimates: by estimator.
        difference: of the default estimator (`snips` where a reward model cannot be used) to the log, paired.
        verdict, reason: of the policy beside the log.
    """

    decisions: int
    actions: int
    log: Interval
    estimates: dict[str, Interval]
    estimator: str
    difference: Interval
    effective_samples: float
    verdict: Verdict
    reason: str
    warnings: list[str]


def evaluate_table(path: Path, columns: TableColumns, *, effective_samples: float = EFFECTIVE_SAMPLES) -> TableEstimate:
    """Return what a policy would have brought by the log in ``path``.

    Raises:
        SegueError: the file or a column cannot be read, or what it says is no log or no policy.
    """
    ways = [columns.target_probability, columns.target_columns, columns.always]
    if sum(map(bool, ways)) != 1:
        reason = "It takes exactly one of --target-probability, --target-columns and --policy-fixed."
        raise SegueError(reason, "Say in one way what the policy to evaluate would do.")
    table = read_table(path, () if columns.target_columns else _names(columns))
    if missing := [name for name in _names(columns) if name not in table]:
        raise SegueError(f"The table has no column {missing[0]!r}.", f"It has {', '.join(table)}.")
    log = logged(table, columns)
    evaluation = _evaluate(table, log, columns)
    estimator = DEFAULT if DEFAULT in evaluation.estimates else "snips"
    own = of_the_log(log)
    difference = evaluation.estimates[estimator].less(own).interval(log.unit)
    reason = lack_of(evaluation, effective_samples, "the policy")
    return TableEstimate(
        decisions=len(log),
        actions=len(log.actions),
        log=own.interval(log.unit),
        estimates={name: each.interval(log.unit) for name, each in evaluation.estimates.items()},
        estimator=estimator,
        difference=difference,
        effective_samples=evaluation.overlap.effective_samples,
        verdict=verdict_on(difference, reason),
        reason=reason,
        warnings=evaluation.overlap.warnings(),
    )


def logged(table: Columns, columns: TableColumns) -> LoggedBandit:
    """Return the log that ``table`` holds."""
    actions, action = np.unique(table[columns.action].astype(str), return_inverse=True)
    unit = np.unique(table[columns.unit].astype(str), return_inverse=True)[1] if columns.unit else None
    parts = [_inputs(table[name]) for name in columns.context]
    log = LoggedBandit(
        actions=tuple(actions.tolist()),
        x=np.column_stack(parts) if parts else np.zeros((len(action), 0)),
        action=action,
        probability=_numbers(table, columns.probability),
        reward=_numbers(table, columns.reward),
        unit=unit,
    )
    return checked(log)


def _evaluate(table: Columns, log: LoggedBandit, columns: TableColumns) -> Evaluation:
    if columns.target_probability:
        return evaluate_weights(log, _numbers(table, columns.target_probability) / log.probability)
    if columns.target_columns:
        names = [columns.target_columns + action for action in log.actions]
        missing = [name for name in names if name not in table]
        if missing:
            reason = f"There is no column {missing[0]!r} for the action {log.actions[names.index(missing[0])]!r}."
            raise SegueError(reason, "Give a column of probabilities for each action.")
        return evaluate(log, np.column_stack([_numbers(table, name) for name in names]))
    if columns.always == UNIFORM:
        return evaluate(log, uniform(log))
    if columns.always not in log.actions:
        reason = f"The log never took {columns.always!r}."
        raise SegueError(reason, f"It took {', '.join(log.actions[:WORDS_MAX])}.")
    return evaluate(log, fixed(log, log.actions.index(columns.always)))


def _names(columns: TableColumns) -> Sequence[str]:
    named = (columns.action, columns.probability, columns.reward, columns.unit, columns.target_probability)
    return [*dict.fromkeys(name for name in (*named, *columns.context) if name)]


def _numbers(table: Columns, name: str) -> Array:
    if table[name].dtype.kind not in "biuf":
        raise SegueError(f"The column {name!r} holds no numbers.", "Name one that does.")
    return table[name].astype(np.float64)


def _inputs(column: Array) -> Array:
    """Return a column as numbers: what is missing is 0 and told by a column of its own; words have a column each."""
    if column.dtype.kind in "biuf":
        values = column.astype(np.float64)
        missing = ~np.isfinite(values)
        filled = np.where(missing, 0.0, values)
        return np.column_stack([filled, missing]) if missing.any() else filled[:, None]
    words, places, counts = np.unique(column.astype(str), return_inverse=True, return_counts=True)
    frequent = np.argsort(-counts, kind="stable")[:WORDS_MAX]
    return np.asarray(places[:, None] == frequent[: max(len(words) - 1, 1)], dtype=np.float64)
