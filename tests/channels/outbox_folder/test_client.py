"""What a folder says when the disk fails in the middle of a message."""

from pathlib import Path

import pytest

from segue.channels import files
from segue.channels.context import ChannelContext
from segue.channels.outbox_folder.client import open_channel
from segue.channels.outbox_folder.config import Settings
from segue.channels.registry import channel_spec
from segue.model.deliveries import DeliveryStatus
from tests.simulation.checkers.breaking import deliver


@pytest.mark.parametrize(("fails", "may_have_arrived"), [("_write", False), ("sync_folder", True)])
async def test_a_file_that_is_there_may_have_been_seen_though_the_disk_failed(
    fails: str, may_have_arrived: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(5, "the disk is gone")

    channel = open_channel(
        channel_spec("push", "outbox_folder", {}), Settings(), ChannelContext(workspace=tmp_path, state=tmp_path)
    )
    await channel.start()
    monkeypatch.setattr(files, fails, fail)
    outcome = await channel.deliver(deliver(channel="push", template=""))
    assert (outcome.status, outcome.may_have_arrived) == (DeliveryStatus.RETRYABLE, may_have_arrived)
    assert outcome.detail == "the folder cannot be written: EIO"
