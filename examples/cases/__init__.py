"""The four cases of the mission, simulated: `python -m examples.cases` writes docs/cases."""
