"""Properties on the command line."""

import pytest

from segue.cli.properties import read_properties
from segue.model.errors import SegueError


def test_what_reads_as_json_is_that_and_any_other_value_is_text() -> None:
    texts = [
        "plan=team",
        "seats=3",
        "share=0.5",
        "vip=true",
        "nobody=null",
        'code="3"',
        "url=https://a.example/?b=c",
        "empty=",
    ]
    assert read_properties(texts, "--fact") == {
        "plan": "team",
        "seats": 3,
        "share": 0.5,
        "vip": True,
        "nobody": None,
        "code": "3",
        "url": "https://a.example/?b=c",
        "empty": "",
    }


@pytest.mark.parametrize("texts", [["plan"], ["=team"], ["plan=team", "plan=solo"]])
def test_what_cannot_be_meant_is_refused(texts: list[str]) -> None:
    with pytest.raises(SegueError, match="--fact"):
        read_properties(texts, "--fact")
