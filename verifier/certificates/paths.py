"""A path from a certificate to an authority that was trusted at a given time.

1. Search: from the leaf up, an issuer is a certificate whose subject is the issuer's name (bytes), whose key verifies
   the signature, and which may issue. Candidates are the trusted chain and, as help that is believed in nothing, the
   certificates that came with the evidence. All paths are tried, so that several intermediates of one name work.
2. Anchor: a path ends at the last certificate of one trusted chain, and nowhere else.
3. Time: every certificate of the path, the anchor included, and the authority's window hold at that time.

Why not `cryptography.x509.verification`: decision 0020. Revocation is no part of it: Fulcio revokes nothing.

Spec: RFC 5280 section 6.1, https://www.rfc-editor.org/rfc/rfc5280#section-6.1; Sigstore client specification section
4.3, https://github.com/sigstore/architecture-docs/blob/main/client-spec.md#43-certificate
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from msgspec import Struct

from attestations.faults import LimitFault

from ..faults import CertificateFault, SignatureFault, TrustFault
from ..trust import CertificateAuthority, TimestampAuthority, TrustRoot
from ..windows import Window, shown
from .certificate import Certificate, parse_certificate
from .clauses import CODE_SIGNING, TIME_STAMPING, Purpose, purpose_allowed
from .roles import check_issuer

PATH_MAX = 6
"""Certificates in a path, leaf and anchor included; the longest in use has 4."""

SIGNATURES_MAX = 128
"""Signatures that one search checks: ten helpers and ten authorities, all of one name, stay below."""

HASHES = frozenset({"sha256", "sha384", "sha512"})
"""What a certificate may be signed over; SHA-1 and MD5 collide (RFC 6194, RFC 6151)."""

Authority = CertificateAuthority | TimestampAuthority


class Path(Struct, frozen=True):
    """A path that held at `at`: leaf first, trust anchor last, under `authority`."""

    chain: tuple[Certificate, ...]
    authority: Authority
    at: datetime.datetime

    @property
    def leaf(self) -> Certificate:
        return self.chain[0]

    @property
    def issuer(self) -> Certificate:
        """Who issued the leaf; the leaf itself where it is the anchor."""
        return self.chain[min(1, len(self.chain) - 1)]


def build_path(
    leaf: bytes | Certificate, intermediates: tuple[bytes, ...], trust: TrustRoot, at: datetime.datetime
) -> Path:
    """Prove that `leaf` was issued, by way of `intermediates` or not, by a code-signing CA trusted at `at`.

    Certificates are DER; the leaf may be one that was parsed already.

    Raises:
        CertificateFault: ``certificate.malformed``; ``certificate.root_in_bundle`` for a root among `intermediates`
            that is no trusted one; ``certificate.untrusted``; ``certificate.expired``,
            ``certificate.authority_window`` where a path stands, but not at `at`; ``certificate.issuer_role``,
            ``certificate.weak_algorithm``, ``certificate.algorithm_unsupported`` where that alone keeps it from
            standing.
        TrustFault: ``trust.certificate_malformed``.
        LimitFault: ``limit.path``.
    """
    certificate = leaf if isinstance(leaf, Certificate) else parse_certificate(leaf)
    helpers = _helpers(intermediates, trust)
    search = _Search(CODE_SIGNING, at)
    # Authorities outside their window cannot pass: they come last, to say why.
    for authority in sorted(trust.certificate_authorities, key=lambda each: at not in each.window):
        trusted = trusted_chain(authority)
        path = search.first(certificate, (*trusted[:-1], *helpers), trusted[-1], authority)
        if path is not None:
            return path
    raise search.miss(certificate)


def build_timestamp_path(authority: TimestampAuthority, at: datetime.datetime) -> Path:
    """Prove that a trusted chain of a timestamp authority held at `at`. A chain of one certificate is its own anchor.

    Raises:
        CertificateFault: as `build_path`, except for the faults of evidence.
        TrustFault: ``trust.certificate_malformed``.
    """
    chain = trusted_chain(authority)
    search = _Search(TIME_STAMPING, at)
    path = search.first(chain[0], chain[1:-1], chain[-1], authority)
    if path is None:
        raise search.miss(chain[0])
    return path


def trusted_chain(authority: Authority) -> tuple[Certificate, ...]:
    """The parsed certificates of an authority, in its order.

    Raises:
        TrustFault: ``trust.certificate_malformed``.
    """
    return tuple(trusted_certificate(authority, position) for position in range(len(authority.chain)))


def trusted_certificate(authority: Authority, position: int) -> Certificate:
    """One certificate of an authority's chain, parsed.

    Raises:
        TrustFault: ``trust.certificate_malformed``.
    """
    try:
        return _parsed(authority.chain[position])
    except CertificateFault as fault:
        raise TrustFault("trust.certificate_malformed", f"{authority.name}: {fault.detail}") from fault


# The same trusted chains stand above every bundle: what was found of them once need not be found again. Both caches
# answer by the bytes alone, and are small, since evidence fills them too.
_parsed = functools.lru_cache(maxsize=128)(parse_certificate)


@functools.lru_cache(maxsize=128)
def signed_by(subject: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer's key verifies the subject's signature, in a way that proves something."""
    _check_algorithm(subject, issuer)
    try:
        subject.handle.verify_directly_issued_by(issuer.handle)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _helpers(intermediates: tuple[bytes, ...], trust: TrustRoot) -> tuple[Certificate, ...]:
    """What came with the evidence beyond what the trust root holds anyway; none of it a root."""
    trusted = {der for authority in trust.certificate_authorities for der in authority.chain}
    helpers = tuple(parse_certificate(each) for each in intermediates if each not in trusted)
    for helper in helpers:
        if helper.self_signed:
            raise CertificateFault(
                "certificate.root_in_bundle",
                "the evidence brings a root certificate of its own",
                expected="intermediate certificates, or a root that is trusted",
                actual=str(helper.fingerprint),
            )
    return helpers


