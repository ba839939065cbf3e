"""What arms had learnt before their first day, from whom, and what was refused."""

from collections.abc import Iterator

from segue.core.decisioning.policies import LADDERS
from segue.measurement.drawing import Markup, section, table, tag
from segue.simulation.report.findings import Findings
from segue.simulation.training import KINDS, Schooling, Taught

HEAD = ("arm", "learnt from", "decisions", "models")


def schooling(findings: Findings) -> Markup | None:
    """Return what was learnt before the first day; None where no arm was trained."""
    told = findings.result.schooling
    if not told:
        return None
    rows = [[each.arm, season_of(each), decisions_of(each), tag("span", " ".join(models_of(each)))] for each in told]
    return section(
        "What was learnt before the first day",
        table(list(HEAD), rows),
        tag("ul", *(tag("li", f"{each.arm}: {line}", class_="soft small") for each in told for line in notes_of(each))),
        tag("p", SEASON_WORDS, class_="soft small"),
    )


SEASON_WORDS = (
    "The season before was lived by other customers of the same market. Models are trained, judged and published as "
    "`segue learn` does it, and then used to the end, however old they become."
)


def season_of(each: Schooling) -> str:
    """Return who lived the season that an arm learnt from."""
    who = f"{each.customers:,} other customers (seed \u201c{each.seed}\u201d)"
    return f"{who}, {each.weeks} weeks from {each.begin[:10]}, treated by {each.by}"


def decisions_of(each: Schooling) -> str:
    """Return how much there was to learn from."""
    return f"{each.decisions:,}, of them {each.contacts:,} contacts"


def models_of(each: Schooling) -> Iterator[str]:
    """Yield what came of each model in a sentence, and what the online learner had read."""
    for taught in each.taught:
        yield _said(taught, each.policy)
    if each.online:
        yield f"The online learner had learnt from {each.online:,} decisions."


def notes_of(each: Schooling) -> Iterator[str]:
    """Yield what the jobs noted, and the gates of what was published."""
    for taught in each.taught:
        for line in (*taught.gates, *taught.notes):
            yield f"{taught.kind}: {line}"


def _said(taught: Taught, policy: str) -> str:
    if not taught.reason:
        return f"{taught.kind} {taught.version} was published."
    asked = next(name for name, kind in KINDS.items() if kind == taught.kind)
    ladder = LADDERS[policy]
    below = ladder[ladder.index(asked) + 1 :]
    return f"{taught.kind}: nothing was published: {taught.reason} In its place decides: {', then '.join(below)}."
