"""Who a certificate says signed: its name, the issuer that vouched for it, and the claims that came with it.

    name     URI            otherName 1.3.6.1.4.1.57264.1.7     email
    issuer   1.3.6.1.4.1.57264.1.1, raw text                    1.3.6.1.4.1.57264.1.8, a UTF8String
    claims   1.3.6.1.4.1.57264.1.2 to .6, raw text              from .9 on, UTF8Strings

Both forms of the issuer must say the same where both are there: readers of one and readers of the other would otherwise
see two signers. Names and issuers consist of what can be seen; a claim is any text, since a workflow may be called
anything. An extension of that arc that has no name here is kept under its number.

Spec: Sigstore OID information, https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography import x509

from attestations.der import parse_utf8_string
from attestations.faults import FormatFault

from ..authenticated import CertificateSigner
from ..claims import CLAIMS
from ..faults import CertificateFault
from .certificate import Certificate
from .paths import Path

ARC = "1.3.6.1.4.1.57264.1."
ISSUER, OTHER_NAME, ISSUER_V2 = f"{ARC}1", f"{ARC}7", f"{ARC}8"

RAW_TEXT = frozenset({"1", "2", "3", "4", "5", "6"})
"""The numbers whose value is the text itself; all later ones hold a UTF8String."""


def read_signer(path: Path) -> CertificateSigner:
    """Who the leaf of a path that held says signed.

    Raises:
        CertificateFault: ``certificate.identity`` for a name or claim that cannot be read or is empty;
            ``certificate.issuer_conflict`` where the two forms of the issuer differ.
    """
    leaf = path.leaf
    texts = _texts(leaf)
    return CertificateSigner(
        names=_names(leaf),
        issuer=_issuer(texts),
        claims={CLAIMS.get(number, ARC + number): text for number, text in texts.items() if number not in ("1", "8")},
        authority=path.authority.name,
        key=leaf.key.fingerprint,
        certificate=leaf.fingerprint,
        algorithm=leaf.key.algorithm,
    )


def _issuer(texts: Mapping[str, str]) -> str:
    """The issuer, "" where the certificate states none: only a rule that says so outright can match that."""
    stated = {texts[number] for number in ("1", "8") if number in texts}
    if len(stated) > 1:
        raise CertificateFault(
            "certificate.issuer_conflict",
            "the certificate states two issuers",
            expected=texts["8"],
            actual=texts["1"],
        )
    if "" in stated:
        raise CertificateFault("certificate.identity", "the certificate states an empty issuer")
    return _printable(stated.pop()) if stated else ""


def _names(leaf: Certificate) -> tuple[str, ...]:
    names = leaf.extension(x509.SubjectAlternativeName)
    found = () if names is None else tuple(_name(each) for each in names.value)
    if not found or not all(found):
        raise CertificateFault("certificate.identity", "the certificate names nobody")
    return found


def _name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.RFC822Name | x509.UniformResourceIdentifier):
        return _printable(name.value)
    if isinstance(name, x509.OtherName) and name.type_id.dotted_string == OTHER_NAME:
        return _printable(_utf8(name.value))
    raise CertificateFault(
        "certificate.identity",
        "the certificate names its subject in a way that is not read",
        expected=f"email, URI or otherName {OTHER_NAME}",
        actual=type(name).__name__,
    )


def _texts(leaf: Certificate) -> Mapping[str, str]:
    """The values under the arc, by their last number."""
    texts: dict[str, str] = {}
    for name, extension in leaf.extensions.items():
        if name.startswith(ARC) and isinstance(extension.value, x509.UnrecognizedExtension):
            number = name.removeprefix(ARC)
            texts[number] = (_raw if number in RAW_TEXT else _utf8)(extension.value.value)
    return texts


def _raw(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise CertificateFault("certificate.identity", "a claim in the certificate is not UTF-8") from None


def _utf8(value: bytes) -> str:
    try:
        return parse_utf8_string(value, "certificate.identity")
    except FormatFault as fault:
        raise CertificateFault("certificate.identity", f"a claim in the certificate: {fault.detail}") from None


def _printable(text: str) -> str:
    """No identity holds a character that nobody sees; one that does is meant to look like another (T99)."""
    if not text.isprintable():
        raise CertificateFault("certificate.identity", "a name that cannot be printed", actual=ascii(text)[:160])
    return text
