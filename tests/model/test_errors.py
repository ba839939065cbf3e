import pytest

from segue.model.errors import (
    ChannelError,
    EventError,
    ExpressionError,
    SegueError,
    StoreError,
    WorkspaceError,
)


def test_an_error_says_what_went_wrong_and_then_what_to_do() -> None:
    error = SegueError("The door is locked.", "Bring the key.")
    assert (str(error), error.reason, error.instruction) == (
        "The door is locked. Bring the key.",
        "The door is locked.",
        "Bring the key.",
    )


def test_an_error_without_advice_has_no_trailing_blank() -> None:
    assert str(SegueError("The door is locked.")) == "The door is locked."


@pytest.mark.parametrize(
    ("error", "extra"),
    [
        (WorkspaceError("r", "i", ("finding",)), {"findings": ("finding",)}),
        (ExpressionError("r", "i", 4), {"column": 4}),
        (EventError("no_id", "r", "i"), {"code": "no_id"}),
        (StoreError("r", "i"), {}),
        (ChannelError("r", "i"), {}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_error_is_caught_as_one_of_ours_and_keeps_its_extra(error: SegueError, extra: dict[str, object]) -> None:
    with pytest.raises(SegueError) as caught:
        raise error
    assert (caught.value.reason, caught.value.instruction) == ("r", "i")
    assert {name: getattr(caught.value, name) for name in extra} == extra
