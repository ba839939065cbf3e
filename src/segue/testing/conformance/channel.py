"""What the kits of all families share: numbered cases, harnesses, and the cases that every channel has to pass.

A kit is a tuple of `Case`. An implementation brings a harness that runs its provider for real (a server on loopback, a
folder) and keeps the provider's own record of what it got: the kit believes that record, not the channel.

    @pytest.mark.parametrize("case", CASES, ids=str)
    async def test_conformance(case, tmp_path):
        async with MyHarness(tmp_path) as harness:
            await case.check(harness)
"""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from msgspec import Struct

from segue.channels.context import ChannelContext
from segue.channels.manifest import CAPABILITIES, channel_folder, load_manifest, problems
from segue.channels.registry import channel_spec, load_channel
from segue.channels.unsubscribe import UnsubscribeLinks
from segue.model.errors import ChannelError
from segue.ports.channel import AnyChannel

PUBLIC_URL = "https://segue.example"
UNSUBSCRIBE_SECRET = b"kit-secret-of-thirty-two-bytes!!"
README_HEADINGS = ("## Settings", "## Outcomes", "## Gaps")


class NotApplicable(Exception):
    """A case does not concern this channel, and why; a test run shows it as skipped."""


class Harness:
    """Runs one channel against its real provider.

    Subclasses set ``type``, may set ``environment`` (secrets and their values), return settings, and start and end
    their provider in ``__aenter__`` and ``__aexit__``.

    Args:
        folder: an empty folder of its own.
    """

    type: ClassVar[str]
    environment: ClassVar[dict[str, str]] = {}
    provider_loggers: ClassVar[tuple[str, ...]] = ()
    """Loggers of the provider where it runs in the same process; what they write is its own."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        self.state = folder / "state"
        (self.workspace / "templates").mkdir(parents=True)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    def settings(self) -> dict[str, Any]:
        """Return the channel's settings, as ``segue.yaml`` would say them."""
        return {}

    def context(self) -> ChannelContext:
        return ChannelContext(
            workspace=self.workspace,
            state=self.state,
            unsubscribe=UnsubscribeLinks(PUBLIC_URL, UNSUBSCRIBE_SECRET),
            environment=self.environment,
        )

    def open(self) -> AnyChannel:
        """Return the channel, not started."""
        return load_channel("kit", self.type, self.settings(), self.context())

    def template(self, name: str, content: str) -> str:
        """Write a template and return its name."""
        (self.workspace / "templates" / name).write_text(content, encoding="utf-8")
        return name


H = TypeVar("H", bound=Harness)


class Case(Struct, Generic[H], frozen=True):
    """One numbered promise of a family.

    Attributes:
        number: such as ``CH-03``; never reused.
        says: the promise in one sentence.
        check: raises AssertionError when it is broken, NotApplicable when it does not concern the channel.
    """

    number: str
    says: str
    check: Callable[[H], Awaitable[None]]

    def __str__(self) -> str:
        return f"{self.number} {self.says}"


async def check_manifest_is_complete(harness: Harness) -> None:
    """Every capability of the family is answered, with a value or with a gap and its reason."""
    manifest = load_manifest(harness.type)
    assert list(problems(manifest)) == []
    assert set(manifest.capabilities) == set(CAPABILITIES[manifest.family])
    assert manifest.type == harness.type
    assert manifest.summary.endswith(".")


async def check_readme_is_there(harness: Harness) -> None:
    """The folder has a README that explains settings, outcomes and gaps."""
    text = (channel_folder(harness.type) / "README.md").read_text(encoding="utf-8")
    assert [heading for heading in README_HEADINGS if heading not in text] == []


async def check_settings_are_strict(harness: Harness) -> None:
    """A setting that does not exist is an error that says so and repeats no value."""
    error = channel_error(
        lambda: channel_spec("kit", harness.type, {**harness.settings(), "no_such_setting": "hunter2"})
    )
    assert "no_such_setting" in error.reason
    assert "hunter2" not in str(error)
    assert error.instruction


async def check_start_and_stop_repeat(harness: Harness) -> None:
    """Stop does no harm twice, or before start, and a stopped channel starts again."""
    channel = harness.open()
    await channel.stop()
    for _ in range(2):
        await channel.start()
        await channel.stop()
        await channel.stop()


async def check_spec_agrees(harness: Harness) -> None:
    """The open channel and the registry say the same about it; a missing secret is an error that names the variable."""
    channel = harness.open()
    assert channel.spec == channel_spec("kit", harness.type, harness.settings())
    assert (channel.name, channel.type) == ("kit", harness.type)
    if harness.environment:
        blind = load_channel("kit", harness.type, harness.settings(), _without_environment(harness))
        error = await _start_error(blind)
        assert any(variable in str(error) for variable in harness.environment)


def channel_error(call: Callable[[], object]) -> ChannelError:
    """Return the ChannelError that ``call`` raises."""
    try:
        call()
    except ChannelError as error:
        return error
    raise AssertionError("no ChannelError was raised")


async def _start_error(channel: AnyChannel) -> ChannelError:
    try:
        await channel.start()
    except ChannelError as error:
        return error
    await channel.stop()
    raise AssertionError("it started without its secrets")


def _without_environment(harness: Harness) -> ChannelContext:
    context = harness.context()
    return ChannelContext(workspace=context.workspace, state=context.state, environment={})


@contextmanager
def recorded_logs(harness: Harness) -> Iterator[list[str]]:
    """Collect every log line of every logger but the provider's own, at every level, formatted."""
    lines: list[str] = []

    class Recorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name not in harness.provider_loggers:
                lines.append(self.format(record))

    root, recorder = logging.getLogger(), Recorder(level=0)
    level = root.level
    root.addHandler(recorder)
    root.setLevel(1)
    try:
        yield lines
    finally:
        root.removeHandler(recorder)
        root.setLevel(level)
