"""Identity tokens of CI systems and of people's login: a JWT in, the claims of its issuer out, or the reason why not.

    header . payload . signature        RS256 and its like, by a key that the issuer publishes, and by no other

Whom we trust is what the operator configured, an `Issuer` each, and nothing in the token changes that: the issuer's
keys come from the issuer's own address, never from a header (``jku``, ``x5u``, ``jwk``, ``x5c`` are not looked at), and
the algorithm is one of the issuer's list, never ``none`` and never symmetric. What a token says of itself before its
signature holds is used for one thing: to find which configured issuer it must hold for.

Spec: RFC 7515 (JWS), RFC 7519 (JWT), RFC 8725 (best practices);
OpenID Connect Core 1.0 section 3.1.3.7, https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

from attestations.faults import FormatFault
from attestations.limits import Limits
from attestations.strict_json import Node, loads

from .faults import AccessFault

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""What an issuer may be configured to sign with: signatures by a private key that we do not hold."""

LARGEST_TOKEN = 16 * 1024
"""Bytes. The largest that CI systems issue have some 2 KiB."""

_SKEW = datetime.timedelta(seconds=60)
"""By how much an issuer's clock may be ahead of ours. Expiry has no grace: who needs a minute more asks for a token."""

_LIMITS = Limits(depth=8)
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


class Issuer(Struct, frozen=True, kw_only=True):
    """One who says who people and CI jobs are, as the operator configured it.

    A binding (`api.usecases.service.identities`) names at least one of `anchors`, which the issuer gives to one party
    and never again, and otherwise `claims`.
    """

    url: str  # exactly as `iss` has it
    audience: str
    anchors: tuple[str, ...]
    claims: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ("RS256",)
    keys: bytes | None = None  # a JWK set, for an issuer that this service cannot reach


class IssuerKeys(Protocol):
    """Knows the public keys of an issuer."""

    def find(self, issuer: Issuer, kid: str | None, now: datetime.datetime) -> Mapping[str, Any]:
        """The one JWK of the issuer that has this `kid`; None is its only one.

        Raises:
            AccessFault: ``identity.key_unknown``, ``identity.issuer_unreachable``.
        """
        ...


class Identity(Struct, frozen=True):
    """Who holds an authentic token: the issuer, and all that it says."""

    issuer: Issuer
    subject: str
    claims: Mapping[str, Any]


def authenticate_token(
    token: str, *, issuers: tuple[Issuer, ...], keys: IssuerKeys, now: datetime.datetime, nonce: str | None
) -> Identity:
    """Whom the issuer says that the holder of `token` is: the issuer is configured, and signed this for us, for now.

    `nonce` is what a login sent along, None where none was.

    Raises:
        AccessFault: ``identity.malformed``, ``identity.issuer_unknown``, ``identity.algorithm``,
            ``identity.key_unknown``, ``identity.issuer_unreachable``, ``identity.signature``, ``identity.audience``,
            ``identity.expired``, ``identity.not_yet``, ``identity.nonce``.
    """
    try:
        header, payload = _parts(token)
        issuer = _issuer(payload, issuers)
        kid = _header(header, issuer)
        _check_signature(token, issuer, header.field("alg").text(), keys.find(issuer, kid, now))
        _check_times(payload, now)
        _check_audience(payload, issuer)
        _check_nonce(payload, nonce)
        return Identity(issuer, payload.field("sub").text(), payload.object())
    except FormatFault as fault:
        raise AccessFault("identity.malformed", str(fault)) from None


def _parts(token: str) -> tuple[Node, Node]:
    """Header and payload, not authenticated."""
    if len(token) > LARGEST_TOKEN:
        raise AccessFault("identity.malformed", f"larger than {LARGEST_TOKEN} bytes", actual=str(len(token)))
    segments = token.split(".")
    if len(segments) != 3 or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise AccessFault("identity.malformed", "not three segments of base64url")
    header, payload = (_document(segment, name) for segment, name in zip(segments, ("header", "payload"), strict=False))
    return header, payload


