"""Doubts: signs that a simulation does not show what was meant, said before its numbers."""

from segue.simulation.report.findings import Findings

REACHED = ("contact", "joined", "shown")
"""What reaches customers, as the accounts count it."""


def doubts(findings: Findings) -> list[str]:
    """Return what makes it doubtful that the arms did what was meant, a sentence or two for each; mostly nothing."""
    return [*_nobody(findings), *_unheard(findings), *_never(findings), *_alike(findings)]


def _nobody(findings: Findings) -> list[str]:
    idle = [arm for arm in findings.result.arms if not _is_reaching(findings, arm)]
    idle = [arm for arm in idle if findings.spec.arms[arm].groups.get("holdout", 0.0) < 1.0]
    if not idle:
        return []
    arms = f"the arm {idle[0]!r}" if len(idle) == 1 else f"the arms {', '.join(map(repr, idle))}"
    return [
        f"Nobody got anything in {arms}. Look whether the market tells of the events that triggers and journeys wait "
        "for, and of the traits that hold addresses."
    ]


def _is_reaching(findings: Findings, arm: str) -> bool:
    counted = findings.result.counted[arm]
    return any(value and name.split("/")[0] in REACHED for name, value in counted.items())


def _unheard(findings: Findings) -> list[str]:
    if not findings.unheard:
        return []
    return [
        f"No workspace declares these events of the market: {', '.join(findings.unheard)}. No trigger, feature or "
        "journey sees them. The market's parameters can give its events the names of the workspace's."
    ]


def _never(findings: Findings) -> list[str]:
    """Name what the file counts on, and what came in no arm."""
    spec, counts = findings.spec, findings.result.counted.values()
    wanted = dict.fromkeys((spec.ending, *spec.conversions, *spec.values))
    never = [each for each in wanted if each and not any(counted.get(f"event/{each}") for counted in counts)]
    said = [f"In no arm there was any of: {', '.join(never)}. Look whether the market calls them so."] if never else []
    worthless = [
        f"{event!r} never says its {name!r} as a number, so that it is worth nothing."
        for event, name in spec.values.items()
        if event not in never and not any(f"sum/{event}" in counted for counted in counts)
    ]
    return said + worthless


def _alike(findings: Findings) -> list[str]:
    result = findings.result
    base = result.counted[result.baseline]
    alike = [arm for arm in findings.others if result.counted[arm] == base]
    if not alike or not _is_reaching(findings, result.baseline):
        return []
    return [f"In {', '.join(map(repr, alike))} exactly the same happened as in {result.baseline!r}."]
