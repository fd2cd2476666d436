"""What is asked of the signer, and what it answers."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class SignRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A report, and what a summary says that no report does.

    `policy` is the digest of the policy's canonical form, ``sha256:…``, and must be the report's. `evidence` is the
    SHA-256 of each file of evidence, in hex. `record` is the SHA-256, in hex, of the record that the report follows
    from, with the report in it: the signer notes it, so that whoever audits what was signed knows what to replay.
    """

    report: bytes
    policy: str
    release: str | None
    evidence: tuple[str, ...]
    record: str


class Signed(Struct, frozen=True):
    """A signed verdict: its bundle, the envelopes by file name (`api.usecases.verdicts`), under whose id and which key.

    `lacking` are the reasons why a summary or a simple result is not among them. `unattended` says that nobody
    witnessed how the key came about.
    """

    bundle: bytes
    files: dict[str, bytes]
    verifier: str
    key: str
    unattended: bool
    lacking: tuple[str, ...]


class Status(Struct, frozen=True):
    """The signer as it stands: its key's fingerprint, until when that may sign (None: no end), how much it knows."""

    key: str
    unattended: bool
    until: str | None
    policies: int
    trust_files: int
    signed: int


class VerdictSigner(Protocol):
    """Whoever signs verdicts: the process behind its socket, or the same rules in this process."""

    def sign(self, request: SignRequest) -> Signed:
        """The signed verdict of a report.

        Raises:
            SignerAway: ``signer.unavailable``: ask again later.
            SignerFault: ``signer.*``: it will not be signed.
        """
        ...

    def status(self) -> Status:
        """How the signer stands; what readiness asks. Raises: SignerAway ``signer.unavailable``."""
        ...
