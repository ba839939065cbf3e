"""The log of the commands that keep running: one line each on standard error."""

import logging


def log_to_stderr() -> None:
    """Send log lines to standard error; the libraries' only from warnings on."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    logging.getLogger("segue").setLevel(logging.INFO)
