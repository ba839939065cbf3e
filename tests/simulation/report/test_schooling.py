"""What was learnt before is told in every form, and plainly where nothing was published."""

from msgspec.structs import replace

from segue.cli.simulate_report import simulation_lines
from segue.simulation.report.findings import Findings
from segue.simulation.report.markdown import markdown
from segue.simulation.report.schooling import models_of, schooling
from segue.simulation.report.whole import report_page
from segue.simulation.training import Schooling, Taught
from tests.simulation.report.known import AGENT, findings

LEARNT = Schooling(
    arm=AGENT,
    policy="value",
    by="random",
    customers=1_000,
    weeks=8,
    begin="2025-11-10T00:00:00Z",
    seed="s, the season before",
    decisions=12_000,
    contacts=9_000,
    online=11_500,
    taught=(
        Taught(kind="long_term", version="abc", gates=("rate_ratio.x 0.9, at least 0.8 holds",), notes=("A note.",)),
        Taught(kind="propensity", version="def", reason="auc 0.51, at least 0.52 is missed."),
    ),
)


def taught() -> Findings:
    known = findings()
    return replace(known, result=replace(known.result, schooling=(LEARNT,)))


def test_what_was_published_and_what_was_not_is_said_with_who_decides_in_its_place() -> None:
    assert list(models_of(LEARNT)) == [
        "long_term abc was published.",
        "propensity: nothing was published: auc 0.51, at least 0.52 is missed. In its place decides: rules.",
        "The online learner had learnt from 11,500 decisions.",
    ]


def test_page_markdown_and_screen_say_the_same() -> None:
    screen = "\n".join(simulation_lines(taught()))
    page, notes = report_page(taught()), markdown(taught()).replace("\\", "")
    for told in (screen, page, notes):
        assert "What was learnt before the first day" in told
        assert "nothing was published: auc 0.51" in told
        assert "1,000 other customers (seed \u201cs, the season before\u201d), 8 weeks from 2025-11-10" in told
    for told in (page, notes):
        assert "rate_ratio.x 0.9, at least 0.8 holds" in told


def test_nothing_is_said_where_no_arm_was_trained() -> None:
    assert schooling(findings()) is None
    assert "What was learnt before" not in markdown(findings())
