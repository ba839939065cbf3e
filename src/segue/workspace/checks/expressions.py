"""Expressions: every one of the workspace parses and fits the type that its place wants."""

from collections.abc import Iterator

from segue.core.expression_sites import Site, sites
from segue.core.expressions import ExprType, Scope, parse
from segue.core.world import all_features, scope_of
from segue.model.errors import ExpressionError
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place


def check_expressions(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the expressions; none while it is not known which names are declared."""
    if draft.broken & {"features", "events"}:
        return
    features = all_features(draft.workspace)
    for site in sites(draft.workspace):
        if site.key.endswith((".converted", ".succeeded")):
            continue  # made by Segue, not written by anybody
        scope = scope_of(site, draft.workspace, features)
        yield from _check(draft, site.source, scope, site.expect, _inside(draft, site))
    for name, feature in draft.workspace.features.items():
        if feature.where:
            event = draft.workspace.events.get(feature.event)
            scope = Scope(event=event.properties if event else None, has_event=True)
            yield from _check(draft, feature.where, scope, "boolean", ("features", "", "features", name, "where"))


def _check(
    draft: Draft, source: str, scope: Scope, expect: ExprType, inside: tuple[str | int, ...]
) -> Iterator[Finding]:
    try:
        parse(source, scope, expect)
    except ExpressionError as error:
        kind, name, *path = inside
        at: Place = draft.at(str(kind), str(name), *path, offset=error.column)
        yield Finding("SG401", at, error.reason, error.instruction)


def _inside(draft: Draft, site: Site) -> tuple[str | int, ...]:
    """Return (kind, name, path inside the definition) of a site's key, such as ``journeys.reorder.steps.due.after``."""
    if site.key.startswith("reach."):
        return ("reach", "", *site.key.split("."))
    folder, name, *rest = site.key.split(".")
    if folder in ("triggers", "learning"):
        return (folder, "", *([folder] if folder == "triggers" else []), name, *rest)
    path: list[str | int] = [int(part) if part.isdigit() else part for part in rest]
    if path[0] == "steps":
        journey = next(journey for journey in draft.workspace.journeys if journey.journey == name)
        path[1] = next(index for index, step in enumerate(journey.steps) if step.id == path[1])
    return (folder.removesuffix("s"), name, *path)
