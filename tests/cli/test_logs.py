"""The log of serving commands."""

import subprocess
import sys


def test_our_lines_go_to_standard_error_and_libraries_stay_quiet() -> None:
    code = (
        "import logging; from segue.cli.logs import log_to_stderr; log_to_stderr();"
        "logging.getLogger('segue.x').info('ours'); logging.getLogger('other').info('theirs')"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == ""
    assert told.stderr.rstrip().endswith("INFO    segue.x: ours")
