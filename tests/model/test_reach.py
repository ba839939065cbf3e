from typing import Any

import msgspec
import pytest

from segue.model.reach import Reach


def test_a_target_is_read_as_it_stands_in_its_file() -> None:
    read = msgspec.convert({"at_least": 100, "per": "1d", "who": "vip", "most": 2}, Reach)
    assert read == Reach(at_least=100, per="1d", who="vip", most=2.0)


@pytest.mark.parametrize("wrong", [{"at_least": 0}, {"share": 0}, {"share": 1}, {"most": -1}, {"per": "soon"}])
def test_what_asks_for_nothing_or_for_all_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Reach)
