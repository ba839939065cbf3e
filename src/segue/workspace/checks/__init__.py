"""Checks: what a schema cannot say. Each module looks at one subject and yields findings; all of them run, always."""

from collections.abc import Callable, Iterator

from segue.workspace.checks.actions import check_actions
from segue.workspace.checks.channels import check_channels
from segue.workspace.checks.contact_rules import check_contact_rules
from segue.workspace.checks.features import check_features
from segue.workspace.checks.journeys import check_journeys
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
    check_journeys,
    check_contact_rules,
    check_templates,
)


def run_checks(draft: Draft) -> Iterator[Finding]:
    """Yield everything that the checks find."""
    for check in CHECKS:
        yield from check(draft)
