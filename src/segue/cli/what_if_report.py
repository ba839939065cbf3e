"""What `segue what-if` says, on a screen, as Markdown and as JSON."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec

from segue.cli.console import columns, paint, plural
from segue.model.time import format_instant
from segue.simulation.figures import Estimate, Figure
from segue.simulation.fitted.asking import CHANGED, NOW, WhatIf
from segue.simulation.fitted.validating import Check, Validation

_HEAD = ("", "now", "changed", "difference", "95 % interval")


def lines_of(found: WhatIf) -> list[str]:
    """Return an answer as people read it."""
    lines = ["Nothing changed."] if not found.differences else []
    for about, changes in groupby(found.differences, key=lambda each: each.about):
        lines += [paint(about, "bold"), *(f"  {each.words}" for each in changes)]
    lines += ["", _setting(found), ""]
    lines += [f"  {line}" for line in columns([_HEAD, *_rows(found)], right=(1, 2, 3))]
    if found.gaps:
        lines += ["", paint("What the log says nothing about", "bold")]
        lines += [f"  {gap.about}: {gap.words}" for gap in found.gaps]
    lines += ["", *_caveats(found)]
    if found.validation is not None:
        lines += ["", *(f"  {line}" for line in columns(_checks(found.validation), right=(1, 2)))]
    return lines


def as_markdown(found: WhatIf) -> str:
    """Return an answer as a Markdown page."""
    parts = ["# What if", "", _setting(found), "", "## The change", ""]
    parts += [f"- **{each.about}**: {each.words}" for each in found.differences] or ["Nothing changed."]
    parts += ["", "## What it would do", "", *_table(_HEAD, _rows(found))]
    if found.gaps:
        parts += ["", "## What the log says nothing about", ""]
        parts += [f"- **{gap.about}**: {gap.words}" for gap in found.gaps]
    parts += ["", "## How far to trust it", "", *(f"- {line}" for line in _caveats(found))]
    if found.validation is not None:
        head, *rows = _checks(found.validation)
        parts += ["", *_table(head, rows)]
    return "\n".join(parts) + "\n"


def as_json(found: WhatIf) -> dict[str, Any]:
    """Return an answer for programs."""
    record: dict[str, Any] = msgspec.to_builtins(found)
    record["begin"] = format_instant(found.begin)
    if found.validation is not None:
        record["validation"]["verdict"] = found.validation.verdict
        for moment in ("cut", "until"):
            record["validation"][moment] = format_instant(getattr(found.validation, moment))
        for check, each in zip(record["validation"]["checks"], found.validation.checks, strict=True):
            check["is_inside"] = each.is_inside
    return record


def _setting(found: WhatIf) -> str:
    return (
        f"{found.customers:,} customers over {found.weeks} weeks from {format_instant(found.begin)[:10]}, as the "
        f"workspace runs and with the change, in {found.markets} markets that could have made the log."
    )


def _rows(found: WhatIf) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for figure in found.figures:
        now, changed = found.of(NOW, figure.name), found.of(CHANGED, figure.name)
        before = _number(now.estimate, figure) if now is not None else ""
        if changed is None or changed.ahead is None:
            rows.append((figure.what, before, "", "", "no number: see below"))
            continue
        ahead = changed.ahead
        ends = f"{_signed(ahead.low, figure)} to {_signed(ahead.high, figure)}"
        rows.append((figure.what, before, _number(changed.estimate, figure), _signed(ahead.value, figure), ends))
    return rows


def _caveats(found: WhatIf) -> list[str]:
    lines = [f"The fit: {found.validation.verdict}"] if found.validation is not None else []
    return [*lines, *(found.validation.notes if found.validation is not None else ()), *found.notes]


def _checks(validation: Validation) -> list[tuple[str, ...]]:
    head = (f"{plural(validation.weeks, 'week')} not seen by the fit", "actual", "predicted", "90 % interval", "")
    return [head, *(_check(each) for each in validation.totals)]


def _check(check: Check) -> tuple[str, ...]:
    foretold = check.predicted
    ends = f"{foretold.low:,.0f} to {foretold.high:,.0f}"
    return (check.name, f"{check.actual:,.0f}", f"{foretold.value:,.1f}", ends, "" if check.is_inside else "outside")


def _number(estimate: Estimate, figure: Figure) -> str:
    return f"{estimate.value:.1%}" if figure.is_share else f"{estimate.value:.3g}"


def _signed(value: float, figure: Figure) -> str:
    return f"{value:+.1%}" if figure.is_share else f"{value:+.3g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
