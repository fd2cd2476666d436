"""All that a judgement depends on, as values: the same request gives the same verdict, byte for byte, anywhere.

Files are bytes with the name that people gave them. Nothing here was read, checked or believed yet.
"""

from __future__ import annotations

import datetime

from msgspec import Struct

from attestations.limits import Limits

from .opinions import Opinion
from .policy.model import Policy
from .verdict import Artifact


class EvidenceFile(Struct, frozen=True):
    """A file of evidence: a bundle, an envelope, JSON lines of them."""

    name: str
    content: bytes


class TrustFile(Struct, frozen=True):
    """A trust root (Sigstore `TrustedRoot` JSON) under the name policies call it; `dated` is when it was obtained."""

    name: str
    content: bytes
    dated: datetime.datetime | None


class KeyFile(Struct, frozen=True):
    """Public keys in PEM. They count only where the policy pins their fingerprint, in the window that it gives."""

    name: str
    content: bytes


class Request(Struct, frozen=True):
    """One artifact, the evidence about it, who was expected to make it, what is trusted, and the moment of asking.

    `release` is the version asked about, None where the policy has no ``{version}``. `now` is aware and UTC.
    `limits` are the limits in force; those above the default are named on the verdict. `version` is ours. `opinions`
    are what other engines said of the evidence, none where nobody asked them. `state` is what the asker accepted before
    (`updates.streams`), None where nobody said.
    """

    artifact: Artifact
    evidence: tuple[EvidenceFile, ...]
    policy: Policy
    release: str | None
    trust: tuple[TrustFile, ...]
    keys: tuple[KeyFile, ...]
    now: datetime.datetime
    limits: Limits
    version: str
    opinions: tuple[Opinion, ...] = ()
    state: bytes | None = None
