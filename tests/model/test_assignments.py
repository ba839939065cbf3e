from segue.model.assignments import AGENT, Assignment
from segue.model.time import Instant
from tests.builders import reread, stored


def test_an_assignment_is_read_as_it_was_written() -> None:
    assignment = Assignment("holdout", "1", "ada", Instant(5), is_mixed=True)
    assert reread(assignment) == assignment


def test_an_assignment_written_before_mixing_was_counted_is_not_mixed() -> None:
    assert stored(Assignment, ["agent", "1", "ada", 5]) == Assignment(AGENT, "1", "ada", Instant(5), is_mixed=False)
