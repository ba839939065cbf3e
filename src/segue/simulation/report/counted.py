"""Everything that was counted, in one table."""

from segue.measurement.drawing import Markup, number, section, table, tag
from segue.simulation.report.findings import Findings

PER = 1_000
"""Customers that counts are told for."""

_WORDS = {
    "contact": "contacts",
    "report": "told by providers",
    "event": "events",
    "sum": "value of events",
    "opt_out": "opt-outs",
    "joined": "joined an audience",
    "left": "left an audience",
    "shown": "shown in a placement",
    "cost": "cost of contacts",
    "decision": "decisions",
    "silence": "decisions for silence",
    "ghost": "decisions for those held out",
    "fallback": "decided by a lower rung, because",
    "reward": "reward",
    "ended": "runs that ended",
    "days": "days until they left, or to the end (mean)",
}


def counted(findings: Findings) -> Markup:
    """Return a table of all that was counted."""
    result = findings.result
    names = sorted({name for arm in result.counted.values() for name in arm}, key=_order)
    rows = [
        [label_of(name), *(_told(name, result.counted[arm].get(name, 0.0)) for arm in result.arms)] for name in names
    ]
    note = f"For each {PER:,} customers over {result.weeks} weeks, unless it says otherwise."
    right = range(1, 1 + len(result.arms))
    return section(
        "Everything that was counted",
        tag("p", note, class_="soft small"),
        table(["", *result.arms], rows, right=right),
        class_="long",
    )


def label_of(name: str) -> str:
    """Return a thing that was counted in words.

    >>> label_of("opt_out/email"), label_of("ended/welcome/goal")
    ('opt-outs: email', 'runs that ended: welcome, goal')
    """
    kind, *rest = name.split("/")
    return f"{_WORDS.get(kind, kind)}{': ' if rest else ''}{', '.join(rest)}"


def _told(name: str, mean: float) -> str:
    if name == "days":
        return number(mean, digits=1)
    amount = PER * mean
    return number(amount, digits=0 if abs(amount) >= 100.0 or amount == round(amount) else 1)


def _order(name: str) -> tuple[int, str]:
    kinds = list(_WORDS)
    kind = name.partition("/")[0]
    return (kinds.index(kind) if kind in kinds else len(kinds), name)
