"""What has to stand behind a signature, and what was proved about one."""

from __future__ import annotations

from msgspec import Struct

from attestations.bundles import Envelope, Metablock, PackageSignature
from attestations.digests import Digest

from .authenticated import Signer, VerifiedEntry, VerifiedTime


class Thresholds(Struct, frozen=True):
    """How many *distinct* logs, time authorities and CT logs must have seen a signature under a certificate (T27).

    `times` 0 is for long-lived certificates of a private authority: where nothing proves a time, the certificate must
    then be valid at the moment of verification.
    """

    logs: int = 1
    times: int = 1
    scts: int = 1

    def __post_init__(self) -> None:
        if min(self.logs, self.times, self.scts) < 0:
            raise ValueError("a threshold is at least 0")


class Proof(Struct, frozen=True):
    """Everything that was proved about a signature but what the signed bytes say. There is at least one signer.

    `content` is what was signed: an envelope, its payload unread; a package; or an artifact by the checked digest.
    """

    content: Envelope | Metablock | PackageSignature | Digest
    signers: tuple[Signer, ...]
    times: tuple[VerifiedTime, ...]
    entries: tuple[VerifiedEntry, ...]
    scts: tuple[str, ...]
