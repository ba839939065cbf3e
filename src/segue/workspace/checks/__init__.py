"""Checks: what a schema cannot say. Each module looks at one subject and yields findings; all of them run, always."""

from collections.abc import Callable, Iterator

from segue.workspace.checks.actions import check_actions
from segue.workspace.checks.channels import check_channels
from segue.workspace.checks.circles import check_circles
from segue.workspace.checks.conflicts import check_conflicts
from segue.workspace.checks.constraints import check_constraints
from segue.workspace.checks.contact_rules import check_contact_rules
from segue.workspace.checks.coordination import check_capacities, check_reach, check_themes
from segue.workspace.checks.engine import check_engine
from segue.workspace.checks.expressions import check_expressions
from segue.workspace.checks.features import check_features
from segue.workspace.checks.journeys import check_journeys
from segue.workspace.checks.learning import check_learning
from segue.workspace.checks.sources import check_sources
from segue.workspace.checks.templates import check_templates
from segue.workspace.checks.triggers import check_triggers
from segue.workspace.checks.whole import check_segue
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding

CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    check_segue,
    check_channels,
    check_features,
    check_triggers,
    check_actions,
    check_constraints,
    check_themes,
    check_capacities,
    check_reach,
    check_journeys,
    check_circles,
    check_conflicts,
    check_contact_rules,
    check_learning,
    check_expressions,
    check_templates,
    check_sources,
)


def run_checks(draft: Draft, earlier: tuple[Finding, ...] = ()) -> tuple[Finding, ...]:
    """Return everything that the checks find; ``earlier`` is what reading found, which tells whether to ask the
    engine too.
    """
    found = [finding for check in CHECKS for finding in check(draft)]
    if all(finding.severity == "warning" for finding in (*earlier, *found)):
        found += check_engine(draft)
    return tuple(found)
