"""A log entry with its promise and proof, in each of the forms that carry one.

    read_transparency_entry   Sigstore's protobuf JSON: bundles, PyPI attestations
    read_api_entries          the answer of Rekor v1's API: {"<uuid>": {"body": …, "verification": …}}
    read_cosign_entry         cosign's legacy ``rekorBundle``: a promise and no proof

Spec: sigstore/protobuf-specs, protos/sigstore_rekor.proto; sigstore/rekor, openapi.yaml.
"""

from __future__ import annotations

from ..bundles import InclusionProof, LogEntry
from ..limits import DEFAULT_LIMITS, Limits
from ..strict_json import Node, loads

_MAXIMUM_HASHES = 64
"""No tree of fewer than 2^64 leaves has a longer audit path."""


def read_transparency_entry(node: Node) -> LogEntry:
    """Read a ``TransparencyLogEntry``.

    Raises:
        FormatFault: ``json.*``, ``base64.malformed``, ``log.proof_malformed``.
    """
    kind = node.field("kindVersion")
    promise = node.given("inclusionPromise")
    proof = node.given("inclusionProof")
    time = node.given("integratedTime")
    return LogEntry(
        kind=kind.field("kind").text(),
        version=kind.field("version").text(),
        log_id=node.field("logId").field("keyId").base64(either_alphabet=True),
        log_index=_int64(node, "logIndex"),
        integrated_time=(time.int64() or None) if time is not None else None,
        body=node.field("canonicalizedBody").base64(either_alphabet=True),
        promise=promise.field("signedEntryTimestamp").base64(either_alphabet=True) if promise is not None else None,
        proof=_transparency_proof(proof) if proof is not None else None,
    )


def _int64(node: Node, name: str) -> int:
    # Protobuf JSON leaves a zero out: the first entry of a log has no index on the wire.
    value = node.given(name)
    return value.int64() if value is not None else 0


def _transparency_proof(node: Node) -> InclusionProof:
    hashes = node.given("hashes")
    checkpoint = node.given("checkpoint")
    return InclusionProof(
        log_index=_int64(node, "logIndex"),
        tree_size=node.field("treeSize").int64(),
        root=_hash(node.field("rootHash").base64(either_alphabet=True), node.field("rootHash")),
        hashes=_path(hashes, hexadecimal=False) if hashes is not None else (),
        checkpoint=checkpoint.field("envelope").text().encode("utf-8") if checkpoint is not None else None,
    )


def read_api_entries(data: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> tuple[LogEntry, ...]:
    """Read an answer of Rekor v1's API: one entry or more, each under its own id.

    The entry's kind and version are those that its body states.

    Raises:
        FormatFault: ``json.*``, ``base64.malformed``, ``log.proof_malformed``.
        LimitFault: ``limit.bundle``, ``limit.log_entries``, ``limit.depth``.
    """
    limits.check("bundle", len(data))
    root = Node(loads(data, source=source, limits=limits), source)
    limits.check("log_entries", len(root.object()), root.place)
    return tuple(_api_entry(entry, limits) for _, entry in root.members())


def _api_entry(node: Node, limits: Limits) -> LogEntry:
    verification = node.given("verification")
    promise = verification.given("signedEntryTimestamp") if verification is not None else None
    proof = verification.given("inclusionProof") if verification is not None else None
    return _with_body(
        node,
        promise.base64() if promise is not None else None,
        _api_proof(proof) if proof is not None else None,
        limits,
    )


def _api_proof(node: Node) -> InclusionProof:
    root = node.field("rootHash")
    checkpoint = node.given("checkpoint")
    return InclusionProof(
        log_index=node.field("logIndex").int64(),
        tree_size=node.field("treeSize").int64(),
        root=_hash(root.hex(), root),
        hashes=_path(node.field("hashes"), hexadecimal=True),
        checkpoint=checkpoint.text().encode("utf-8") if checkpoint is not None else None,
    )


def read_cosign_entry(node: Node, limits: Limits) -> LogEntry:
    """Read ``{"SignedEntryTimestamp": …, "Payload": {body, integratedTime, logIndex, logID}}``.

    Raises:
        FormatFault: ``json.*``, ``base64.malformed``.
    """
    return _with_body(node.field("Payload"), node.field("SignedEntryTimestamp").base64(), None, limits)


def _with_body(node: Node, promise: bytes | None, proof: InclusionProof | None, limits: Limits) -> LogEntry:
    body = node.field("body").base64()
    source = str(node.field("body").place)
    stated = Node(loads(body, source=source, limits=limits), source)
    return LogEntry(
        kind=stated.field("kind").text(),
        version=stated.field("apiVersion").text(),
        log_id=node.field("logID").hex(),
        log_index=node.field("logIndex").int64(),
        integrated_time=node.field("integratedTime").int64() or None,
        body=body,
        promise=promise,
        proof=proof,
    )


def _path(node: Node, *, hexadecimal: bool) -> tuple[bytes, ...]:
    if len(node.array()) > _MAXIMUM_HASHES:
        raise node.fault("log.proof_malformed", "longer than any audit path", expected=f"at most {_MAXIMUM_HASHES}")
    return tuple(_hash(item.hex() if hexadecimal else item.base64(either_alphabet=True), item) for item in node.items())


def _hash(value: bytes, node: Node) -> bytes:
    if len(value) != 32:
        raise node.fault("log.proof_malformed", f"a hash of {len(value)} bytes", expected="32 bytes")
    return value
