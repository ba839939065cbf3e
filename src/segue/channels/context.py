"""The context: what a channel gets from its host."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from segue.channels.unsubscribe import UnsubscribeLinks


@dataclass(frozen=True, kw_only=True)
class ChannelContext:
    """Where a channel reads and writes, and what it may use.

    Attributes:
        workspace: the folder with ``templates/``.
        state: a folder that channels may write under; each takes ``state / name``.
        unsubscribe: makes one-click links; None where there is no public address, and messages then carry none.
        environment: where secrets are; never shown.
    """

    workspace: Path
    state: Path
    unsubscribe: UnsubscribeLinks | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