def _document(segment: str, name: str) -> Node:
    content = Node(segment, name).base64(either_alphabet=True)
    document = Node(loads(content, source=name, limits=_LIMITS), name)
    document.object()
    return document


def _issuer(payload: Node, issuers: tuple[Issuer, ...]) -> Issuer:
    url = payload.field("iss").text()
    for issuer in issuers:
        if issuer.url == url:
            return issuer
    raise AccessFault("identity.issuer_unknown", "the token's issuer is none that the operator configured", actual=url)


def _header(header: Node, issuer: Issuer) -> str | None:
    """The `kid`, where the header asks for what the issuer's tokens may ask for."""
    algorithm = header.field("alg").text()
    if algorithm not in issuer.algorithms or algorithm not in ALGORITHMS:
        expected = ", ".join(issuer.algorithms)
        raise AccessFault("identity.algorithm", "not signed as this issuer signs", expected=expected, actual=algorithm)
    if header.get("crit") is not None or header.get("b64") is not None:
        raise AccessFault("identity.malformed", "the header wants extensions understood, and there are none here")
    kind = header.get("typ")
    if kind is not None and kind.text().upper() != "JWT":
        # An access token of the same issuer, or anything else that it signs, is no identity token.
        raise AccessFault("identity.malformed", "not an identity token", expected="JWT", actual=kind.text())
    kid = header.get("kid")
    return kid.text() if kid is not None else None


def _check_signature(token: str, issuer: Issuer, algorithm: str, jwk: Mapping[str, Any]) -> None:
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    kinds: dict[str, type[RSAKey | ECKey | OKPKey]] = {"R": RSAKey, "P": RSAKey, "ES": ECKey, "Ed": OKPKey}
    kind = kinds.get(algorithm[:2]) or kinds[algorithm[:1]]
    try:
        if jwk.get("kty") != kind.key_type or jwk.get("use", "sig") != "sig" or jwk.get("alg", algorithm) != algorithm:
            raise AccessFault("identity.algorithm", f"the issuer's key is not one for {algorithm}")
        public = {name: jwk[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in jwk}
        _check_strength(public)
        # The header is ours to judge, and was judged: its further members are not looked at, whatever they are.
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        registry.max_header_length = LARGEST_TOKEN
        jws.deserialize_compact(token, kind.import_key(public), registry=registry)
    except (JoseError, ValueError) as error:
        raise AccessFault("identity.signature", f"{issuer.url} did not sign this: {error}") from None


def _check_strength(jwk: Mapping[str, Any]) -> None:
    if jwk["kty"] == "RSA":
        bits = int.from_bytes(Node(jwk.get("n"), "jwk").base64(either_alphabet=True)).bit_length()
        if not 2048 <= bits <= 8192:
            raise AccessFault("identity.algorithm", "an RSA key of that size is not used", actual=f"{bits} bits")


def _check_times(payload: Node, now: datetime.datetime) -> None:
    expires, issued = _moment(payload.field("exp")), _moment(payload.field("iat"))
    begins = payload.get("nbf")
    if expires <= now:
        raise AccessFault("identity.expired", "the identity token has expired", actual=expires.isoformat())
    for start in (issued, _moment(begins) if begins is not None else issued):
        if start > now + _SKEW:
            raise AccessFault("identity.not_yet", "the identity token is of a time to come", actual=start.isoformat())


def _moment(node: Node) -> datetime.datetime:
    try:
        return datetime.datetime.fromtimestamp(node.integer(), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        raise node.fault("json.value", "no moment") from None


def _check_audience(payload: Node, issuer: Issuer) -> None:
    """A token for several is refused: each of the others could hand it on to us."""
    audience = payload.field("aud")
    named = [item.text() for item in audience.items()] if isinstance(audience.value, list) else [audience.text()]
    if named != [issuer.audience]:
        raise AccessFault(
            "identity.audience", "made for another", expected=issuer.audience, actual=", ".join(named)[:200]
        )


def _check_nonce(payload: Node, nonce: str | None) -> None:
    if nonce is not None and payload.field("nonce").text() != nonce:
        raise AccessFault("identity.nonce", "made for another login than this")
