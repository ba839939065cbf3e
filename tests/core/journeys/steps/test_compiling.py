import pytest

from segue.core.journeys.steps.compiling import step_targets
from segue.model.steps import Arm, Choose, Goto, Option, SetTrait, Split, Step, SubJourney, Webhook


@pytest.mark.parametrize(
    ("step", "targets"),
    [
        (Split(id="a", arms=(Arm(arm="x", next="b"), Arm(arm="y", next="c"))), ("b", "c")),
        (Choose(id="a", options=(Option(option="x", next="b"),), otherwise="c"), ("c", "b")),
        (SetTrait(id="a", set={"x": "1"}), ()),
        (Webhook(id="a", channel="hook", next="b", on_failure="c"), ("b", "c")),
        (Goto(id="a", to="b", at_most=1), ("b",)),
        (SubJourney(id="a", journey="other", on_converted="b"), ("b",)),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, tuple) else "",
)
def test_a_step_names_every_step_it_may_lead_to(step: Step, targets: tuple[str, ...]) -> None:
    assert step_targets(step) == targets
