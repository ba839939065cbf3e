import doctest
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from segue.model import ids
from segue.model.ids import derive

parts = st.lists(st.text(st.characters(blacklist_characters="\x1f", blacklist_categories=["Cs"]), max_size=8))


SCRIPT = "from segue.model.ids import derive; print(derive('workspace', 'customer', 7))"


def test_the_example_in_the_documentation_is_true() -> None:
    assert doctest.testmod(ids) == doctest.TestResults(failed=0, attempted=1)


def test_an_id_is_the_same_in_every_process() -> None:
    found = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert found == ["ef2676f6f01a134437f43971"] * 2


@given(parts, parts)
def test_different_parts_give_different_ids(first: list[str], second: list[str]) -> None:
    # No parts and one empty part join to the same text; nothing derives an id from no parts.
    if (first or [""]) != (second or [""]):
        assert derive(*first) != derive(*second)


@given(st.integers(1, 64))
def test_an_id_has_two_characters_for_each_byte(size: int) -> None:
    assert len(derive("a", size=size)) == 2 * size


def test_a_number_and_its_text_are_the_same_part() -> None:
    assert derive("tick", 7) == derive("tick", "7")
