"""An audience on disk: an append-only change log, which is the truth, and the full export made from it."""

from pathlib import Path

import msgspec

from segue.channels.display_audience.translate import Change, Hashed, Layout, apply_changes, to_csv
from segue.channels.files import append_durable, write_atomic
from segue.model.errors import ChannelError
from segue.model.ids import CustomerId

LOG_ENDING = ".changes.jsonl"
EXPORT_ENDING = ".members.csv"


class AudienceLedger:
    """One audience's members, as its log tells them.

    Reading repairs: a last line that a crash tore is cut off (its commands were never acknowledged). Damage anywhere
    else is an error, because guessing who is a member is worse than stopping.
    """

    def __init__(self, folder: Path, audience: str, layout: Layout) -> None:
        self.audience = audience
        self.log = folder / f"{audience}{LOG_ENDING}"
        self.export_path = folder / f"{audience}{EXPORT_ENDING}"
        self.members: dict[CustomerId, Hashed] = {}
        apply_changes(self.members, _read_log(self.log))
        self.has_news = self.log.exists()
        self._layout = layout

    def append(self, changes: tuple[Change, ...]) -> None:
        """Make ``changes`` durable, then apply them.

        Raises:
            OSError: nothing was applied; the log may end in a torn line, so this object must be read anew.
        """
        if not changes:
            return
        append_durable(self.log, b"".join(msgspec.json.encode(change) + b"\n" for change in changes))
        apply_changes(self.members, changes)
        self.has_news = True

    def export(self) -> None:
        """Write the full export where the log has news."""
        if self.has_news:
            write_atomic(self.export_path, to_csv(self.members, self._layout))
            self.has_news = False


def _read_log(path: Path) -> list[Change]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    whole = content[: content.rfind(b"\n") + 1]
    try:
        changes = [msgspec.json.decode(line, type=Change) for line in whole.splitlines()]
    except msgspec.MsgspecError:
        raise ChannelError(
            f"The change log {path.name} is damaged.", "Restore it, or move it away and synchronise the audience anew."
        ) from None
    if len(whole) < len(content):
        write_atomic(path, whole)
    return changes
