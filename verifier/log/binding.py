"""Does a log entry speak of *this* signature, by this key, over these bytes? Else it proves nothing here (T40).

    kind          version   signature   key or certificate   what was signed
    hashedrekord  0.0.1     equal       equal                digest of the artifact
    hashedrekord  0.0.2     equal       equal                digest of the artifact, or of the envelope's PAE
    dsse          0.0.1     equal       equal                digest of the payload
    intoto        0.0.2     equal       equal                digest of the payload, and its type
    intoto        0.0.1     (no field)  equal                digest of the envelope as submitted

Comparisons of bytes and nothing more: that the log holds the entry is for `rekor_v1` and `rekor_v2` to prove. A kind
that logs one sort of content never stands for the other: that an artifact was logged says nothing about an envelope.

Spec: Sigstore client specification, "Verification using a bundle", transparency log entry;
Rekor v2, https://github.com/sigstore/rekor-tiles/blob/main/CLIENTS.md
"""

from __future__ import annotations

import hashlib
from base64 import b64encode

import msgspec

from attestations.bundles import Envelope, LogEntry
from attestations.digests import Digest
from attestations.dsse import pae
from attestations.faults import Fault, FormatFault, LimitFault
from attestations.log_entries import (
    DsseEntry,
    EntryBody,
    HashedRekordEntry,
    IntotoEntry,
    Recorded,
    RecordedSignature,
    parse_body,
)

from ..content import Signed
from ..faults import LogFault
from ..key_details import KEY_DETAILS
from ..keys import load_spki
from ..signatures import named


def bind(entry: LogEntry, signed: Signed) -> None:
    """Prove that the entry's body records `signed`, all of it.

    Raises:
        LogFault: ``log.other_signature``, ``log.other_key``, ``log.other_content``, ``log.unbindable``,
            ``log.entry_malformed``.
        FormatFault: ``log.entry_unsupported`` (T47), ``log.kind_mismatch``, ``digest.algorithm``.
        LimitFault: ``limit.signatures``, ``limit.depth``.
    """
    body = _parse(entry)
    if isinstance(body, HashedRekordEntry):
        _bind_hashedrekord(body, signed)
    elif not isinstance(signed.content, Envelope):
        raise _other_content("an envelope", "a signature over an artifact")
    elif isinstance(body, DsseEntry):
        _bind_signature(body.signatures, signed)
        _bind_payload(body.payload_digest, signed.content)
    else:
        _bind_intoto(body, signed, signed.content)


def _parse(entry: LogEntry) -> EntryBody:
    try:
        return parse_body(entry.kind, entry.version, entry.body)
    except LimitFault:
        raise
    except FormatFault as fault:
        if fault.reason.partition(".")[0] in _TELLING:
            raise
        where = f" at {fault.place.pointer}" if fault.place.pointer else ""
        raise LogFault(
            "log.entry_malformed",
            f"the log entry's body is not what its kind asks for{where}: {fault.detail}",
            expected=fault.expected,
            actual=fault.actual,
        ) from fault


_TELLING = ("log", "digest")
"""Areas of reasons that say by themselves what is wrong with a log entry."""


def _bind_hashedrekord(body: HashedRekordEntry, signed: Signed) -> None:
    _bind_signature((RecordedSignature(body.signature, body.verifier),), signed)
    content = signed.content
    if body.key_details:
        _bind_key_details(body, signed)
        if isinstance(content, Envelope):
            content = _digest(body.digest.algorithm, pae(content.payload_type, content.payload))
    if isinstance(content, Envelope):
        raise _other_content("an artifact", "an envelope")
    if content != body.digest:
        raise _other_content(str(body.digest), str(content))


def _bind_key_details(body: HashedRekordEntry, signed: Signed) -> None:
    """The entry names this kind of key, and its digest is by the algorithm that such a key signs with."""
    details = KEY_DETAILS.get(body.key_details)
    if details is None or not details.scheme.startswith(signed.key.algorithm):
        raise LogFault(
            "log.other_key",
            "the log entry is about a key of another kind",
            expected=signed.key.algorithm,
            actual=body.key_details[:80],
        )
    if named(details.scheme).hash not in (None, body.digest.algorithm):
        raise _other_content(f"a {body.digest.algorithm} digest", f"a signature by {details.scheme}")


def _bind_intoto(body: IntotoEntry, signed: Signed, envelope: Envelope) -> None:
    if body.verifier is not None:
        _bind_key(body.verifier, signed)
        _bind_envelope(body.envelope_digest, envelope)
        return
    _bind_signature(body.signatures, signed)
    if body.payload_type != envelope.payload_type:
        raise _other_content(body.payload_type, envelope.payload_type)
    _bind_payload(body.payload_digest, envelope)


def _bind_signature(recorded: tuple[RecordedSignature, ...], signed: Signed) -> None:
    """Exactly one signature is recorded, and it is this one by this key."""
    if len(recorded) != 1 or recorded[0].signature != signed.signature:
        raise LogFault(
            "log.other_signature",
            "the log entry records another signature than the bundle's",
            expected="1 signature, the bundle's",
            actual=f"{len(recorded)}, of other bytes",
        )
    _bind_key(recorded[0].verifier, signed)


def _bind_key(recorded: Recorded, signed: Signed) -> None:
    """The very certificate, where there is one: who watches the log for a name finds it only in a certificate."""
    if recorded.certificate:
        same = recorded.der == signed.certificate
    else:
        same = signed.certificate is None and _fingerprint(recorded.der) == signed.key.fingerprint
    if not same:
        raise LogFault("log.other_key", "the log entry records another key or certificate than the bundle's")


def _fingerprint(spki: bytes) -> Digest | None:
    try:
        return load_spki(spki).fingerprint
    except Fault:
        return None


def _bind_payload(recorded: Digest | None, envelope: Envelope) -> None:
    if recorded is None:
        raise LogFault("log.unbindable", "the log entry does not say which payload was signed")
    own = _digest(recorded.algorithm, envelope.payload)
    if own != recorded:
        raise _other_content(str(recorded), str(own))


def _bind_envelope(recorded: Digest | None, envelope: Envelope) -> None:
    """Bind an entry that records only the digest of the envelope's JSON, in the one spelling that can be made again."""
    if recorded is None or recorded != _digest(recorded.algorithm, _as_submitted(envelope)):
        raise LogFault("log.unbindable", "the log entry records no signature, and the digest of another envelope")


def _as_submitted(envelope: Envelope) -> bytes:
    """The envelope as Go's DSSE library writes it, which is what clients of ``intoto`` 0.0.1 submitted."""
    submitted = {
        "payloadType": envelope.payload_type,
        "payload": b64encode(envelope.payload).decode("ascii"),
        "signatures": [
            {"keyid": signature.keyid, "sig": b64encode(signature.value).decode("ascii")}
            for signature in envelope.signatures
        ],
    }
    return msgspec.json.encode(submitted)


def _digest(algorithm: str, content: bytes) -> Digest:
    return Digest(algorithm, hashlib.new(algorithm, content).hexdigest())


def _other_content(recorded: str, own: str) -> LogFault:
    return LogFault(
        "log.other_content",
        "the log entry is about other content than this bundle's",
        expected=own[:160],
        actual=recorded[:160],
    )
