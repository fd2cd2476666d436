"""The signature of a bundle, over what it covers: an envelope's PAE, or an artifact by its digest.

The bytes that are verified are the bytes that were received, never a second writing of what was read out of them (T13).
"""

from __future__ import annotations

import contextlib
import itertools

from msgspec import Struct

from attestations.bundles import Bundle, DetachedSignature, Envelope, MessageSignature, Metablock, PackageSignature
from attestations.digests import Digest, DigestSet
from attestations.dsse import pae

from .detached import verify_detached
from .detached.whole import Whole
from .faults import SignatureFault
from .keys import PublicKey
from .signatures import schemes_for, verify, verify_digest


class Signed(Struct, frozen=True):
    """A signature that verified: its bytes, its key, the leaf certificate in DER where it came with one.

    `content` is the envelope whose PAE it covers, the package that a registry's line names, or the digest of the
    artifact that it covers. Whose key it is, and
    whether anybody trusts it, is not said.
    """

    signature: bytes
    key: PublicKey
    certificate: bytes | None
    content: Envelope | Metablock | PackageSignature | Digest


def signature_values(bundle: Bundle) -> tuple[bytes, ...]:
    """The bytes of every signature that the bundle carries."""
    if isinstance(bundle.content, MessageSignature | DetachedSignature):
        return (bundle.content.signature,)
    return tuple(signature.value for signature in bundle.content.signatures)


def check_one_signature(bundle: Bundle) -> None:
    """A certificate, a log entry, a timestamp is about one signature: beside several, nothing says which (T34).

    Raises:
        SignatureFault: ``envelope.signatures``.
    """
    count = len(signature_values(bundle))
    if count != 1:
        raise SignatureFault(
            "envelope.signatures",
            "several signatures beside a certificate, log entry or timestamp of one",
            expected="1",
            actual=str(count),
        )


def verify_certified(bundle: Bundle, key: PublicKey, certificate: bytes, artifact: DigestSet) -> Signed:
    """Prove that the bundle's one signature is by `key`, the key of its leaf `certificate` (DER).

    Raises:
        SignatureFault: ``signature.invalid``, ``signature.malformed``, ``signature.needs_bytes``,
            ``signature.scheme_unsupported``, ``artifact.mismatch``, ``artifact.unmeasured``.
    """
    (signature,) = signature_values(bundle)
    content = bundle.content
    if isinstance(content, Envelope | Metablock | PackageSignature):
        verify(key, signature, _covered(bundle, content), scheme=None)
        return Signed(signature, key, certificate, content)
    return Signed(signature, key, certificate, _verify_artifact(content, key, artifact))


def verify_pinned(
    bundle: Bundle, keys: tuple[PublicKey, ...], certificate: bytes | None, artifact: DigestSet
) -> tuple[Signed, ...]:
    """Prove which of the pinned `keys` signed, each once and in their order: at least one did.

    An envelope may carry several signatures. One that verifies under no pinned key is nobody's: it confers nothing, and
    refuses nothing beside one that does (T34). A key id chooses no key and excuses none (T25).

    Raises:
        SignatureFault: as `verify_certified`.
    """
    content = bundle.content
    covered = b"" if isinstance(content, MessageSignature | DetachedSignature) else _covered(bundle, content)
    found: dict[Digest, Signed] = {}
    faults: list[SignatureFault] = []
    for key, signature in itertools.product(keys, signature_values(bundle)):
        if key.fingerprint in found:
            continue
        try:
            if isinstance(content, Envelope | Metablock | PackageSignature):
                _verify_either_encoding(key, signature, covered)
                found[key.fingerprint] = Signed(signature, key, certificate, content)
            else:
                found[key.fingerprint] = Signed(signature, key, certificate, _verify_artifact(content, key, artifact))
        except SignatureFault as fault:
            faults.append(fault)
    if not found:
        # What another key's signature is to an algorithm is "malformed" as a rule: any other fault says more.
        raise next((fault for fault in faults if fault.reason != "signature.malformed"), faults[0])
    return tuple(found.values())


def _verify_either_encoding(key: PublicKey, signature: bytes, covered: bytes) -> None:
    """Under a pinned ECDSA key r ‖ s is taken too: Google's attestations and DSSE's own example have it."""
    try:
        verify(key, signature, covered, scheme=None)
    except SignatureFault as fault:
        if fault.reason != "signature.malformed" or not key.algorithm.startswith("ecdsa-"):
            raise
        for scheme in schemes_for(key, raw=True):
            with contextlib.suppress(SignatureFault):
                verify(key, signature, covered, scheme=scheme)
                return
        raise


def _verify_artifact(content: MessageSignature | DetachedSignature, key: PublicKey, artifact: DigestSet) -> Digest:
    if isinstance(content, DetachedSignature):
        return verify_detached(content, key, artifact)
    whole = artifact if isinstance(artifact, Whole) else None
    if whole is not None and schemes_for(key)[0].hash is None:
        verify(key, content.signature, whole.content, scheme=None)
        return whole.digests[0]
    digest = _covered_digest(content, key, artifact)
    verify_digest(key, content.signature, digest, scheme=None)
    return digest


def _covered(bundle: Bundle, content: Envelope | Metablock | PackageSignature) -> bytes:
    if isinstance(content, Metablock):
        return content.canonical
    if isinstance(content, PackageSignature):
        return content.message
    return content.payload if bundle.legacy_payload_signature else pae(content.payload_type, content.payload)


def _covered_digest(content: MessageSignature, key: PublicKey, artifact: DigestSet) -> Digest:
    """The artifact's own digest by the algorithm that the signature is over; the carrier's word only chooses which."""
    claimed = content.digest
    algorithm = claimed.algorithm if claimed is not None else schemes_for(key)[0].hash
    if algorithm is None:
        raise SignatureFault("signature.needs_bytes", f"an {key.algorithm} signature is over the bytes, not a digest")
    digest = artifact.get(algorithm)
    if digest is None:
        raise SignatureFault(
            "artifact.unmeasured",
            f"the signature is over the artifact's {algorithm} digest",
            expected=algorithm,
            actual=", ".join(known.algorithm for known in artifact) or "no digest",
        )
    if claimed is not None and claimed != digest:
        raise SignatureFault(
            "artifact.mismatch", "the signature is over another artifact", expected=str(digest), actual=str(claimed)
        )
    return digest
