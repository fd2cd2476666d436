"""``python -m countersign``: the command line, where the console script is not on the PATH."""

import sys

from api.cli import console

sys.exit(console())
