"""Expressions: every one of the workspace parses and fits the type that its place wants."""

from collections.abc import Iterator

from segue.core.catalogue import hidden_features
from segue.core.expression_sites import Site, sites
from segue.core.expressions import Scope, parse
from segue.model.catalogue import ValueType
from segue.model.errors import ExpressionError
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place


def check_expressions(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong with the expressions; none while it is not known which names are declared."""
    if draft.broken & {"features", "events"}:
        return
    for site in sites(draft.workspace):
        if site.key.endswith(".converted") and site.key.startswith("actions."):
            continue  # made by Segue, not written by anybody
        yield from _check(draft, site.source, scope_of(draft, site), site.expect, _place_of(draft, site))
    for name, feature in draft.workspace.features.items():
        if feature.where:
            scope = Scope(event=_properties(draft, feature.event), has_event=True)
            yield from _check(draft, feature.where, scope, "boolean", ("features", "", "features", name, "where"))


def scope_of(draft: Draft, site: Site) -> Scope:
    """Return the names that the expression at ``site`` may use."""
    traits = {name: trait.type for name, trait in draft.workspace.traits.items()}
    return Scope(
        traits=traits,
        features={**draft.workspace.features, **hidden_features(draft.workspace)},
        event=_properties(draft, site.event or "*"),
        has_event=site.event is not None,
        has_run=site.has_run,
        extra={"old": traits[site.old]} if site.old in traits else {},
    )


def _check(draft: Draft, source: str, scope: Scope, expect: str, inside: tuple[str | int, ...]) -> Iterator[Finding]:
    try:
        parse(source, scope, expect)
    except ExpressionError as error:
        kind, name, *path = inside
        at: Place = draft.at(str(kind), str(name), *path, offset=error.column)
        yield Finding("SG401", at, error.reason, error.instruction)


def _properties(draft: Draft, event: str) -> dict[str, ValueType] | None:
    spec = draft.workspace.events.get(event)
    return spec.properties if spec else None


def _place_of(draft: Draft, site: Site) -> tuple[str | int, ...]:
    """Return (kind, name, path inside the definition) of a site's key, such as ``journeys.reorder.steps.due.after``."""
    folder, name, *rest = site.key.split(".")
    if folder == "triggers":
        return ("triggers", "", "triggers", name, *rest)
    path: list[str | int] = [int(part) if part.isdigit() else part for part in rest]
    if path[0] == "steps":
        journey = next(journey for journey in draft.workspace.journeys if journey.journey == name)
        path[1] = next(index for index, step in enumerate(journey.steps) if step.id == path[1])
    return (folder.removesuffix("s"), name, *path)
