"""``python -m segue`` is the ``segue`` command."""

import sys

from segue.cli import main

if __name__ == "__main__":
    sys.exit(main())
