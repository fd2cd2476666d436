"""Whose word a service's verdicts are: a chain of trust documents, from one that was pinned to the one of today.

    pinned by its fingerprint ──► version n ──signed by the thresholds of n and of n+1──► n+1 … ──not expired──► keys

    begin      a document that its own root keys signed, as many as it asks for; by itself it proves nothing
    succeed    the next version, which both the one before and itself sign; what was settled stays settled
    current    the document has not expired
    keys_at    the verdict keys whose signatures of a moment count

A key thief can date what he signs as he likes, so a compromised key is taken out whole: nothing of it counts any more,
whatever its date, and what it signed must be verified anew.

Spec: TUF 1.0.34, section 5.3; countersign design, section 8 (keys)
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from urllib.parse import quote

import rfc8785
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.trust_documents import RoleKeys, TrustDocument, VerdictKey, parse_trust_document
from attestations.tuf.roles import Key

from .faults import TrustFault
from .gather import sha256
from .key_files import TrustedKey
from .keys import PublicKey, load_pem
from .layout.functionaries import SCHEMES
from .policy.model import Policy
from .policy.plain import format_time
from .signatures import schemes_for
from .summary import is_uri
from .updates.tuf.thresholds import check_threshold, usable
from .windows import UNBOUNDED


def begin(data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> TrustDocument:
    """The document in `data`, signed by as many of its own root keys as it asks for. Whose they are, is not known yet.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``.
        TrustFault: ``trust_document.key``, ``trust_document.base``.
    """
    document = parse_trust_document(data, source=source, limits=limits)
    _check_sound(document)
    check_threshold(document.metadata, document.root.roles["root"], document.root.keys, "the trust document")
    return document


def _check_sound(document: TrustDocument) -> None:
    """Its keys can be used and are told apart; its threshold can be met."""
    terms, place = document.terms, document.metadata.signed.place
    if not is_uri(terms.base) or terms.base.endswith("/"):
        raise TrustFault("trust_document.base", "verifier ids begin with a URI", place=place, actual=terms.base[:200])
    try:
        roots = {usable(key)[0].fingerprint for key in terms.roots.values()}
    except Fault as fault:
        raise TrustFault("trust_document.key", f"a root key cannot be used: {fault.detail}", place=place) from None
    if {root.hex for root in roots} != set(terms.roots) or len(roots) < terms.threshold:
        raise TrustFault(
            "trust_document.key",
            "fewer root keys than its threshold asks for, or one under another id than its fingerprint",
            place=place,
            expected=f"at least {terms.threshold}",
            actual=str(len(roots)),
        )
    for key in terms.verdict_keys:
        loaded = _loaded(key, str(place))
        if loaded.key.fingerprint != key.fingerprint or loaded.key.fingerprint in roots:
            detail = "a verdict key that is not the one it is called, or that is a root key too"
            raise TrustFault("trust_document.key", detail, place=place, actual=str(loaded.key.fingerprint))
    taken = {*terms.roots, *(key.fingerprint.hex for key in terms.verdict_keys)}
    for name, role in terms.below.items():
        _check_below(name, role, taken, place)


def _check_below(name: str, role: RoleKeys, taken: Collection[str], place: Place) -> None:
    """The keys of a role below the root can be used and are told apart; none is a root key or a verdict key too."""
    try:
        found = {usable(key)[0].fingerprint.hex for key in role.keys.values()}
    except Fault as fault:
        detail = f"a key of {name} cannot be used: {fault.detail}"
        raise TrustFault("trust_document.key", detail, place=place) from None
    if found != set(role.keys) or found & set(taken) or len(found) < role.threshold:
        raise TrustFault(
            "trust_document.key",
            f"fewer keys of {name} than its threshold asks for, one under another id, or one that has another part",
            place=place,
            expected=f"at least {role.threshold}",
            actual=str(len(found - set(taken))),
        )


def _loaded(key: VerdictKey, source: str) -> TrustedKey:
    try:
        return TrustedKey(load_pem(key.public.encode("utf-8")), UNBOUNDED, source)
    except Fault as fault:
        detail = f"a verdict key cannot be used: {fault.detail}"
        raise TrustFault("trust_document.key", detail, place=Place(source)) from None


def succeed(trusted: TrustDocument, data: bytes, *, source: str, limits: Limits = DEFAULT_LIMITS) -> TrustDocument:
    """The version after `trusted`, which the threshold of `trusted` signs and its own.

    Its base is the same; it is unattended where one before was; a key that was compromised is compromised.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``.
        TrustFault: ``trust_document.key``, ``trust_document.base``, ``trust_document.version``,
            ``trust_document.settled``.
    """
    document = parse_trust_document(data, source=source, limits=limits)
    check_threshold(document.metadata, trusted.root.roles["root"], trusted.root.keys, "the trust document")
    _check_sound(document)
    check_threshold(document.metadata, document.root.roles["root"], document.root.keys, "the trust document")
    before, after, place = trusted.terms, document.terms, document.metadata.signed.place
    if after.version != before.version + 1:
        raise TrustFault(
            "trust_document.version",
            "not the version that comes next",
            place=place,
            expected=str(before.version + 1),
            actual=str(after.version),
        )
    lost = {key.fingerprint for key in before.verdict_keys if key.compromised} - {
        key.fingerprint for key in after.verdict_keys if key.compromised
    }
    if after.base != before.base or (before.unattended and not after.unattended) or lost:
        raise TrustFault(
            "trust_document.settled",
            "it takes back what was settled: the base, that nobody attended, or that a key was compromised",
            place=place,
        )
    return document


def check_current(document: TrustDocument, now: datetime.datetime) -> None:
    """The document holds at `now`. Raises: TrustFault ``trust_document.expired``."""
    if now >= document.terms.expires:
        raise TrustFault(
            "trust_document.expired",
            "the trust document has expired, and a newer one may say otherwise",
            place=document.metadata.signed.place,
            expected=f"before {format_time(document.terms.expires)}",
            actual=format_time(now),
        )


def verifier_of(base: str, policy: Policy) -> str:
    """The id of the verifier that judges under `policy`, of a service whose base is the URI `base`."""
    return f"{base}/verifier/{quote(policy.id, safe='')}/v{policy.version}"


def fingerprint(document: TrustDocument) -> Digest:
    """What a person compares before pinning: the SHA-256 over the root keys and how many of them must sign.

    It stays as it is while verdict keys come and go, so that it can stand in print.
    """
    roots = sorted(usable(key)[0].fingerprint.hex for key in document.terms.roots.values())
    return sha256(rfc8785.dumps({"keys": roots, "threshold": document.terms.threshold}))


def may_sign(key: VerdictKey, at: datetime.datetime) -> bool:
    """Whether what `key` signed at `at` counts."""
    return key.compromised is None and key.start <= at and (key.until is None or at <= key.until)


def keys_at(document: TrustDocument, at: datetime.datetime) -> tuple[TrustedKey, ...]:
    """The verdict keys whose signatures of the moment `at` count."""
    source = document.metadata.signed.source
    return tuple(_loaded(key, source) for key in document.terms.verdict_keys if may_sign(key, at))


_TUF_SCHEMES = {ours: theirs for theirs, ours in SCHEMES.items()}


def root_key(key: PublicKey) -> tuple[str, Key]:
    """`key` as a root key: its id, which is its fingerprint, and how TUF spells it.

    Raises:
        TrustFault: ``trust_document.key``, for one that TUF has no name for.
    """
    scheme = _TUF_SCHEMES.get(schemes_for(key)[0].name)
    if scheme is None:
        detail = f"no TUF client verifies a root key of {key.algorithm}"
        raise TrustFault("trust_document.key", detail, expected="ecdsa-p256, ecdsa-p384, ed25519 or rsa")
    if key.algorithm == "ed25519":
        return key.fingerprint.hex, Key("ed25519", scheme, key.spki[-32:].hex())
    return key.fingerprint.hex, Key(key.algorithm.partition("-")[0], scheme, pem_of(key))


def verdict_key(key: PublicKey, start: datetime.datetime, until: datetime.datetime | None) -> VerdictKey:
    """`key` as one that signs verdicts from `start` until `until`."""
    return VerdictKey(key.fingerprint, pem_of(key), start, until)


def pem_of(key: PublicKey) -> str:
    """`key` in PEM."""
    return key.handle.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
