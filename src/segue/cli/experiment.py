"""segue experiment: what an experiment says, from any file of outcomes or of assignments and events."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter

from segue.cli.console import complain, tell, tell_json, write_text
from segue.cli.experiment_files import Answer, Asked, read
from segue.cli.experiment_page import as_page
from segue.cli.experiment_report import markdown, report_lines
from segue.cli.options import BROKEN_SPLIT, Json

Names: TypeAlias = Annotated[list[str] | None, Parameter(negative="")]
"""An option that may be given several times."""


def experiment(
    file: Annotated[
        Path | None, Parameter(help="A table with a row for each customer and outcomes in columns.")
    ] = None,
    /,
    *,
    assignments: Annotated[Path | None, Parameter(help="Instead: who was assigned to which arm, when.")] = None,
    events: Annotated[Path | None, Parameter(help="With --assignments: what happened to whom, when.")] = None,
    unit: Annotated[str, Parameter(help="The column of who was assigned.")] = "",
    arm: Annotated[str, Parameter(help="The column of the arm.")] = "",
    control: str = "",
    metric: Names = None,
    primary: Names = None,
    split: str = "",
    covariate: Names = None,
    before: float = 0.0,
    looks: Literal["once", "anytime"] = "once",
    planned: int = 10_000,
    by: str = "",
    smallest: float = 0.05,
    decimal: Literal["", "point", "comma"] = "",
    json: Json = False,
    report: Annotated[Path | None, Parameter(help="Write it as a page that needs nothing else.")] = None,
    markdown_file: Annotated[Path | None, Parameter(name="--markdown")] = None,
) -> int:
    """Say what an experiment says: whether its split holds, what each arm changed, and what cannot be told yet.

    Columns that are not named are guessed from their names, and every guess is told; where two would do, it asks.
    Customers assigned twice stay in their first arm. Each number's formula stands in docs/reference/formulas.md. The
    exit code is 4 where the split is broken: then nothing is told but that.

    Parameters
    ----------
    control
        The arm that the others are compared with.
    metric
        Of a table COLUMN[:mean|rate|revenue] or COLUMN/COLUMN:ratio. Of events NAME:count|any|sum|average[:DAYS], in
        so many DAYS after the assignment. `:less` at the end says that less is better. The first one is primary.
    primary
        The metrics that the experiment is judged by, adjusted by Holm; all others are exploratory.
    split
        The planned shares: of the arms in the order of their names (0.5,0.5), or by name (control=1,email=9).
    covariate
        Columns known before the assignment: a number takes noise away (CUPED), a word makes strata.
    before
        Events of so many days before the assignment take noise away.
    looks
        `once` for a finished experiment; `anytime` holds however often you look.
    planned
        With anytime: how many customers of all arms are planned.
    by
        A column of groups: does the effect differ?
    smallest
        The smallest lift that you would act on, as a share.
    decimal
        How amounts are written: 1,234.56 has a `point`, 1.234,56 a `comma`. Otherwise the file itself tells.
    markdown_file
        Write the report there.
    """
    if (file is None) == (assignments is None) or (assignments is None) != (events is None):
        complain("Read either a table or --assignments with --events.", "Name one or the other.")
        return 2
    asked = Asked(
        unit=unit,
        arm=arm,
        control=control,
        metrics=tuple(metric or ()),
        primary=tuple(primary or ()),
        split=split,
        covariates=tuple(covariate or ()),
        before=before,
        looks=looks,
        planned=planned,
        by=by,
        smallest=smallest,
        decimal=decimal,
    )
    return _tell(read(file, assignments, events, asked), json, file or assignments, report, markdown_file)


def _tell(found: Answer, as_json: bool, source: Path | None, report: Path | None, markdown_file: Path | None) -> int:
    if report is not None:
        write_text(report, as_page(found, source.name if source is not None else ""))
    if markdown_file is not None:
        write_text(markdown_file, markdown(found))
    if as_json:
        tell_json(found)
    else:
        for line in report_lines(found):
            tell(line)
    split = found.report.split
    return BROKEN_SPLIT if split is not None and split.is_broken else 0
