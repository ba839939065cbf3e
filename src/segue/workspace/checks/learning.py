"""Learning: objectives of what happens, inputs that exist, policies that try things out, models that are there."""

from collections.abc import Iterator

from segue.core.decisioning.rewards import objectives_of
from segue.model.errors import SegueError
from segue.model.learning import Churn, Lifetime, Objective
from segue.workspace.checks.names import check_event, check_length, check_property, refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding
from segue.workspace.models import read_snapshot
from segue.workspace.schema import suggest

_EXPLORES_BY_ITSELF = ("bandit", "value", "random")
_FIXED = ("rules", "random")


def check_learning(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``learning.yaml``, with the policy that learns, and with the models that decide."""
    learning = draft.workspace.learning
    for name, objective in learning.objectives.items():
        yield from _check_objective(draft, name, objective)
    yield from _check_inputs(draft)
    for channel, window in learning.windows.items():
        at = draft.at_key("learning", "", "windows", channel)
        yield from refer("channel", channel, draft.names("segue", "channels"), at)
        yield from check_length(window, draft.at("learning", "", "windows", channel))
    for index, group in enumerate(learning.bias):
        at = draft.at("learning", "", "bias", index, "trait")
        yield from refer("trait", group.trait, draft.names("features", "traits"), at)
    for field in ("half_life", "publish_every", "max_age"):
        yield from check_length(getattr(learning, field), draft.at("learning", "", field))
    yield from _check_score(draft, "churn", learning.churn)
    yield from _check_score(draft, "lifetime", learning.lifetime)
    yield from _check_policy(draft)
    yield from _check_models(draft)


def _check_objective(draft: Draft, name: str, objective: Objective) -> Iterator[Finding]:
    path = ("objectives", name)
    at = draft.at_key("learning", "", *path)
    yield from check_event(draft, objective.event, draft.at("learning", "", *path, "event"))
    yield from check_property(draft, objective.event, objective.of, draft.at("learning", "", *path, "of"))
    if objective.weight < 0.0:
        reason = f"The objective {name!r} has the weight {objective.weight:g}."
        yield Finding("SG754", draft.at("learning", "", *path, "weight"), reason, "Make its value negative instead.")
    if objective.value == 0.0 or objective.weight == 0.0:
        yield Finding("SG759", at, f"The objective {name!r} counts nothing.", "Say what one of it is worth.")
    if objective.event == "consent_changed" and objective.where is None:
        reason = f"The objective {name!r} counts consent that is given, too."
        yield Finding("SG755", at, reason, "Add where: not event.granted.")
    if objective.at_most is not None and objective.of is None:
        reason = f"The objective {name!r} has at_most, but no amounts."
        instruction = "Name the property with the amount under `of`, or leave at_most out."
        yield Finding("SG756", draft.at("learning", "", *path, "at_most"), reason, instruction)


def _check_inputs(draft: Draft) -> Iterator[Finding]:
    known = (*draft.names("features", "traits"), *draft.names("features", "features"))
    for index, name in enumerate(draft.workspace.learning.context):
        if name not in known:
            at = draft.at("learning", "", "context", index)
            instruction = suggest(name, known, "traits and features")
            yield Finding("SG751", at, f"There is no trait and no feature {name!r}.", instruction)


def _check_score(draft: Draft, field: str, score: Churn | Lifetime | None) -> Iterator[Finding]:
    if score is None:
        return
    yield from check_event(draft, score.event, draft.at("learning", "", field, "event"))
    at = draft.at("learning", "", field, "trait")
    yield from refer("trait", score.trait, draft.names("features", "traits"), at)
    declared = draft.workspace.traits.get(score.trait)
    if declared is not None and declared.type != "number":
        reason = f"The trait {score.trait!r} is declared as {declared.type}."
        yield Finding("SG757", at, reason, "Declare it with type: number.")
    if isinstance(score, Lifetime):
        yield from check_property(draft, score.event, score.of, draft.at("learning", "", field, "of"))
        yield from check_length(score.horizon, draft.at("learning", "", field, "horizon"))
        return
    yield from check_length(score.within, draft.at("learning", "", field, "within"))
    yield from check_length(score.among, draft.at("learning", "", field, "among"))


def _check_policy(draft: Draft) -> Iterator[Finding]:
    workspace = draft.workspace
    policy = workspace.policy
    if policy.name in _FIXED:
        return
    at = draft.at("segue", "", "policy")
    if not objectives_of(workspace) and not {"learning", "action"} & draft.broken:
        reason = f"The policy {policy.name!r} has nothing to learn from."
        yield Finding("SG753", at, reason, "Declare objectives in learning.yaml, or give actions converted_by.")
    if policy.name not in _EXPLORES_BY_ITSELF and not policy.exploration and not workspace.groups.get("random"):
        reason = f"The policy {policy.name!r} never tries anything but what it thinks best."
        yield Finding("SG752", at, reason, "Add exploration: 0.05 to it, or a group `random`.")


def _check_models(draft: Draft) -> Iterator[Finding]:
    document = draft.documents.get(("models", "current"))
    if document is None or "models" in draft.broken:
        return
    for kind, version in document.value.get("current", {}).items():
        try:
            read_snapshot(draft.folder, kind, version)
        except SegueError as error:
            at = draft.at("models", "current", "current", kind)
            yield Finding("SG758", at, error.reason, error.instruction)
