"""What every carrier of a signature becomes: one `Bundle`, unauthenticated.

    content               material                entries                timestamps
    Envelope |            CertificateMaterial |   LogEntry …             RFC 3161 tokens, DER
    MessageSignature      PublicKeyMaterial |
                          NoMaterial

Carriers (Sigstore bundles, bare DSSE, JSON lines, cosign's layers, Cloud Build's lists) each have one file under
`carriers/`; what they hold and nothing more lands here. Nothing in a bundle is believed until
`verifier.authenticate` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from .digests import Digest


@dataclass(frozen=True, slots=True)
class EnvelopeSignature:
    """One signature over an envelope's PAE. `keyid` is a hint and nothing else; "" where absent."""

    value: bytes
    keyid: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE envelope: the payload's bytes as received, its type, its signatures."""

    payload: bytes
    payload_type: str
    signatures: tuple[EnvelopeSignature, ...]


@dataclass(frozen=True, slots=True)
class MessageSignature:
    """A signature over an artifact's own bytes; `digest` is the carrier's claim about them, a hint."""

    signature: bytes
    digest: Digest | None


@dataclass(frozen=True, slots=True)
class CertificateMaterial:
    """X.509 certificates in DER, leaf first. Everything after the leaf is untrusted help for the path."""

    chain: tuple[bytes, ...]

    @property
    def leaf(self) -> bytes:
        return self.chain[0]


@dataclass(frozen=True, slots=True)
class PublicKeyMaterial:
    """The carrier names a key by a hint; the key itself comes from policy."""

    hint: str


@dataclass(frozen=True, slots=True)
class NoMaterial:
    """The carrier names no key (bare DSSE)."""


Material = CertificateMaterial | PublicKeyMaterial | NoMaterial


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """A Merkle audit path, and the checkpoint (a signed note, verbatim) that its root claims to come from."""

    log_index: int
    tree_size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: bytes | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A transparency log entry as carried.

    `body` is the canonicalized body, verbatim: the leaf's bytes. `integrated_time` is in Unix seconds, None where
    absent or 0. `promise` is Rekor v1's signed entry timestamp (SET), `log_id` the raw key id (32 bytes in Rekor v1).
    `log_index` is the global index.
    """

    kind: str
    version: str
    log_id: bytes
    log_index: int
    integrated_time: int | None
    body: bytes
    promise: bytes | None
    proof: InclusionProof | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Envelope or message signature, with the verification material that came along.

    `carrier` names the format (``sigstore-bundle/0.3``, ``dsse``, ``cosign-layer``, ``gcb``).
    `legacy_payload_signature` is set only by carriers whose signature covers the payload itself and not its PAE (Cloud
    Build before DSSE): weaker, and named as weaker wherever it counts.
    """

    carrier: str
    content: Envelope | MessageSignature
    material: Material
    entries: tuple[LogEntry, ...] = ()
    timestamps: tuple[bytes, ...] = ()
    legacy_payload_signature: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One bundle out of one file, with where it stood.

    `source` is the file's name as people gave it; `pointer` the JSON pointer of the bundle inside the file, "" for the
    whole; `digest` the SHA-256 of the whole file, by which records and reports cite it.
    """

    source: str
    pointer: str
    digest: Digest
    bundle: Bundle
