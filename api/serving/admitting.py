"""Whose word a service takes on who people and CI jobs are, out of the operator's file."""

from __future__ import annotations

from pathlib import Path

from ..effects.egress import PublicEgress
from ..effects.faults import AccessFault
from ..usecases.service.issuers import Issuing, issuing_of, read_issuers

LARGEST = 1024 * 1024
"""Bytes of the file, and of each that it names."""


def issuing_at(path: Path | None) -> Issuing | None:
    """Those whom the file at `path` names; nobody, where there is none.

    Raises:
        AccessFault: ``identity.settings``.
    """
    if path is None:
        return None
    configured = read_issuers(_read(path), lambda name: _read(path.parent / name))
    return issuing_of(configured, PublicEgress())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise AccessFault("identity.settings", f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise AccessFault("identity.settings", f"{path} is too large", expected=f"at most {LARGEST} bytes")
    return content
