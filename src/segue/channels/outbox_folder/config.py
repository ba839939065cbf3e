"""Settings of `outbox_folder`."""

from segue.channels.settings import Settings as Base


class Settings(Base, frozen=True, kw_only=True):
    """Where the messages go.

    Attributes:
        folder: relative to the workspace; the channel's own folder under the runtime's state where None.
        sender: the From of mails whose template names none.
    """

    folder: str | None = None
    sender: str = "Segue <segue@localhost>"
