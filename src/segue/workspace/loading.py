"""Loading: a folder becomes a `LoadedWorkspace`, or all the reasons why not."""

from pathlib import Path
from typing import Any

from msgspec import Struct

from segue.channels.registry import channel_limits
from segue.channels.settings import ChannelLimits
from segue.model.errors import WorkspaceError
from segue.model.workspace import Workspace
from segue.workspace.checks import run_checks
from segue.workspace.draft import Draft, make_draft, split_settings
from segue.workspace.findings import Finding, Place
from segue.workspace.layout import ServerSettings
from segue.workspace.reading import Declared, read_folder


class ChannelSettings(Struct, frozen=True, kw_only=True):
    """A channel as `segue.yaml` declares it; `segue.channels.registry.load_channel` opens it."""

    name: str
    type: str
    settings: dict[str, Any]


class LoadedWorkspace(Struct, frozen=True, kw_only=True):
    """A workspace that has no errors.

    Attributes:
        folder: absolute; ``templates/`` and ``.segue/`` are under it.
        channels: by name.
        limits: how fast each channel may be called.
        providers: calls a second at most over all channels that name the provider.
        sources: the mappings under ``sources/``, by name.
        tests: the scenario files.
        places: where each definition stands, by kind and name: ``journey:reorder``.
        warnings: findings that do not prevent anything.
    """

    folder: Path
    workspace: Workspace
    channels: dict[str, ChannelSettings]
    limits: dict[str, ChannelLimits]
    providers: dict[str, float]
    server: ServerSettings
    sources: dict[str, dict[str, Any]]
    tests: tuple[Path, ...]
    places: dict[str, Place]
    warnings: tuple[Finding, ...]


def load(folder: Path) -> LoadedWorkspace:
    """Return the workspace in ``folder``.

    Raises:
        WorkspaceError: the folder has errors; ``findings`` holds every one of them.
    """
    draft, declared, findings = _examine(folder)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        count = f"{len(errors)} errors" if len(errors) > 1 else "an error"
        reason = f"The workspace {folder.resolve().name!r} has {count}, first: {errors[0]}"
        raise WorkspaceError(reason, "`segue check` lists them all.", errors)
    return LoadedWorkspace(
        folder=draft.folder,
        workspace=draft.workspace,
        channels={name: _settings(name, settings) for name, settings in draft.segue.channels.items()},
        limits={
            name: channel_limits(name, *split_settings(settings)) for name, settings in draft.segue.channels.items()
        },
        providers=draft.segue.providers,
        server=draft.segue.server,
        sources={file.name: file.document.value for file in declared if file.kind.name == "source"},
        tests=tuple(draft.folder / file.document.file for file in declared if file.kind.name == "test"),
        places={f"{kind}:{name}": document.place() for (kind, name), document in draft.documents.items()},
        warnings=findings,
    )


def read(folder: Path) -> Workspace:
    """Return the definitions in ``folder``, without checking what they mean: for comparing, not for running.

    Raises:
        WorkspaceError: there is no such folder, or a file does not fit its schema.
    """
    draft, _, earlier = _read(folder)
    errors = tuple(finding for finding in earlier if finding.severity == "error")
    if errors:
        raise WorkspaceError(f"The workspace {folder.name!r} cannot be read, first: {errors[0]}", "", errors)
    return draft.workspace


def check(folder: Path) -> tuple[Finding, ...]:
    """Return everything that is wrong or doubtful in ``folder``, by file and line.

    Raises:
        WorkspaceError: there is no such folder.
    """
    return _examine(folder)[2]


def _read(folder: Path) -> tuple[Draft, tuple[Declared, ...], tuple[Finding, ...]]:
    if not folder.is_dir():
        raise WorkspaceError(f"There is no folder {folder.resolve().name!r}.", "`segue init` makes a workspace.")
    folder = folder.resolve()
    declared, unreadable = read_folder(folder)
    draft, misnamed = make_draft(folder, declared)
    return draft, declared, (*unreadable, *misnamed)


def _examine(folder: Path) -> tuple[Draft, tuple[Declared, ...], tuple[Finding, ...]]:
    draft, declared, earlier = _read(folder)
    findings = {*earlier, *run_checks(draft, earlier)}
    return draft, declared, tuple(sorted(findings, key=lambda finding: (finding.place, finding.code, finding.reason)))


def _settings(name: str, settings: dict[str, Any]) -> ChannelSettings:
    channel_type, rest = split_settings(settings)
    return ChannelSettings(name=name, type=channel_type, settings=rest)
