"""Whom a verification trusts, and when: trust roots, key files, and the window of each entry.

    TrustRoot ─┬─ CertificateAuthority   issues signing certificates     certificates.paths
               ├─ TimestampAuthority     says when                       timestamps
               ├─ TransparencyLog        saw a signature                 log
               └─ CtLog                  saw a certificate               certificates.scts
    TrustedKey                           a key that policy pins          authenticate

Loading reads syntax alone: a key or certificate is parsed when a verification first uses it, so one entry that we
cannot use refuses only what needs it. A key comes from nowhere else: not from a log, not from evidence (T49, T32).
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from urllib.parse import urlsplit

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import FormatFault, LimitFault
from attestations.limits import DEFAULT_LIMITS, Limits
from attestations.trusted_roots import AuthorityInstance, LogInstance, TimeRange, parse_trusted_root

from .faults import SignatureFault, TrustFault
from .key_details import KEY_DETAILS, details_of, spki
from .key_files import KEY_FILE_MAX as KEY_FILE_MAX
from .key_files import TrustedKey as TrustedKey
from .key_files import key_fault
from .key_files import load_key_file as load_key_file
from .keys import PublicKey, load_spki
from .signatures import Scheme, named
from .verdict import TrustReference
from .windows import NEVER as NEVER
from .windows import UNBOUNDED as UNBOUNDED
from .windows import Window as Window
from .windows import shown as shown


class CertificateAuthority(Struct, frozen=True):
    """A CA: its certificates in DER, lowest first, the trust anchor last; `window` bounds the whole chain.

    `operator` names the party that thresholds count (T27).
    """

    name: str
    operator: str
    chain: tuple[bytes, ...]
    window: Window


class TimestampAuthority(Struct, frozen=True):
    """A TSA: its signing certificate first, in DER, the trust anchor last. `window` as for a CA."""

    name: str
    operator: str
    chain: tuple[bytes, ...]
    window: Window


class _KeyedLog(Struct, frozen=True):
    """What both kinds of log are: a key, a scheme, a window. `log_id` is raw; thresholds count the `operator` (T27)."""

    name: str
    operator: str
    log_id: bytes
    key_bytes: bytes
    key_details: str
    window: Window

    @property
    def key(self) -> PublicKey:
        """The log's public key.

        Raises:
            TrustFault: ``trust.key_unsupported``, ``trust.key_malformed``.
        """
        details = details_of(self.key_details, self.name)
        try:
            return _loaded_key(spki(details, self.key_bytes))
        except SignatureFault as fault:
            raise key_fault(fault, self.name) from None

    @property
    def scheme(self) -> Scheme:
        """The one scheme this log signs with.

        Raises:
            TrustFault: ``trust.key_unsupported``.
        """
        return named(details_of(self.key_details, self.name).scheme)


class CtLog(_KeyedLog, frozen=True):
    """A certificate transparency log; `log_id` is the SHA-256 of its SubjectPublicKeyInfo."""


class TransparencyLog(_KeyedLog, frozen=True):
    """A Rekor log. `origin` is its URL without the scheme, the name on its checkpoints.

    `checkpoint_key_id` is the signed-note key id where the trust root states one, b"" otherwise.
    """

    origin: str = ""
    checkpoint_key_id: bytes = b""


class TrustRoot(Struct, frozen=True):
    """Everything one trust root file names, in its order; `reference` says which file, by name, digest and date."""

    reference: TrustReference
    certificate_authorities: tuple[CertificateAuthority, ...]
    timestamp_authorities: tuple[TimestampAuthority, ...]
    logs: tuple[TransparencyLog, ...]
    ct_logs: tuple[CtLog, ...]


def load_trust_root(
    data: bytes, *, name: str, dated: datetime.datetime | None, limits: Limits = DEFAULT_LIMITS
) -> TrustRoot:
    """What a trusted root file (JSON) says to trust. `dated` is when the file was obtained, None where nobody knows.

    Raises:
        TrustFault: ``trust.malformed``, ``trust.version_unsupported``.
        LimitFault: ``limit.trust_root``, ``limit.depth``.

    Spec: sigstore/protobuf-specs, protos/sigstore_trustroot.proto
    """
    return _loaded_root(data, name, dated, limits)


# One root stands behind every bundle of a process: what its bytes say need not be found again. No evidence gets here.
_loaded_key = functools.lru_cache(maxsize=256)(load_spki)


@functools.lru_cache(maxsize=16)
def _loaded_root(data: bytes, name: str, dated: datetime.datetime | None, limits: Limits) -> TrustRoot:
    try:
        root = parse_trusted_root(data, name, limits=limits)
    except LimitFault:
        raise
    except FormatFault as fault:
        reason = fault.reason if fault.reason.startswith("trust.") else "trust.malformed"
        raise TrustFault(
            reason, fault.detail, place=fault.place, expected=fault.expected, actual=fault.actual
        ) from fault
    return TrustRoot(
        reference=TrustReference(name, Digest("sha256", hashlib.sha256(data).hexdigest()), dated),
        certificate_authorities=tuple(
            CertificateAuthority(*_authority(entry)) for entry in root.certificate_authorities
        ),
        timestamp_authorities=tuple(TimestampAuthority(*_authority(entry)) for entry in root.timestamp_authorities),
        logs=tuple(_log(entry) for entry in root.logs),
        ct_logs=tuple(CtLog(*_keyed(entry)) for entry in root.ct_logs),
    )


def _authority(entry: AuthorityInstance) -> tuple[str, str, tuple[bytes, ...], Window]:
    name = entry.uri or entry.common_name or entry.organization
    return (
        name,
        entry.operator or _host(entry.uri) or entry.organization or name,
        entry.certificates,
        _required(entry.valid_for),
    )


def _log(entry: LogInstance) -> TransparencyLog:
    origin = (entry.base_url.partition("://")[2] or entry.base_url).rstrip("/")
    return TransparencyLog(*_keyed(entry, origin), origin=origin, checkpoint_key_id=entry.checkpoint_key_id)


def _keyed(entry: LogInstance, origin: str | None = None) -> tuple[str, str, bytes, bytes, str, Window]:
    # A key's range is optional (sigstore_common.proto, PublicKey.valid_for); one that is stated has a start.
    window = UNBOUNDED if entry.valid_for is None else _required(entry.valid_for)
    operator = entry.operator or _host(entry.base_url) or entry.base_url
    log_id = entry.log_id or _derived_id(entry, origin)
    return entry.base_url, operator, log_id, entry.key, entry.key_details, window


def _derived_id(entry: LogInstance, origin: str | None) -> bytes:
    """The id of a log that states none: RFC 6962 section 3.2, or the untruncated key id of a signed note (Ed25519)."""
    details = KEY_DETAILS.get(entry.key_details)
    if details is None:
        return b""
    key = spki(details, entry.key)
    noted = origin is not None and details.scheme == "ed25519"
    return hashlib.sha256(f"{origin}\n\x01".encode() + key[-32:] if noted else key).digest()


def _required(stated: TimeRange | None) -> Window:
    return NEVER if stated is None or stated.start is None else Window(stated.start, stated.end)


def _host(url: str) -> str:
    try:
        return urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


def check_age(reference: TrustReference, *, now: datetime.datetime, max_age: datetime.timedelta) -> None:
    """Refuse a trust root that is older than `max_age` at `now`, of unknown age, or obtained after `now` (T51).

    Raises:
        TrustFault: ``trust.stale``, ``trust.undated``, ``trust.from_the_future``.
    """
    expected = f"obtained within {max_age.days} days before {shown(now)}"
    if reference.dated is None:
        raise TrustFault("trust.undated", f"nobody knows how old trust root {reference.name} is", expected=expected)
    if reference.dated > now:
        raise TrustFault(
            "trust.from_the_future",
            f"trust root {reference.name} is dated after the time of verification",
            expected=expected,
            actual=shown(reference.dated),
        )
    if now - reference.dated > max_age:
        age = (now - reference.dated).days
        raise TrustFault(
            "trust.stale",
            f"trust root {reference.name} is {age} days old",
            expected=expected,
            actual=shown(reference.dated),
        )
