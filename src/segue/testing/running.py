"""Run the scenarios of a workspace: read ``tests/*.yaml``, tell every story, and where one fails say what happened."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from segue.channels.rendering import Templates
from segue.core.world import World, build_world
from segue.model.decisions import Reason
from segue.model.errors import WorkspaceError
from segue.model.time import is_zone
from segue.model.workspace import Workspace
from segue.testing.expectations import local
from segue.testing.scenario import ATTACHED, SAYINGS, Line, Scenario, ScenarioFile
from segue.testing.story import tell
from segue.workspace import LoadedWorkspace, load
from segue.workspace.documents import Document, read_document
from segue.workspace.findings import Finding, Place
from segue.workspace.schema import convert_document, suggest


class ScenarioResult(Struct, frozen=True, kw_only=True):
    """How one scenario went.

    Attributes:
        place: file and line of the scenario; of the expectation that was not met where it failed.
        promises: what of Segue it shows, as the scenario says.
        expected, happened: two sentences, "" where it passed.
        timeline: all that happened, one line each, in local time.
    """

    name: str
    place: Place
    passed: bool
    expected: str = ""
    happened: str = ""
    timeline: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()

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
    world, templates = build_world(loaded.workspace), Templates(loaded.folder)
    return tuple(
        _run(document, index, scenario, world, templates)
        for document, scenarios, _ in files
        for index, scenario in enumerate(scenarios)
    )


def check_scenarios(loaded: LoadedWorkspace) -> tuple[Finding, ...]:
    """Return what is wrong with the scenario files of a workspace."""
    return tuple(finding for path in loaded.tests for finding in _read(path, loaded)[2])


def _run(document: Document, index: int, scenario: Scenario, world: World, templates: Templates) -> ScenarioResult:
    told = tell(scenario, world, templates)
    timeline = tuple(f"{local(happening.at, told.zone)}  {happening.text}" for happening in told.timeline)
    place = document.place(("scenarios", index))
    if told.failure is None:
        return ScenarioResult(name=scenario.scenario, place=place, passed=True, timeline=timeline, promises=scenario.m)
    return ScenarioResult(
        name=scenario.scenario,
        place=document.place(("scenarios", index, "story", told.failure.line)),
        passed=False,
        expected=told.failure.expected,
        happened=told.failure.happened,
        timeline=timeline,
        promises=scenario.m,
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
    for part, owner in ATTACHED.items():
        if getattr(line, part) and getattr(line, owner) is None:
            reason = f"{part!r} belongs to {owner!r}, which the line does not have."
            yield Finding("SG204", document.key_place((*path, part)), reason, f"Add {owner}, or leave it out.")
    for at, kind, name in _named(line):
        code, plural, known = _known(kind, workspace)
        if name not in known:
            reason = f"There is no {plural[:-1]} {name!r}."
            yield Finding(code, document.place((*path, *at)), reason, suggest(name, known, plural))


def _named(line: Line) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield (path inside the line, kind, name) of everything that the line names."""
    for saying, field, kind in _NAMES:
        value = getattr(line, saying)
        name = getattr(value, field) if field and value is not None else value
        if name is not None:
            yield ((saying, field) if field else (saying,)), kind, name
    if line.decide is not None and line.decide.expect is not None and line.decide.expect.action is not None:
        yield ("decide", "expect", "action"), "action", line.decide.expect.action
    for trait in line.expect_trait or ():
        yield ("expect_trait", trait), "trait", trait
    for index, which in enumerate((line.expect_messages.are or ()) if line.expect_messages else ()):
        for field, kind in (("message", "action"), ("channel", "channel")):
            if (name := getattr(which, field)) is not None:
                yield ("expect_messages", "are", index, field), kind, name


_NAMES = (
    ("event", "", "event"),
    ("enter", "journey", "journey"),
    ("of", "message", "action"),
    ("of", "channel", "channel"),
    ("decide", "placement", "placement"),
    ("expect", "message", "action"),
    ("expect", "channel", "channel"),
    ("expect_ghost", "message", "action"),
    ("expect_ghost", "channel", "channel"),
    ("expect_call", "channel", "channel"),
    ("expect_task", "task", "action"),
    ("expect_task", "channel", "channel"),
    ("expect_member", "", "audience"),
    ("expect_not_member", "", "audience"),
    ("expect_step", "journey", "journey"),
    ("expect_ended", "journey", "journey"),
    ("expect_suppressed", "action", "action"),
    ("expect_suppressed", "channel", "channel"),
    ("expect_suppressed", "reason", "reason"),
    ("expect_held", "action", "action"),
    ("expect_held", "reason", "reason"),
)
"""Where a line names something: the saying, its field ("" where the saying is the name), and what is named."""


def _known(kind: str, workspace: Workspace) -> tuple[str, str, tuple[str, ...]]:
    """Return the code of a finding about an unknown name of ``kind``, the kind's plural, and the names there are."""
    match kind:
        case "action":
            return "SG301", "actions", tuple(action.action for action in workspace.actions)
        case "channel":
            return "SG302", "channels", tuple(channel.name for channel in workspace.channels)
        case "trait":
            return "SG305", "traits", tuple(workspace.traits)
        case "placement":
            variants = (variant.placement for action in workspace.actions for variant in action.variants)
            return "SG307", "placements", tuple(dict.fromkeys((*workspace.placements, *filter(None, variants))))
        case "audience":
            return "SG308", "audiences", tuple(audience.audience for audience in workspace.audiences)
        case "journey":
            return "SG311", "journeys", tuple(journey.journey for journey in workspace.journeys)
        case "reason":
            return "SG204", "reasons", tuple(Reason)
        case _:
            return "SG309", "events", (*workspace.events, "identified")
