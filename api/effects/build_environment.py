"""What the system that runs a build says of it: the variables of the process."""

from __future__ import annotations

import os
from collections.abc import Mapping


def build_environment() -> Mapping[str, str]:
    """The variables as they are now. They are claims for a statement, and settle nothing about trust or policy."""
    return dict(os.environ)
