"""The same 27 campaigns twice: as the retailer's table has them overlap, and arbitrated by Segue.

Before: every household gets every campaign it was assigned, once a week for as long as it runs. After: the workspace
`examples/complete_journey` proposes the same, to the same rules for all: two contacts a calendar week, one a day, one
line of coupons at a time, the better offer first. Every assignment ends contacted or with one reason.

    python3 dev.py bench complete_journey           a few minutes on one core
    python3 -m bench.complete_journey 8             one household in eight
"""

import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from bench.complete_journey.account import Account, Assignment
from bench.complete_journey.rows import EVENTS, EXAMPLE, is_here, write_events
from bench.complete_journey.weeks import Week, per_household_week, planned
from bench.report import report, show
from segue.cli.event_files import EventFile
from segue.core.world import build_world
from segue.model.time import parse_instant
from segue.runtimes.replay import Replayed, replay
from segue.workspace import load

UNTIL = parse_instant("2018-03-12T00:00:00Z")
"""A week after the last reminder of the campaign that runs longest."""

BAR = 44


class Run(NamedTuple):
    """A replay, its account, and what it took."""

    replayed: Replayed
    account: Account
    seconds: float
    cpu_seconds: float


def main(every: int = 1) -> None:
    """Replay, print the tables, write ``bench/results/complete_journey.json``."""
    if not is_here():
        print("The Complete Journey data is not on this machine (../shared/data): nothing is measured.")
        return
    events = EVENTS if every == 1 else EVENTS.with_stem(f"complete_journey_{every}")
    rows = write_events(events, every=every)
    before = planned(events)
    run = arbitrate(events)
    account, after = run.account, per_household_week(contacts_of(run.account))
    assignments = [*account.assignments.values(), *account.refused]
    assert len(assignments) == rows.assigned, "an assignment was lost"
    assert all(assignment.outcome for assignment in assignments), "an assignment ended without contact or reason"
    assert run.replayed.dead_letters == {}
    assert run.replayed.received == sum(rows)
    figures = {
        **_print_histogram(before, after),
        **_print_outcomes(assignments),
        **_print_fates(account),
        **_print_winners(account),
    }
    speed = sum(rows) / run.seconds
    figures |= {"rows": sum(rows), "rows_per_s": speed, "seconds": run.seconds, "cpu_seconds": run.cpu_seconds}
    report(
        "complete_journey", ["replay", "rows", "s", "rows/s"], [("all rows", sum(rows), run.seconds, speed)], figures
    )


def arbitrate(events: Path) -> Run:
    """Replay ``events`` through the example and return the account of it."""
    loaded = load(EXAMPLE)
    account = Account()
    started, cpu_started = time.perf_counter(), time.process_time()
    facts = EventFile(loaded, events).facts()
    replayed = replay(build_world(loaded.workspace), facts, until=UNTIL, sink=account.take)
    return Run(replayed, account, time.perf_counter() - started, time.process_time() - cpu_started)


def contacts_of(account: Account) -> list[tuple[str, int]]:
    """Return (household, moment) of every contact."""
    return [(each.household, at) for each in account.assignments.values() for at, _ in each.sent]


def _print_histogram(before: Counter[Week], after: Counter[Week]) -> dict[str, float]:
    counts = [Counter(weeks.values()) for weeks in (before, after)]
    most = max(max(count.values()) for count in counts)
    rows = [
        (str(size), *(cell for count in counts for cell in (f"{count[size]:,}", _bar(count[size], most))))
        for size in range(1, max(max(count) for count in counts) + 1)
    ]
    print("\nContacts of a household in a week: how many household-weeks, as sent and arbitrated\n")
    for size, was, was_bar, is_, is_bar in rows:
        print(f"  {size}  as sent    {was:>7}  {was_bar}")
        print(f"     arbitrated {is_:>7}  {is_bar}")
    totals = [sum(weeks.values()) for weeks in (before, after)]
    crowded = [sum(n for size, n in count.items() if size > 1) for count in counts]
    print(f"\n  contacts {totals[0]:,} -> {totals[1]:,}; weeks with two or more {crowded[0]:,} -> {crowded[1]:,}")
    figures = {"contacts_before": totals[0], "contacts_after": totals[1]}
    figures |= {"crowded_weeks_before": crowded[0], "crowded_weeks_after": crowded[1]}
    figures |= {"most_in_a_week_before": max(counts[0]), "most_in_a_week_after": max(counts[1])}
    for name, count in zip(("before", "after"), counts, strict=True):
        figures |= {f"weeks_with_{size}_{name}": n for size, n in sorted(count.items())}
    return figures


def _bar(count: int, most: int) -> str:
    """Return a bar as long as its share of ``most``; the thinnest stroke for what would not be seen."""
    eighths = round(count / most * BAR * 8)
    return "█" * (eighths // 8) + ["", *"▏▎▍▌▋▊▉"][eighths % 8] or ("▏" if count else "")


def _print_outcomes(assignments: list[Assignment]) -> dict[str, float]:
    print("\nWhat became of each assignment\n")
    reasons = sorted({assignment.outcome for assignment in assignments} - {"contacted"})
    table: list[tuple[object, ...]] = []
    for offer in [*sorted({assignment.offer for assignment in assignments}), "all"]:
        of_offer = [each for each in assignments if offer in (each.offer, "all")]
        ends = Counter(each.outcome for each in of_offer)
        sent = sum(len(each.sent) for each in of_offer)
        table.append((offer, len(of_offer), ends["contacted"], sent, *(ends[reason] for reason in reasons)))
    show(["offer", "assigned", "contacted", "contacts", *(f"not: {reason}" for reason in reasons)], table)
    ends = Counter(each.outcome for each in assignments)
    return {"assigned": len(assignments), **{f"outcome_{name}": count for name, count in sorted(ends.items())}}


def _print_fates(account: Account) -> dict[str, float]:
    print("\nWhat became of each proposal, and what kept back those that came later or not at all\n")
    total = sum(account.fates.values())
    rows = [(fate, count, f"{count / total:.1%}") for fate, count in account.fates.most_common()]
    show(["proposal", "count", "share"], rows)
    print()
    show(["kept back first by", "count"], account.waits.most_common())
    figures = {f"proposals_{fate.replace(' ', '_')}": count for fate, count in sorted(account.fates.items())}
    return figures | {f"kept_back_by_{reason}": count for reason, count in sorted(account.waits.items())}


def _print_winners(account: Account) -> dict[str, float]:
    print("\nWho won when two were due at once: the row's offer over the column's\n")
    offers = sorted({offer for pair in account.beaten for offer in pair})
    show(["won / lost", *offers], [(won, *(account.beaten[won, lost] for lost in offers)) for won in offers])
    print()
    return {"conflicts": sum(account.beaten.values())}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
