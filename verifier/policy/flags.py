"""The command line's identity and key flags as a policy: the same object, the same digest as if it were a file."""

from __future__ import annotations

from dataclasses import dataclass

from attestations.digests import Digest


@dataclass(frozen=True, slots=True)
class FlagValues:
    """What was given on the command line; texts are exact. `keys` are fingerprints of the given key files' keys.

    `roots` are the trust roots to use: names, or ``sha256:…`` of files given.
    """

    identity: str | None = None
    issuer: str | None = None
    keys: tuple[Digest, ...] = ()
    source: str | None = None
    tag: str | None = None
    branch: str | None = None
    commit: str | None = None
    builder: str | None = None
    roots: tuple[str, ...] = ()
