"""The report in Markdown."""

from segue.simulation.report.markdown import markdown
from tests.simulation.report.known import findings


def test_all_figures_and_readings_are_told_and_no_name_is_markup() -> None:
    made = markdown(findings(with_varied=True))
    assert made.startswith("# Simulation: town\n")
    assert "**These are made-up customers.**" in made
    assert "| usual | 2.00 (1.60 to 2.40) |  |  | baseline |" in made
    agent = r"\<agent\> & co"
    assert (
        f"| {agent} | 1.00 (0.80 to 1.20) | \u22121.00 (\u22121.20 to \u22120.80) | \u221250 % (\u221260 to \u221240) |"
        in made
    )
    assert "better becomes no clear difference" in made
    assert "    segue simulate --workspace . --name town" in made
    assert "<agent>" not in made.replace(agent, "")


def test_tables_have_as_many_cells_in_every_row() -> None:
    blocks = [block.splitlines() for block in markdown(findings(with_varied=True)).split("\n\n") if block[:1] == "|"]
    assert blocks
    for block in blocks:
        assert len({line.count("|") for line in block}) == 1
