"""From a key's URI to the key: which scheme means which kind of place."""

from __future__ import annotations

import re

from ..faults import KeyFault
from .files import open_file
from .pins import PinSource
from .signer import Signer

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def open_signer(uri: str, pin: PinSource) -> Signer:
    """The key that `uri` names, ready to sign; `pin` is asked where the key wants a passphrase or PIN.

    What has no scheme is a path. (A single letter and a colon is a drive, not a scheme.)

    Raises:
        KeyFault: ``signing.uri``, and what the kind of key raises.
        InputFault: ``input.*``, where a file cannot be read.
    """
    match = _SCHEME.match(uri)
    if match is None:
        return open_file(uri, pin)
    scheme = match[0][:-1].lower()
    if scheme == "file":
        return open_file(uri[len(match[0]) :], pin)
    raise KeyFault("signing.uri", f"keys are not found by {scheme[:32]!r}", expected="a path")
