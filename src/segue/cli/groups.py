"""segue groups: what the standing groups brought, side by side."""

from pathlib import Path

from segue.cli.clock import system_clock
from segue.cli.console import columns, paint, tell, tell_json
from segue.cli.logged import opened
from segue.cli.options import Folder, Json
from segue.core.decisioning.rewards import objectives_of
from segue.learning.groups import GroupValue, compare_groups
from segue.learning.off_policy import Interval
from segue.model.errors import SegueError
from segue.model.time import Instant, parse_instant

_HEAD = ("group", "customers", "decisions", "silent", "per decision", "per customer", "more than {}")


def groups(
    folder: Folder = Path(),
    *,
    objective: str = "",
    since: str | None = None,
    until: str | None = None,
    json: Json = False,
) -> None:
    """Say what the standing groups brought: agent (the workspace's policy), rules, random and holdout.

    Groups differ by the lot alone, so this needs no model. In the workspace's currency, less what contacts cost, with
    intervals that hold 95 times in 100 for one look. Decisions whose windows are not over are left out. `segue measure`
    tells whether the split holds, and has intervals that hold however often you look. A server may run meanwhile.

    Parameters
    ----------
    objective
        Count only this objective, by its value and weight.
    since, until
        Decisions of this period only (RFC 3339).
    """
    now = parse_instant(until) if until is not None else system_clock()
    with opened(folder) as logged:
        known = objectives_of(logged.running)
        if objective and objective not in known:
            raise SegueError(
                f"There is no objective {objective!r}.", f"The objectives are {', '.join(known) or 'none'}."
            )
        begin = parse_instant(since) if since is not None else Instant(0)
        found = compare_groups(logged.duck, logged.running, now=now, since=begin, objective=objective)
    if not found:
        raise SegueError("There is no decision yet whose window is over.", "Look again later.")
    if json:
        tell_json({"objective": objective, "groups": found})
        return
    _tell(found, logged.workspace.currency, objective)


def _tell(found: tuple[GroupValue, ...], currency: str, objective: str) -> None:
    baseline = next((each.group for each in found if each.ahead is None), "")
    what = f"{objective} by its value" if objective else f"{currency}, less what contacts cost"
    tell(f"What the standing groups brought: {what}; 95 % intervals of one look (`segue measure`: of every look)\n")
    rows = [
        (
            each.group,
            f"{each.customers:,}",
            f"{each.decisions:,}",
            f"{each.silent:.0%}",
            _words(each.per_decision),
            _words(each.per_customer),
            _ahead(each.ahead),
        )
        for each in found
    ]
    head = tuple(word.format(baseline or "others") for word in _HEAD)
    for line in columns([head, *rows], right=range(1, 4)):
        tell(f"  {line}")
    if len(found) == 1:
        tell(
            "\nThere is nobody to compare them with: give `groups` in segue.yaml, such as {holdout: 0.1, random: 0.05}."
        )


def _words(value: Interval) -> str:
    return f"{value.value:,.2f} ({value.low:,.2f} to {value.high:,.2f})"


def _ahead(value: Interval | None) -> str:
    if value is None:
        return ""
    words = f"{value.value:+,.2f} ({value.low:+,.2f} to {value.high:+,.2f})"
    return paint(words, "green") if value.low > 0.0 else paint(words, "red") if value.high < 0.0 else words
