"""Did a party that the policy names sign this?

A certificate must bear the identity *and* come from the issuer that the rule names; a key must be the one pinned. The
first rule that fits says which group has spoken: one signer never counts for two (T24 to T26).

Spec: Sigstore client specification, "Verification", identity; countersign design, section 2 (Group)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from attestations.bundles import OpenPgpSignature, SshSignature
from attestations.faults import Place

from ..authenticated import Authenticated, CertificateSigner, KeySigner, Signer
from ..faults import CheckFault
from ..policy.expected import matches, shown
from ..policy.model import AnyIdentity, Period, PinnedIdentity, PinnedKey, SignerRule
from .check import CERTIFICATE

CLAUSE = "Sigstore client specification, verification"


def groups_of(authenticated: Authenticated, rules: Iterable[SignerRule], now: datetime.datetime) -> tuple[str, ...]:
    """The groups, each once, for which those who signed speak under `rules`; at least one.

    Raises:
        CheckFault: ``signer.identity``, ``signer.issuer`` (the identity fits, another issuer vouches for it),
            ``signer.claim`` (both fit, another claim of the certificate does not), ``signer.key``,
            ``signer.window`` (the signer is right, the time is not: T31), ``signature.over_payload``,
            ``signature.namespace``, ``openpgp.future``.
    """
    groups: list[str] = []
    faults: list[CheckFault] = []
    for signer in authenticated.signers:
        try:
            groups.append(_group(signer, authenticated, tuple(rules), now))
        except CheckFault as fault:
            faults.append(fault)
    if not groups:
        raise faults[0]
    return tuple(dict.fromkeys(groups))


def _group(signer: Signer, authenticated: Authenticated, rules: tuple[SignerRule, ...], now: datetime.datetime) -> str:
    for rule in rules:
        if _fits(rule, signer):
            if not isinstance(rule, AnyIdentity) and rule.valid is not None:
                _check_window(rule.valid, authenticated, now)
            if isinstance(rule, PinnedKey) and not rule.payload_signatures:
                _check_covered(authenticated)
            if isinstance(rule, PinnedKey):
                _check_namespace(rule, authenticated)
                _check_openpgp(authenticated, now)
            return rule.group
    raise _refusal(signer, rules)


def _fits(rule: SignerRule, signer: Signer) -> bool:
    if isinstance(rule, PinnedKey):
        return isinstance(signer, KeySigner) and signer.key == rule.key
    if isinstance(rule, AnyIdentity):
        return isinstance(signer, CertificateSigner)
    if not isinstance(signer, CertificateSigner):
        return False
    return signer.issuer == rule.issuer and _bears(rule, signer) and _denied(rule, signer) is None


def _bears(rule: PinnedIdentity, signer: CertificateSigner) -> bool:
    return any(matches(rule.identity, name) for name in signer.names)


def _denied(rule: PinnedIdentity, signer: CertificateSigner) -> str | None:
    """The first claim that the rule asks for and the certificate does not make, or makes otherwise."""
    for name, expected in sorted(rule.claims.items()):
        value = signer.claims.get(name)
        if value is None or not matches(expected, value):
            return name
    return None


def _check_covered(authenticated: Authenticated) -> None:
    """A blob signature over a file that happens to be a statement is no statement by whoever signed the file."""
    if authenticated.evidence.bundle.legacy_payload_signature:
        raise CheckFault(
            "signature.over_payload",
            "signed as bare bytes, and the policy does not say that this key speaks so",
            expected="a signature over the envelope (PAE)",
            actual="a signature over the payload",
        )


def _check_namespace(rule: PinnedKey, authenticated: Authenticated) -> None:
    """An OpenSSH signature says what it was made for: one over a commit or a login is none over a release."""
    content = authenticated.evidence.bundle.content
    if isinstance(content, SshSignature) and content.namespace != rule.namespace:
        raise CheckFault(
            "signature.namespace",
            "signed for another purpose than the policy says",
            expected=rule.namespace,
            actual=content.namespace,
        )


def _check_openpgp(authenticated: Authenticated, now: datetime.datetime) -> None:
    """An OpenPGP signature says when it was made: its signer's word, held to `now`."""
    content = authenticated.evidence.bundle.content
    if isinstance(content, OpenPgpSignature) and content.created > now.timestamp():
        raise CheckFault("openpgp.future", "the signature says that it was made later than now", expected=str(now))


def _check_window(valid: Period, authenticated: Authenticated, now: datetime.datetime) -> None:
    """Every verified time lies in the window; where there is none, the moment of asking does."""
    for at in [time.at for time in authenticated.times] or [now]:
        if (valid.start is not None and at < valid.start) or (valid.end is not None and at > valid.end):
            raise CheckFault(
                "signer.window",
                "signed outside the window in which the policy lets this signer speak",
                expected=f"{valid.start or 'always'} to {valid.end or 'now'}",
                actual=str(at),
            )


def _refusal(signer: Signer, rules: tuple[SignerRule, ...]) -> CheckFault:
    identities = [rule for rule in rules if isinstance(rule, PinnedIdentity)]
    keys = [rule for rule in rules if isinstance(rule, PinnedKey)]
    if isinstance(signer, KeySigner):
        return CheckFault(
            "signer.key",
            "signed by a key that this requirement does not name",
            expected=_alternatives([str(rule.key) for rule in keys]),
            actual=str(signer.key),
        )
    names = ", ".join(signer.names)
    for rule in identities:
        if _bears(rule, signer) and rule.issuer == signer.issuer and (claim := _denied(rule, signer)) is not None:
            return CheckFault(
                "signer.claim",
                f"the certificate's {claim} is not the one expected",
                place=Place(pointer=f"{CERTIFICATE}{claim}"),
                expected=shown(rule.claims[claim]),
                actual=signer.claims.get(claim, "no such claim"),
            )
        if _bears(rule, signer):
            return CheckFault(
                "signer.issuer", "another issuer vouches for this identity", expected=rule.issuer, actual=signer.issuer
            )
    expected = [shown(rule.identity) for rule in identities] or [str(rule.key) for rule in keys]
    return CheckFault("signer.identity", "signed by somebody else", expected=_alternatives(expected), actual=names)


def _alternatives(texts: list[str]) -> str:
    return " or ".join(texts[:3]) + (f" or {len(texts) - 3} more" if len(texts) > 3 else "")


def signer_name(signer: Signer) -> str:
    """Who signed, for a person."""
    if isinstance(signer, KeySigner):
        return f"key {signer.key}"
    return f"{', '.join(signer.names)} (issuer {signer.issuer})"
