"""What `segue what-if` says."""

from segue.cli.what_if_report import as_json, as_markdown, lines_of
from segue.model.time import parse_instant
from segue.simulation.figures import FIGURES, Estimate, Told
from segue.simulation.fitted.asking import CHANGED, NOW, WhatIf
from segue.simulation.fitted.support import Gap
from segue.simulation.fitted.validating import Check, Validation
from segue.workspace.differences import Difference

BEGIN = parse_instant("2026-06-01T00:00:00Z")
FOUND = WhatIf(
    differences=(Difference("contact_rules", "caps weekly: limit is 1 instead of 3"),),
    figures=FIGURES[:2],
    told=(
        Told(arm=NOW, figure="messages", estimate=Estimate(2.0, 1.8, 2.2, 0.1)),
        Told(
            arm=CHANGED,
            figure="messages",
            estimate=Estimate(1.0, 0.8, 1.2, 0.1),
            ahead=Estimate(-1.0, -1.2, -0.8, 0.1),
        ),
        Told(arm=NOW, figure="clicks", estimate=Estimate(0.05, 0.04, 0.06, 0.005)),
    ),
    withheld=("clicks",),
    gaps=(Gap(about="channel sms", words="The log says nothing about sms to these customers: 3 contacts."),),
    notes=("A note.",),
    validation=Validation(
        cut=BEGIN,
        until=BEGIN,
        weeks=2,
        customers=90,
        markets=8,
        checks=(
            Check(name="event/ordered", week=0, actual=15.0, predicted=Estimate(12.0, 8.0, 16.0, 2.0)),
            Check(name="contact/email", week=0, actual=99.0, predicted=Estimate(80.0, 70.0, 90.0, 5.0)),
        ),
    ),
    begin=parse_instant("2026-06-15T00:00:00Z"),
    customers=100,
    weeks=4,
    markets=8,
)


def test_people_read_what_changed_what_it_does_and_how_far_to_trust_it() -> None:
    text = "\n".join(lines_of(FOUND))

    assert "caps weekly: limit is 1 instead of 3" in text
    assert "100 customers over 4 weeks from 2026-06-15" in text
    assert "-1.2 to -0.8" in text
    assert "no number: see below" in text
    assert "channel sms: The log says nothing about sms to these customers: 3 contacts." in text
    assert "1 of 2 counts lie within their 90% intervals, in the 2 weeks that the fit had not seen." in text
    assert next(line for line in lines_of(FOUND) if "contact/email" in line).endswith("outside")
    assert "A note." in text


def test_markdown_has_the_same_numbers_in_tables() -> None:
    page = as_markdown(FOUND)

    assert "| messages per customer and week | 2 | 1 | -1 | -1.2 to -0.8 |" in page
    assert "| event/ordered | 15 | 12.0 | 8 to 16 |  |" in page
    assert "- **channel sms**: The log says nothing about sms to these customers: 3 contacts." in page


def test_programs_get_verdicts_and_moments() -> None:
    record = as_json(FOUND)

    assert record["begin"] == "2026-06-15T00:00:00Z"
    assert record["validation"]["cut"] == "2026-06-01T00:00:00Z"
    assert [each["is_inside"] for each in record["validation"]["checks"]] == [True, False]
    assert record["told"][1]["ahead"] == {"value": -1.0, "low": -1.2, "high": -0.8, "error": 0.1}
    assert record["withheld"] == ("clicks",)