class _Search:
    """One search: it spends signature checks, and remembers the miss that came nearest to a path."""

    def __init__(self, purpose: Purpose, at: datetime.datetime) -> None:
        self._purpose = purpose
        self._at = at
        self._signatures = SIGNATURES_MAX
        self._misses: list[CertificateFault] = []

    def first(
        self, leaf: Certificate, helpers: tuple[Certificate, ...], anchor: Certificate, authority: Authority
    ) -> Path | None:
        """The first path to `anchor` that holds at the time of the search."""
        for chain in self._chains((leaf,), helpers, anchor):
            try:
                _check_times(chain, authority, self._at)
            except CertificateFault as fault:
                self._misses.append(fault)
            else:
                return Path(chain, authority, self._at)
        return None

    def miss(self, leaf: Certificate) -> CertificateFault:
        """Why there is no path: what kept the nearest one from standing, or that there was none."""
        if self._misses:
            return min(self._misses, key=lambda fault: _NEARNESS.index(fault.reason))
        return CertificateFault(
            "certificate.untrusted", "no trusted authority issued this certificate", actual=str(leaf.fingerprint)
        )

    def _chains(
        self, chain: tuple[Certificate, ...], helpers: tuple[Certificate, ...], anchor: Certificate
    ) -> Iterator[tuple[Certificate, ...]]:
        if chain[-1] == anchor:
            yield chain
            return
        if len(chain) == PATH_MAX:
            return
        for issuer in (anchor, *helpers):
            if issuer in chain or issuer.subject != chain[-1].issuer:
                continue
            try:
                issued = self._issued(chain, issuer, anchor)
            except CertificateFault as fault:
                self._misses.append(fault)
            else:
                if issued:
                    yield from self._chains((*chain, issuer), helpers, anchor)

    def _issued(self, chain: tuple[Certificate, ...], issuer: Certificate, anchor: Certificate) -> bool:
        """Whether `issuer`, which has the right name, signed the last of `chain`, and was allowed to."""
        if self._signatures == 0:
            raise LimitFault(
                "limit.path",
                "too many certificates to find a path among",
                expected=f"at most {SIGNATURES_MAX} signatures",
            )
        self._signatures -= 1
        if not signed_by(chain[-1], issuer):
            return False  # another authority of the same name
        # RFC 5280 section 6.1.1 (d): an anchor is a name and a key; who trusts it says that it may issue.
        if issuer != anchor:
            check_issuer(issuer)
        _check_reach(chain, issuer, self._purpose)
        return True


_NEARNESS = (
    "certificate.expired",
    "certificate.authority_window",
    "certificate.issuer_role",
    "certificate.weak_algorithm",
    "certificate.algorithm_unsupported",
)
"""Reasons by how little was missing: the first stood under a trusted authority but for the time."""


def _check_algorithm(subject: Certificate, issuer: Certificate) -> None:
    try:
        hashing = subject.handle.signature_hash_algorithm
        issuer.key  # noqa: B018  its bounds are checked when it is read
    except UnsupportedAlgorithm:
        raise CertificateFault(
            "certificate.algorithm_unsupported",
            "a certificate is signed in a way that is not read",
            actual=subject.handle.signature_algorithm_oid.dotted_string,
        ) from None
    except SignatureFault as fault:
        weak = fault.reason == "key.weak"
        reason = "certificate.weak_algorithm" if weak else "certificate.algorithm_unsupported"
        raise CertificateFault(reason, f"an issuer's key: {fault.detail}") from None
    if hashing is not None and hashing.name not in HASHES:
        raise CertificateFault(
            "certificate.weak_algorithm",
            f"a certificate is signed over {hashing.name}",
            expected=", ".join(sorted(HASHES)),
            actual=hashing.name,
        )


def _check_reach(chain: tuple[Certificate, ...], issuer: Certificate, purpose: Purpose) -> None:
    """Refuse a path longer than its issuer allows, or for a purpose that it does not."""
    constraints = issuer.extension(x509.BasicConstraints)
    length = None if constraints is None else constraints.value.path_length
    below = sum(1 for certificate in chain[1:] if not certificate.self_issued)
    if length is not None and below > length:
        raise CertificateFault(
            "certificate.issuer_role",
            "more certificates below an issuer than it allows",
            expected=f"at most {length} (RFC 5280 4.2.1.9)",
            actual=str(below),
        )
    if not purpose_allowed(issuer, purpose):
        raise CertificateFault(
            "certificate.issuer_role", "an issuer of another purpose", expected=f"{purpose.name} (RFC 5280 4.2.1.12)"
        )


def _check_times(chain: tuple[Certificate, ...], authority: Authority, at: datetime.datetime) -> None:
    for certificate in chain:
        if not certificate.valid_at(at):
            validity = Window(certificate.handle.not_valid_before_utc, certificate.handle.not_valid_after_utc)
            which = "the signing certificate" if certificate == chain[0] else "a certificate above the signing one"
            raise CertificateFault(
                "certificate.expired", f"{which} was not valid at that time", expected=str(validity), actual=shown(at)
            )
    if at not in authority.window:
        raise CertificateFault(
            "certificate.authority_window",
            f"{authority.name} was not trusted at that time",
            expected=str(authority.window),
            actual=shown(at),
        )
