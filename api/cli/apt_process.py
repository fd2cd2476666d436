"""Where the process that apt calls begins: it says that it stands, and only then does what it was asked.

    standard error leads nowhere ─► all that the gate uses is loaded ─► standard error is what file 3 is

What goes wrong before that is told by the launcher, in one line; after it a code of the program's stands on top of
`STARTED`, so that no way for an interpreter to end reads as an answer.
"""

from __future__ import annotations

import importlib
import os

from ..gate.apt.hooks import OWN_ERRORS, STARTED

LOADED = (
    *(
        "api.cli.gate",
        "api.cli.gate_apt",
        "api.cli.world",
        "api.gate.apt.sources",
        "api.gate.apt.transactions",
        "api.gate.gate",
        "api.gate.screens",
    ),
    *("api.usecases.verify", "verifier.engine", "verifier.detached.openpgp", "cryptography.x509", "pysequoia"),
)
"""What a transaction that is looked at uses: an environment that lacks any of it did not start."""


def load() -> None:
    """Load what is used. Raises: ImportError, and whatever a damaged module does."""
    for name in LOADED:
        importlib.import_module(name)


def begin() -> int:
    """Load what is used, then run the program; `STARTED` and its exit code."""
    load()
    from .program import console

    os.dup2(OWN_ERRORS, 2)
    return STARTED + console()
