"""Every exception that Segue raises on purpose.

    SegueError                what went wrong (``reason``) and what to do next (``instruction``)
    ├── WorkspaceError        a workspace file is not valid; carries ``findings``
    ├── ExpressionError       an expression does not parse or does not type-check
    ├── EventError            an event cannot be understood; becomes a dead letter
    ├── StoreError            the store cannot be opened, or broke a promise it made
    └── ChannelError          a channel is wrongly configured (a provider's "no" is an outcome, not an error)

A business "no" is never an exception: it is a value with a `Reason`.
"""


class SegueError(Exception):
    """An operator's mistake or a broken environment, said in words that help.

    Args:
        reason: what went wrong, one sentence.
        instruction: what to do next, one sentence.
    """

    def __init__(self, reason: str, instruction: str = "") -> None:
        super().__init__(f"{reason} {instruction}".strip())
        self.reason = reason
        self.instruction = instruction


class WorkspaceError(SegueError):
    """A workspace cannot be used; ``findings`` says where and why (file, line, lint code, instruction)."""

    def __init__(self, reason: str, instruction: str = "", findings: tuple[object, ...] = ()) -> None:
        super().__init__(reason, instruction)
        self.findings = findings


class ExpressionError(SegueError):
    """An expression does not parse or does not type-check; ``column`` is the 0-based offset in its source."""

    def __init__(self, reason: str, instruction: str = "", column: int = 0) -> None:
        super().__init__(reason, instruction)
        self.column = column


class EventError(SegueError):
    """An event cannot be understood; ``code`` is the stable dead-letter reason."""

    def __init__(self, code: str, reason: str, instruction: str = "") -> None:
        super().__init__(reason, instruction)
        self.code = code


class StoreError(SegueError):
    """The store cannot be opened, is already in use, or did not keep a promise it made."""


class ChannelError(SegueError):
    """A channel is wrongly configured."""
