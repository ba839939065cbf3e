"""What `segue plan-batch` says of a plan: what it brings, what it uses, what one more of everything would be worth."""

from collections import Counter

from msgspec import Struct

from segue.cli.console import columns, paint, plural
from segue.learning.allocation.batch import Batch, reasons_of
from segue.model.time import format_instant


class Scarce(Struct, frozen=True):
    """A constraint of a plan: what it uses of it, and what one more would bring (one less of a floor)."""

    name: str
    used: float
    limit: float
    price: float
    is_floor: bool


class PlanReport(Struct, frozen=True):
    """A plan in numbers.

    Attributes:
        gap: the share of ``bound``, which no plan could exceed, that is missing.
        contacts: by action and channel, in each day of the plan.
        silent: customers who get nothing, by reason.
        not_planned: targets of the workspace that a plan does not look at.
    """

    currency: str
    customers: int
    planned: int
    value: float
    bound: float
    gap: float
    days: tuple[str, ...]
    scarce: tuple[Scarce, ...]
    contacts: dict[str, tuple[int, ...]]
    silent: dict[str, int]
    not_planned: tuple[str, ...]


def report_of(batch: Batch) -> PlanReport:
    """Return the report of ``batch``."""
    scores, problem = batch.scores, batch.problem
    rows = zip(batch.choice.tolist(), batch.when.tolist(), strict=True)
    counted = Counter(row for row in rows if row[0] < problem.actions)
    contacts = {
        f"{action}/{channel}": tuple(counted[option, day] for day in range(len(batch.days)))
        for option, (action, channel) in enumerate(scores.options)
    }
    prices, used, limits = batch.found.prices.tolist(), batch.used.tolist(), problem.limits.tolist()
    silent = Counter(reason for reason in reasons_of(batch) if reason)
    return PlanReport(
        currency=scores.workspace.currency,
        customers=problem.customers,
        planned=sum(counted.values()),
        value=batch.value,
        bound=batch.found.bound,
        gap=max(batch.gap, 0.0),
        days=tuple(format_instant(day) for day in batch.days),
        scarce=tuple(
            Scarce(name, used[index], limits[index], prices[index], bool(problem.is_floor[index]))
            for index, name in enumerate(problem.names)
        ),
        contacts={name: counts for name, counts in contacts.items() if any(counts)},
        silent=dict(sorted(silent.items(), key=lambda each: (-each[1], each[0]))),
        not_planned=tuple(name for name, reach in scores.workspace.reach.items() if reach.share is not None),
    )


def lines_of(report: PlanReport) -> list[str]:
    """Return the report for people."""
    head = f"{report.planned:,} of {plural(report.customers, 'customer')} get something: worth {report.value:,.2f}"
    lines = [paint(f"{head} {report.currency}, {100 * report.gap:.4f} % below what no plan could exceed.", "bold")]
    if report.scarce:
        rows = [("", "used", "of", "one more is worth")]
        rows += [
            (each.name, f"{each.used:,.6g}", f"{'at least ' * each.is_floor}{each.limit:,.6g}", f"{each.price:,.4g}")
            for each in report.scarce
        ]
        lines += ["", *(f"  {line}" for line in columns(rows, right=(1, 2, 3)))]
    if report.contacts:
        dates = [day[:10] for day in report.days]
        table = [("", *dates), *((name, *(f"{n:,}" for n in counts)) for name, counts in report.contacts.items())]
        lines += ["", *(f"  {line}" for line in columns(table, right=range(1, len(dates) + 1)))]
    if report.silent:
        reasons = [(reason, f"{count:,}") for reason, count in report.silent.items()]
        lines += ["", "Nothing for:", *(f"  {line}" for line in columns(reasons, right=(1,)))]
    lines += [f"Not planned for: {name}, a share; the running server sees to it." for name in report.not_planned]
    return lines
