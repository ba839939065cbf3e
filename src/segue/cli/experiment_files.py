"""From the options of `segue experiment` and its files to an experiment and what it says; guesses are told."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from segue.cli.experiment_metrics import counted, event_metric, table_metric, told
from segue.measurement.experiments.amounts import Decimal, Read, read_amounts
from segue.measurement.experiments.arms import fold_arms, spelt
from segue.measurement.experiments.columns import column_types, name_sql, read_truths, require_columns
from segue.measurement.experiments.description import Experiment, Looks, Metric
from segue.measurement.experiments.files import Loaded, load_table, open_tables
from segue.measurement.experiments.guesses import (
    guess_arm,
    guess_control,
    guess_metrics,
    guess_unit,
    is_outcome,
    one_of,
    values_of,
)
from segue.measurement.experiments.instants import read_instants
from segue.measurement.experiments.reading import read_experiment
from segue.measurement.experiments.results import Report
from segue.measurement.experiments.units import EventColumns, units_from_events, units_from_table
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT = ("at", "assigned_at", "time", "timestamp", "ts", "date", "datetime", "when", "occurred_at", "created_at")
_NAME = ("name", "event", "event_name", "type", "kind")
_AMOUNT = ("amount", "value", "revenue", "total", "price", "sales")


class Asked(Struct, frozen=True, kw_only=True):
    """The options as they were given; empty ones are to be guessed."""

    unit: str = ""
    arm: str = ""
    control: str = ""
    metrics: tuple[str, ...] = ()
    primary: tuple[str, ...] = ()
    split: str = ""
    covariates: tuple[str, ...] = ()
    before: float = 0.0
    looks: Looks = "once"
    planned: int = 10_000
    by: str = ""
    smallest: float = 0.05
    decimal: Decimal = ""


class Answer(Struct, frozen=True):
    """An experiment as it was understood, what was guessed about it, what it says, and the outcomes ``left_out``."""

    experiment: Experiment
    guesses: tuple[str, ...]
    report: Report
    left_out: tuple[str, ...] = ()


def read(file: Path | None, assignments: Path | None, events: Path | None, asked: Asked) -> Answer:
    """Read the files and the experiment.

    Raises:
        SegueError: a file cannot be read, a column is missing, or nothing tells what something is.
    """
    import duckdb  # imported here: it takes a tenth of a second

    _require_sense(asked)
    source = file or assignments
    assert source is not None
    with open_tables() as duck:
        try:
            return _read(duck, source, events, asked)
        except duckdb.Error as error:
            reason = f"The columns cannot be read so: {str(error).strip().splitlines()[0]}"
            raise SegueError(reason, "Look what the columns hold, and name others.") from error


def _read(duck: "DuckDBPyConnection", source: Path, events: Path | None, asked: Asked) -> Answer:
    loaded = load_table(duck, source, "given")
    asked = _as_named(asked, column_types(duck, "given"))
    experiment, guesses = _experiment(duck, asked)
    guesses = [*loaded.told, *guesses]
    if events is not None:
        return _read_events(duck, events, asked, experiment, guesses)
    read = _understand(duck, "given", (experiment.arm, experiment.unit, asked.by), asked, loaded)
    metrics, left_out = _metrics_of_table(duck, asked, experiment, read.unread)
    guesses += [] if asked.metrics else [f"--metric {told(metric)}" for metric in metrics]
    used = {name for metric in metrics for name in (metric.column, metric.per)} | set(asked.covariates)
    guesses += [words for name, words in read.told.items() if name in used]
    experiment = replace(experiment, metrics=tuple(metrics))
    _require_primary(experiment)
    intake = units_from_table(duck, "given", experiment)
    return Answer(experiment, tuple(guesses), read_experiment(duck, experiment, intake), tuple(left_out))


def _require_sense(asked: Asked) -> None:
    if asked.planned < 2:
        raise SegueError("--planned is how many customers are planned.", "Say how many of all arms together.")
    if not 0.0 < asked.smallest < 1.0:
        raise SegueError("--smallest is a share above 0 and below 1.", "Write 0.05 for 5 %.")
    if asked.before < 0.0:
        raise SegueError("--before is a number of days.", "Write 14 for the two weeks before the assignment.")


def _as_named(asked: Asked, types: dict[str, str]) -> Asked:
    """Return what was asked with columns spelt as the file spells them."""
    covariates = tuple(spelt(name, types) for name in asked.covariates)
    unit, arm, by = (spelt(name, types) for name in (asked.unit, asked.arm, asked.by))
    return replace(asked, unit=unit, arm=arm, by=by, covariates=covariates)


def _read_events(
    duck: "DuckDBPyConnection", events: Path, asked: Asked, experiment: Experiment, guesses: list[str]
) -> Answer:
    if not experiment.unit:
        raise SegueError("Nothing tells whose assignment each row is.", "Name the column with --unit.")
    _understand(duck, "given", (experiment.arm, experiment.unit, asked.by), asked, Loaded())
    loaded = load_table(duck, events, "happenings")
    names = _event_columns(duck, experiment)
    guesses.append(f"events: {names.unit}, {names.at}, {names.name}, {names.amount or 'no amount'}")
    read = _understand(duck, "happenings", (names.unit, names.at, names.name), asked, loaded)
    if why := read.unread.get(names.amount):
        raise SegueError(f"{names.amount!r} cannot be read as a number: {why}.", "Mend the file of events.")
    guesses += [*loaded.told, *([read.told[names.amount]] if names.amount in read.told else [])]
    guesses += read_instants(duck, "given", names.assigned_at) + read_instants(duck, "happenings", names.at)
    experiment = replace(experiment, metrics=tuple(event_metric(text) for text in asked.metrics))
    _require_primary(experiment)
    intake = units_from_events(duck, "given", "happenings", experiment, names)
    return Answer(experiment, tuple(guesses), read_experiment(duck, experiment, intake))


def _understand(duck: "DuckDBPyConnection", table: str, keep: tuple[str, ...], asked: Asked, loaded: Loaded) -> Read:
    """Read truths and amounts where words stand; the words of covariates and groups stay words."""
    truths = read_truths(duck, table, keep=(*keep, *asked.covariates))
    amounts = read_amounts(duck, table, keep, asked.decimal, "point" if loaded.delimiter == "," else "")
    return Read(truths | amounts.told, amounts.unread)


def _experiment(duck: "DuckDBPyConnection", asked: Asked) -> tuple[Experiment, list[str]]:
    types = column_types(duck, "given")
    require_columns((asked.unit, asked.arm, asked.by, *asked.covariates), types, "The file")
    guesses = []
    arm = asked.arm or guess_arm(duck, "given", types)
    if not asked.arm:
        guesses.append(f"--arm {arm}")
    guesses += fold_arms(duck, "given", arm)
    guesses += fold_arms(duck, "given", asked.by, nothing=(), what="group") if asked.by else []
    unit = asked.unit or guess_unit(duck, "given", {name: kind for name, kind in types.items() if name != arm}, arm)
    if not asked.unit:
        guesses.append(f"--unit {unit}" if unit else "each row is a customer of its own (--unit names a column)")
    arms = values_of(duck, "given", arm)
    control = spelt(asked.control, arms) if asked.control else guess_control(arms)
    if not asked.control:
        guesses.append(f"--control {control}")
    experiment = Experiment(
        unit=unit,
        arm=arm,
        control=control,
        metrics=(),
        primary=asked.primary,
        split=_split(asked.split, arms),
        covariates=asked.covariates,
        before_days=asked.before,
        looks=asked.looks,
        planned=asked.planned,
        by=asked.by,
        smallest=asked.smallest,
    )
    return experiment, guesses


def _split(text: str, arms: list[str]) -> dict[str, float]:
    """Return the weights that ``0.5,0.5``, ``50/50`` or ``control=1,email=9`` says."""
    parts = [part.strip(" %") for part in re.split(r"[,;]" if "=" in text else r"[,;/:]", text) if part.strip()]
    pairs = [part.rpartition("=") for part in parts]
    try:
        weights = [float(weight) for _, _, weight in pairs]
    except ValueError:
        raise SegueError(f"{text!r} is no split.", "Write 0.5,0.5 or control=0.1,email=0.9.") from None
    if not any(sign for _, sign, _ in pairs):
        if parts and len(parts) != len(arms):
            raise SegueError(f"--split has {len(parts)} shares for {len(arms)} arms.", f"In order: {', '.join(arms)}.")
        return dict(zip(arms, weights, strict=False))
    return {spelt(name.strip(), arms): weight for (name, _, _), weight in zip(pairs, weights, strict=True)}


def _metrics_of_table(
    duck: "DuckDBPyConnection", asked: Asked, experiment: Experiment, unread: dict[str, str]
) -> tuple[list[Metric], list[str]]:
    """Return the metrics, and of guessed ones which outcomes were left out and why."""
    types, rows = column_types(duck, "given"), f"{name_sql(experiment.arm)} IS NOT NULL"
    if asked.metrics:
        return [table_metric(duck, types, text, unread, rows) for text in asked.metrics], []
    left_out = [f"{name}: {why}" for name, why in unread.items() if is_outcome(name)]
    try:
        found = guess_metrics(duck, "given", types, _taken(asked, experiment), rows)
        return [counted(duck, each, experiment.unit) for each in found], left_out
    except SegueError as error:
        if not left_out:
            raise
        raise SegueError(f"No outcome can be read. {'. '.join(left_out)}.", error.instruction) from error


def _taken(asked: Asked, experiment: Experiment) -> tuple[str, ...]:
    return (experiment.unit, experiment.arm, asked.by, *asked.covariates)


def _event_columns(duck: "DuckDBPyConnection", experiment: Experiment) -> EventColumns:
    types = column_types(duck, "happenings")
    lower = {name.lower() for name in types}
    return EventColumns(
        unit=experiment.unit if experiment.unit in types else one_of((experiment.unit,), types, "unit"),
        at=one_of(_AT, types, "instant"),
        name=one_of(_NAME, types, "event's name"),
        amount=one_of(_AMOUNT, types, "amount") if lower & set(_AMOUNT) else "",
        assigned_at=one_of(_AT, column_types(duck, "given"), "assignment's instant"),
    )


def _require_primary(experiment: Experiment) -> None:
    known = [metric.metric for metric in experiment.metrics]
    if missing := [name for name in experiment.primary if name not in known]:
        raise SegueError(f"There is no metric {missing[0]!r}.", f"The metrics are {', '.join(known)}.")
