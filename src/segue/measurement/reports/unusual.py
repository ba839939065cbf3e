"""What was unusual for its time of the week, and what changed at the same time."""

from msgspec import Struct

from segue.measurement.anomalies import (
    LOGGED_DECISIONS,
    LOGGED_ENTRIES,
    LOGGED_GHOSTS,
    detect,
    explain,
    logged_outcomes,
    read_rates,
    read_series,
)
from segue.measurement.anomalies.results import Anomaly, Explanation
from segue.measurement.literals import timestamp
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Section, Table, amount, percent

LEAST_DAYS = 36
"""Three weeks for what is usual, two for how much it scatters, and a day to judge."""

WATCHED = ("bounced", "complained", "unknown", "rejected")
SHOWN = 20


class Unusual(Struct, frozen=True, kw_only=True):
    """An anomaly of a measure, explained where the measure has parts."""

    measure: str
    anomaly: Anomaly
    explanation: Explanation | None = None


def unusual_section(period: Period) -> Section | None:
    """Return what was unusual; None where the log is too short to say what is usual."""
    if (period.end - period.begin).days < LEAST_DAYS:
        return None
    found = _found(period)
    days = {each.anomaly.at.date() for each in found}
    rows = tuple(
        (
            each.anomaly.at.date().isoformat(),
            each.measure,
            each.anomaly.series,
            amount(each.anomaly.value),
            amount(each.anomaly.expected),
            f"{each.anomaly.score:+.1f}",
            _cause(each.explanation),
        )
        for each in found[:SHOWN]
    )
    return Section(
        name="unusual",
        title="What was unusual",
        lead=f"Days on which something was unusual: {len(days)}."
        if found
        else "Nothing was unusual for its time of the week.",
        tables=(
            Table(
                head=("day", "measure", "of", "was", "usually", "score", "may come from"), rows=rows, right=(3, 4, 5)
            ),
        )
        if rows
        else (),
        notes=(
            "Beside the same weekday of the last six weeks, in robust standard deviations; beyond four is unusual. "
            "What it may come from changed at the same time, by more than its size: a candidate, not a proof.",
        ),
        data=tuple(found),
    )


def _found(period: Period) -> list[Unusual]:
    duck, last = period.duck, f"date_trunc('day', {timestamp(period.end)})"

    def whole_days(source: str) -> str:
        return f'(SELECT * FROM {source} AS watched WHERE "at" < {last})'

    found = [
        Unusual(
            measure="decisions",
            anomaly=each,
            explanation=explain(duck, whole_days(LOGGED_DECISIONS), each, revisions="decisions"),
        )
        for each in detect(read_series(duck, whole_days(LOGGED_DECISIONS)))
    ]
    if period.one(f"SELECT count(*) FROM {whole_days(LOGGED_ENTRIES)}")[0]:
        entries = read_series(duck, whole_days(LOGGED_ENTRIES))
        found += [Unusual(measure="entries", anomaly=each) for each in detect(entries)]
    rates = [("withheld", LOGGED_GHOSTS), *((status, logged_outcomes(status)) for status in WATCHED)]
    for name, source in rates:
        if period.one(f"SELECT coalesce(sum(value), 0) FROM {whole_days(source)}")[0]:
            found += [Unusual(measure=name, anomaly=each) for each in detect(read_rates(duck, whole_days(source)))]
    found.sort(key=lambda each: (each.anomaly.at, each.measure, each.anomaly.series))
    return found


def _cause(explanation: Explanation | None) -> str:
    if explanation is None:
        return ""
    words = []
    for cause in explanation.causes[:1]:
        if cause.explains > cause.usual_part:
            shares = f"{percent(cause.explains, 0)}, usually {percent(cause.usual_part, 0)}"
            words.append(f"{cause.dimension} {cause.part or 'none'} ({shares})")
    words += [f"revision {each.revision[:8]} {each.hours_before:+.0f} h before" for each in explanation.revisions[:1]]
    return "; ".join(words)
