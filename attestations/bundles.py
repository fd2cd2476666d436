"""What every carrier of a signature becomes: one `Bundle`, unauthenticated.

    content               material                entries                timestamps
    Envelope |            CertificateMaterial |   LogEntry …             RFC 3161 tokens, DER
    MessageSignature |    PublicKeyMaterial |
    PackageSignature |    NoMaterial
    DetachedSignature

Carriers (Sigstore bundles, bare DSSE, JSON lines, cosign's layers, Cloud Build's lists) each have one file under
`carriers/`; what they hold and nothing more lands here. Nothing in a bundle is believed until
`verifier.authenticate` says so.
"""

from __future__ import annotations

from msgspec import Struct

from .digests import Digest


class EnvelopeSignature(Struct, frozen=True):
    """One signature over an envelope's PAE. `keyid` is a hint and nothing else; "" where absent."""

    value: bytes
    keyid: str = ""


class Envelope(Struct, frozen=True):
    """A DSSE envelope: the payload's bytes as received, its type, its signatures."""

    payload: bytes
    payload_type: str
    signatures: tuple[EnvelopeSignature, ...]


class MetablockSignature(Struct, frozen=True):
    """One signature over a metablock's canonical bytes, or over these and `headers` where it came out of OpenPGP.

    `keyid` is a hint and nothing else. `headers` are the signature packet's hashed part, b"" for any other signature.
    """

    value: bytes
    keyid: str
    headers: bytes = b""


class Metablock(Struct, frozen=True):
    """in-toto metadata with its signatures beside it: `kind` is ``layout`` or ``link``.

    `canonical` are the bytes that the signatures cover, made of everything that was received; `content` is the same
    value as JSON.
    """

    kind: str
    canonical: bytes
    content: bytes
    signatures: tuple[MetablockSignature, ...]


class MessageSignature(Struct, frozen=True):
    """A signature over an artifact's own bytes; `digest` is the carrier's claim about them, a hint."""

    signature: bytes
    digest: Digest | None


class PackageSignature(Struct, frozen=True):
    """An npm registry's signatures over ``name@version:integrity``; `sha512` is the package's digest, in hex."""

    name: str
    version: str
    integrity: str
    sha512: str
    signatures: tuple[EnvelopeSignature, ...]

    @property
    def message(self) -> bytes:
        """The bytes that are signed. Spec: https://docs.npmjs.com/about-registry-signatures"""
        return f"{self.name}@{self.version}:{self.integrity}".encode()


class MinisignSignature(Struct, frozen=True):
    """minisign's signature over a file, or over its BLAKE2b-512 (`prehashed`); `key_id` is a hint and nothing else.

    `binding` is the signature over `signature` and `comment`, the comment that minisign calls trusted.
    """

    signature: bytes
    key_id: bytes
    prehashed: bool
    comment: bytes
    binding: bytes


class SshSignature(Struct, frozen=True):
    """OpenSSH's signature over a file's digest by `hash`, made for `namespace`; `public_key` is OpenSSH's blob."""

    public_key: bytes
    namespace: str
    reserved: bytes
    hash: str
    algorithm: str
    signature: bytes


class OpenPgpSignature(Struct, frozen=True):
    """OpenPGP's signature, one packet; `clearsigned` is the whole file where the text stands in it, else b"".

    `created` is the signer's word, in Unix seconds.
    """

    packet: bytes
    clearsigned: bytes
    created: int

    @property
    def signature(self) -> bytes:
        return self.packet


DetachedSignature = MinisignSignature | OpenPgpSignature | SshSignature
"""Signatures in formats of their own, which stand beside a file and know a key and no certificate."""

Content = Envelope | MessageSignature | Metablock | PackageSignature | DetachedSignature


class CertificateMaterial(Struct, frozen=True):
    """X.509 certificates in DER, leaf first. Everything after the leaf is untrusted help for the path."""

    chain: tuple[bytes, ...]

    @property
    def leaf(self) -> bytes:
        return self.chain[0]


class PublicKeyMaterial(Struct, frozen=True):
    """The carrier names a key by a hint; the key itself comes from policy."""

    hint: str


class NoMaterial(Struct, frozen=True):
    """The carrier names no key (bare DSSE)."""


Material = CertificateMaterial | PublicKeyMaterial | NoMaterial


class InclusionProof(Struct, frozen=True):
    """A Merkle audit path, and the checkpoint (a signed note, verbatim) that its root claims to come from."""

    log_index: int
    tree_size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: bytes | None


class LogEntry(Struct, frozen=True):
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


class Bundle(Struct, frozen=True):
    """What was signed, with the verification material that came along.

    `carrier` names the format (``sigstore-bundle/0.3``, ``dsse``, ``cosign-layer``, ``gcb``).
    `label` is the predicate type that the carrier writes beside an envelope, unsigned; "" where it writes none.
    `legacy_payload_signature` is set only by carriers whose signature covers the payload itself and not its PAE (Cloud
    Build before DSSE): weaker, and named as weaker wherever it counts.
    `report` stands with the summary of a verdict bundle: the SHA-256 of the report that the file says it sums up.
    """

    carrier: str
    content: Content
    material: Material
    entries: tuple[LogEntry, ...] = ()
    timestamps: tuple[bytes, ...] = ()
    label: str = ""
    legacy_payload_signature: bool = False
    report: Digest | None = None


class Evidence(Struct, frozen=True):
    """One bundle out of one file, with where it stood.

    `source` is the file's name as people gave it; `pointer` the JSON pointer of the bundle inside the file, "" for the
    whole; `digest` the SHA-256 of the whole file, by which records and reports cite it.
    """

    source: str
    pointer: str
    digest: Digest
    bundle: Bundle
