"""The draft: a workspace as far as it could be read, which is what the checks look at.

Checks look at whole definitions only. Where a file did not fit its schema its names still count as declared, so that
one slip is reported once and not again at every place that refers to it.
"""

from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct, to_builtins

from segue.channels.registry import channel_spec
from segue.model.catalogue import ChannelSpec
from segue.model.contact_rules import ContactRules
from segue.model.errors import ChannelError, SegueError
from segue.model.learning import Learning
from segue.model.snapshots import ModelSnapshot
from segue.model.workspace import Workspace
from segue.workspace.documents import Document
from segue.workspace.findings import Finding, Place
from segue.workspace.layout import (
    CapacitiesFile,
    EventsFile,
    FeaturesFile,
    ModelsFile,
    ReachFile,
    SegueFile,
    ThemesFile,
    TriggersFile,
)
from segue.workspace.models import read_snapshot
from segue.workspace.reading import Declared


class Draft(Struct, frozen=True, kw_only=True):
    """What could be read.

    Attributes:
        segue: `segue.yaml`, with defaults where it is missing or does not fit.
        workspace: all whole definitions.
        documents: by kind and name ("" for kinds of one file).
        broken: kinds of which at least one file did not fit its schema.
    """

    folder: Path
    segue: SegueFile
    workspace: Workspace
    documents: dict[tuple[str, str], Document]
    broken: frozenset[str]

    def at(self, kind: str, name: str = "", *path: str | int, offset: int = 0) -> Place:
        """Return the place of ``path`` inside a definition; ``offset`` characters into the text there."""
        document = self.documents.get((kind, name))
        return document.place(path, offset) if document else Place("segue.yaml")

    def at_key(self, kind: str, name: str = "", *path: str | int) -> Place:
        """Return the place of the key at ``path`` inside a definition."""
        document = self.documents.get((kind, name))
        return document.key_place(path) if document else Place("segue.yaml")

    def names(self, kind: str, *inside: str) -> tuple[str, ...]:
        """Return the names declared: of a folder's files, or the keys under ``inside`` of a kind of one file."""
        if not inside:
            return tuple(name for found, name in self.documents if found == kind)
        document = self.documents.get((kind, ""))
        return tuple(_keys(document.value, inside)) if document else ()

    def specs(self) -> dict[str, ChannelSpec]:
        """Return the channels that could be understood, by name."""
        return {channel.name: channel for channel in self.workspace.channels}


def make_draft(folder: Path, declared: tuple[Declared, ...]) -> tuple[Draft, tuple[Finding, ...]]:
    """Return the draft of a folder's files; findings are names that are used twice or differ from their file's."""
    documents: dict[tuple[str, str], Document] = {}
    findings: list[Finding] = []
    whole: list[Declared] = []
    for file in declared:
        key = (file.kind.name, file.name)
        if key in documents:
            findings.append(_used_twice(file, documents[key]))
            continue
        documents[key] = file.document
        if file.definition is not None:
            findings += _misnamed(file)
            whole.append(file)
    segue = _one(whole, "segue", SegueFile(name="unnamed"))
    return Draft(
        folder=folder,
        segue=segue,
        workspace=_assemble(folder, segue, whole),
        documents=documents,
        broken=frozenset(file.kind.name for file in declared if file.definition is None),
    ), tuple(findings)


def _assemble(folder: Path, segue: SegueFile, whole: list[Declared]) -> Workspace:
    known = _one(whole, "features", FeaturesFile())
    triggers = _one(whole, "triggers", TriggersFile())
    return Workspace(
        name=segue.name,
        seed=segue.seed,
        zone=segue.zone,
        zone_trait=segue.zone_trait,
        country_zones=segue.country_zones,
        currency=segue.currency,
        groups=segue.groups,
        holdouts=segue.holdouts,
        epoch=segue.epoch,
        late_after=segue.late_after,
        policy=segue.policy,
        channels=_channels(segue),
        placements={name: to_builtins(each) for name, each in segue.placements.items()},
        traits=known.traits,
        features=known.features,
        events=_one(whole, "events", EventsFile()).events,
        triggers=triggers.triggers,
        rules=triggers.rules,
        actions=_all(whole, "action"),
        themes=_one(whole, "themes", ThemesFile()).themes,
        capacities=_one(whole, "capacities", CapacitiesFile()).capacities,
        reach=_one(whole, "reach", ReachFile()).reach,
        hours_by=segue.hours_by or "",
        journeys=_all(whole, "journey"),
        audiences=_all(whole, "audience"),
        contact_rules=_one(whole, "contact_rules", ContactRules()),
        learning=_one(whole, "learning", Learning()),
        models=_models(folder, _one(whole, "models", ModelsFile())),
    )


def split_settings(settings: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a channel's type and its settings proper."""
    return str(settings.get("type", "")), {key: value for key, value in settings.items() if key != "type"}


def _channels(segue: SegueFile) -> tuple[ChannelSpec, ...]:
    specs = []
    for name, settings in segue.channels.items():
        try:
            specs.append(channel_spec(name, *split_settings(settings)))
        except ChannelError:
            continue  # checks.channels says why
    return tuple(specs)


def _models(folder: Path, models: ModelsFile) -> dict[str, ModelSnapshot]:
    found = {}
    for kind, version in models.current.items():
        try:
            found[kind] = read_snapshot(folder, kind, version)
        except SegueError:
            continue  # checks.learning says why
    return found


def _one(whole: list[Declared], kind: str, default: Any) -> Any:
    return next((file.definition for file in whole if file.kind.name == kind), default)


def _all(whole: list[Declared], kind: str) -> tuple[Any, ...]:
    return tuple(file.definition for file in whole if file.kind.name == kind)


def _keys(value: Any, inside: tuple[str, ...]) -> list[str]:
    for key in inside:
        value = value.get(key) if isinstance(value, dict) else None
    return list(value) if isinstance(value, dict) else []


def _used_twice(file: Declared, first: Document) -> Finding:
    return Finding(
        "SG205",
        file.document.place((file.kind.name_field,)),
        f"There is already {_article(file.kind.name)} called {file.name!r}, in {first.file}.",
        "Give one of the two another name.",
    )


def _misnamed(file: Declared) -> list[Finding]:
    field, stem = file.kind.name_field, Path(file.document.file).stem
    if not field or stem == file.name or not file.kind.matches(PurePosixPath(file.document.file)):
        return []
    reason = f"The file is called {stem}.yaml, but it declares {file.name!r}."
    instruction = f"Rename the file to {file.name}.yaml."
    return [Finding("SG206", file.document.place((field,)), reason, instruction)]


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
