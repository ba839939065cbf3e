"""Run the scenarios of a workspace: read ``tests/*.yaml``, tell every story, and where one fails say what happened."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from segue.core.world import World, build_world
from segue.model.decisions import Reason
from segue.model.errors import WorkspaceError
from segue.model.time import is_zone
from segue.model.workspace import Workspace
from segue.testing.scenario import SAYINGS, Line, Scenario, ScenarioFile
from segue.testing.story import local, tell
from segue.workspace import LoadedWorkspace, load
from segue.workspace.documents import Document, read_document
from segue.workspace.findings import Finding, Place
from segue.workspace.schema import convert_document, suggest


class ScenarioResult(Struct, frozen=True, kw_only=True):
    """How one scenario went.

    Attributes:
        place: file and line of the scenario; of the expectation that was not met where it failed.
        expected, happened: two sentences, "" where it passed.
        timeline: all that happened, one line each, in local time.
    """

    name: str
    place: Place
    passed: bool
    expected: str = ""
    happened: str = ""
    timeline: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.passed:
            return f"passed  {self.name}"
        story = "".join(f"\n      {line}" for line in self.timeline) or "\n      nothing happened"
        said = f"\n    expected: {self.expected}\n    happened: {self.happened}"
        return f"FAILED  {self.name}\n    {self.place}{said}\n    the story:{story}"


def run_scenarios(folder: Path) -> tuple[ScenarioResult, ...]:
    """Return how every scenario of the workspace in ``folder`` went, in the order of files and lines.

    Raises:
        WorkspaceError: the workspace or a scenario file is not valid; ``findings`` says where.
    """
    loaded = load(folder)
    files = tuple(_read(path, loaded) for path in loaded.tests)
    findings = tuple(finding for _, _, found in files for finding in found)
    if findings:
        reason = f"The scenarios of {loaded.folder.name!r} have {len(findings)} mistakes, first: {findings[0]}"
        raise WorkspaceError(reason, "Correct the file.", findings)
    world = build_world(loaded.workspace)
    return tuple(
        _run(document, index, scenario, world)
        for document, scenarios, _ in files
        for index, scenario in enumerate(scenarios)
    )


def check_scenarios(loaded: LoadedWorkspace) -> tuple[Finding, ...]:
    """Return what is wrong with the scenario files of a workspace."""
    return tuple(finding for path in loaded.tests for finding in _read(path, loaded)[2])


def _run(document: Document, index: int, scenario: Scenario, world: World) -> ScenarioResult:
    told = tell(scenario, world)
    timeline = tuple(f"{local(happening.at, told.zone)}  {happening.text}" for happening in told.timeline)
    place = document.place(("scenarios", index))
    if told.failure is None:
        return ScenarioResult(name=scenario.scenario, place=place, passed=True, timeline=timeline)
    return ScenarioResult(
        name=scenario.scenario,
        place=document.place(("scenarios", index, "story", told.failure.line)),
        passed=False,
        expected=told.failure.expected,
        happened=told.failure.happened,
        timeline=timeline,
    )


def _read(path: Path, loaded: LoadedWorkspace) -> tuple[Document, tuple[Scenario, ...], tuple[Finding, ...]]:
    name = path.relative_to(loaded.folder).as_posix()
    document, findings = read_document(name, path.read_text(encoding="utf-8"))
    if document is None:
        return Document(name, {}, {}, {}), (), findings
    file, differences = convert_document(document, ScenarioFile)
    if file is None or findings:
        return document, (), (*findings, *differences)
    return document, file.scenarios, tuple(_check(document, file, loaded.workspace))


def _check(document: Document, file: ScenarioFile, workspace: Workspace) -> Iterator[Finding]:
    """Yield what the schema cannot say: names that exist nowhere, lines that say two things."""
    for number, scenario in enumerate(file.scenarios):
        zone = scenario.given.zone
        if zone is not None and not is_zone(zone):
            place = document.place(("scenarios", number, "given", "zone"))
            yield Finding("SG402", place, f"There is no time zone {zone!r}.", 'Use an IANA name, "Europe/London".')
        for index, line in enumerate(scenario.story):
            yield from _check_line(document, ("scenarios", number, "story", index), line, workspace)


def _check_line(document: Document, path: tuple[str | int, ...], line: Line, workspace: Workspace) -> Iterator[Finding]:
    said = [name for name in SAYINGS if getattr(line, name) is not None]
    if len(said) > 1:
        reason = f"The line says {len(said)} things: {', '.join(said)}."
        yield Finding("SG204", document.place(path), reason, "Write one line for each.")
    actions = tuple(action.action for action in workspace.actions)
    channels = tuple(channel.name for channel in workspace.channels)
    audiences = tuple(audience.audience for audience in workspace.audiences)
    events = (*workspace.events, "identified")
    for name, field, known, code, plural in (
        ("event", "", events, "SG309", "events"),
        ("expect", "message", actions, "SG301", "actions"),
        ("expect", "channel", channels, "SG302", "channels"),
        ("expect_ghost", "message", actions, "SG301", "actions"),
        ("expect_ghost", "channel", channels, "SG302", "channels"),
        ("expect_suppressed", "action", actions, "SG301", "actions"),
        ("expect_suppressed", "channel", channels, "SG302", "channels"),
        ("expect_suppressed", "reason", tuple(Reason), "SG204", "reasons"),
        ("expect_held", "action", actions, "SG301", "actions"),
        ("expect_held", "reason", tuple(Reason), "SG204", "reasons"),
        ("expect_member", "", audiences, "SG308", "audiences"),
        ("expect_not_member", "", audiences, "SG308", "audiences"),
    ):
        value = getattr(line, name)
        named = getattr(value, field) if field and value is not None else value
        if named is not None and named not in known:
            place = document.place((*path, name, field) if field else (*path, name))
            yield Finding(
                code, place, f"There is no {plural[:-1]} {named!r}.", suggest(named, tuple(map(str, known)), plural)
            )
