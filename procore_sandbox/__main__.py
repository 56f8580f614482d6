"""Starts the stand-in: `python -m procore_sandbox --help`."""

import sys

from procore_sandbox.cli import main

if __name__ == "__main__":
    sys.exit(main())
