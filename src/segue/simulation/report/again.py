"""How to run the same again: the command, the seed, the sizes, and what each arm was run with."""

from segue.measurement.drawing import Markup, number, section, table, tag
from segue.simulation.report.findings import Findings


def again(findings: Findings) -> Markup:
    """Return what it takes to get the same numbers, to the last digit."""
    result = findings.result
    arms = [
        [
            run.arm + (" (baseline)" if run.arm == result.baseline else ""),
            run.workspace,
            run.policy,
            ", ".join(f"{name} {share:g}" for name, share in run.groups.items()) or "nobody is held out",
            tag("code", run.revision),
        ]
        for run in findings.arms
    ]
    return section(
        "Run it again",
        tag("pre", tag("code", findings.command)),
        table(["what", "value"], [[name, value] for name, value in stated(findings)]),
        table(["arm", "workspace", "policy", "groups", "revision"], arms),
        tag(
            "p",
            "The same command gives the same numbers as long as the workspaces have these revisions and the market is "
            "the same.",
            class_="soft small",
        ),
    )


def stated(findings: Findings) -> list[tuple[str, str]]:
    """Return what the simulation was run with, (name, value)."""
    result, spec = findings.result, findings.spec
    return [
        ("seed", result.seed),
        ("customers", f"{result.customers:,} in each arm, the same ones"),
        ("time", f"{result.weeks} weeks from {findings.begin[:10]}"),
        ("market", spec.market.kind),
        ("leaves for good by", spec.ending or number(None)),
        ("conversions", ", ".join(spec.conversions) or number(None)),
        ("value", ", ".join(f"{of} of {event}" for event, of in spec.values.items()) or number(None)),
        ("took", f"{result.seconds:,.1f} seconds of one processor"),
        ("segue", findings.version),
    ]
