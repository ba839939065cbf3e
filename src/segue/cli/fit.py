"""segue fit: train a model on a table, and say what it is worth."""

from cyclopts import App

from segue.cli.fit_lifetime import lifetime
from segue.cli.fit_propensity import propensity
from segue.cli.fit_uplift import uplift

app = App(
    name="fit",
    help="Train a model on a table, and say what it is worth.",
    help_format="plaintext",
    help_formatter="plain",
)
app.command(propensity)
app.command(uplift)
app.command(lifetime)
