"""The audience channel: order, durability and repair on a real disk."""

import asyncio
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from segue.channels.context import ChannelContext
from segue.channels.display_audience import ledger
from segue.channels.display_audience.client import DisplayAudience
from segue.channels.registry import load_channel
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import ChannelError
from segue.testing.conformance.audience_channel import AUDIENCE, hashed, join, leave


def opened(folder: Path, **settings: Any) -> DisplayAudience:
    context = ChannelContext(workspace=folder, state=folder / "state", environment={})
    channel = load_channel("kit", "display_audience", settings, context)
    assert isinstance(channel, DisplayAudience)
    return channel


def log_of(channel: DisplayAudience, audience: str = AUDIENCE) -> Path:
    return channel.folder / f"{audience}.changes.jsonl"


def rows_of(channel: DisplayAudience, audience: str = AUDIENCE) -> list[str]:
    return (channel.folder / f"{audience}.members.csv").read_text().splitlines()[1:]


async def test_removals_are_on_disk_before_additions_over_all_audiences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = opened(tmp_path)
    await channel.start()
    await channel.sync([join("mover"), join("old", audience="won_back")])
    appended: list[tuple[str, str]] = []
    append = ledger.append_durable

    def recording(path: Path, content: bytes) -> None:
        appended.extend((path.name.partition(".")[0], json.loads(line)["change"]) for line in content.splitlines())
        append(path, content)

    monkeypatch.setattr(ledger, "append_durable", recording)
    await channel.sync(
        [join("mover", audience="won_back"), join("new"), leave("mover"), leave("old", audience="won_back")]
    )
    await channel.stop()
    assert [change for _, change in appended] == ["removed", "removed", "added", "added"]
    assert {audience for audience, _ in appended} == {AUDIENCE, "won_back"}


async def test_the_export_follows_without_a_stop(tmp_path: Path) -> None:
    channel = opened(tmp_path, export_after=0.05)
    await channel.start()
    await channel.sync([join("a")])
    for _ in range(100):
        await asyncio.sleep(0.02)
        if (channel.folder / f"{AUDIENCE}.members.csv").exists():
            break
    assert rows_of(channel) == [f'"{hashed("a@kit.example")}",""']
    await channel.stop()


async def test_a_log_that_a_crash_tore_is_repaired_at_every_length(tmp_path: Path) -> None:
    channel = opened(tmp_path)
    await channel.start()
    await channel.sync([join("a"), join("b")])
    await channel.stop()
    whole = log_of(channel).read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole)):
        log_of(channel).write_bytes(whole[:length])
        again = opened(tmp_path)
        await again.start()
        [outcome] = await again.sync([join("b")])
        await again.stop()
        assert outcome.detail == "added"
        assert log_of(channel).read_bytes() == whole


async def test_damage_in_the_middle_stops_the_channel_rather_than_guessing(tmp_path: Path) -> None:
    channel = opened(tmp_path)
    await channel.start()
    await channel.sync([join("a"), join("b")])
    await channel.stop()
    log_of(channel).write_bytes(b"x" + log_of(channel).read_bytes())
    with pytest.raises(ChannelError, match="damaged"):
        await opened(tmp_path).start()


@pytest.mark.parametrize("torn_at", [0, 1, 40])
async def test_a_full_disk_is_retryable_and_the_log_is_whole_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn_at: int
) -> None:
    channel = opened(tmp_path)
    await channel.start()
    await channel.sync([join("a")])

    def disk_full(path: Path, content: bytes) -> None:
        with path.open("ab") as file:
            file.write(content[:torn_at])
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "append_durable", disk_full)
        [failed] = await channel.sync([join("b")])
    [after] = await channel.sync([join("b")])
    await channel.stop()
    assert (failed.status, failed.detail) == (DeliveryStatus.RETRYABLE, "the change log cannot be written: ENOSPC")
    assert after.detail == "added"
    assert len([json.loads(line) for line in log_of(channel).read_text().splitlines()]) == 2
    assert len(rows_of(channel)) == 2


async def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    channel = opened(tmp_path)
    await channel.start()
    await channel.sync([join("a")])
    await channel.stop()
    assert {os.stat(path).st_mode & 0o777 for path in channel.folder.iterdir()} == {0o600}
