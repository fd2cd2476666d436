"""Pinned keys: which of them may have signed, and whether they were valid when they did.

A key comes from policy and from nowhere else. Evidence may hint at one, and the hint decides nothing but which key is
tried (T25, T32).
"""

from __future__ import annotations

import datetime
import re
from base64 import b64encode
from typing import TYPE_CHECKING

from attestations.bundles import Bundle, Envelope, OpenPgpSignature, PackageSignature, PublicKeyMaterial
from attestations.npm_keys import ATTESTATIONS, SIGNATURES
from attestations.openpgp import is_signature

from .authenticated import KeySigner
from .content import Signed
from .detached.openpgp import OpenPgpKey
from .faults import SignatureFault, TimeFault
from .keys import PublicKey, openssh_fingerprint
from .trust import TrustedKey, shown

if TYPE_CHECKING:
    from .certificates.certificate import Certificate

_FINGERPRINT = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_OPENSSH = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)


def candidates(bundle: Bundle, certificate: Certificate | None, keys: tuple[TrustedKey, ...]) -> tuple[TrustedKey, ...]:
    """The pinned keys that may have signed. The key itself always comes from policy, never from the bundle (T32).

    A hint that has the form of a fingerprint names one key: the base64 of a SHA-256, as cosign and the conformance
    suite write it, or OpenSSH's form, as npm does. Any other hint says nothing. A key whose file says what it may sign
    may sign nothing else, and an OpenPGP certificate nothing but OpenPGP.
    """
    usage = SIGNATURES if isinstance(bundle.content, PackageSignature) else ATTESTATIONS
    keys = tuple(trusted for trusted in keys if trusted.usage in ("", usage))
    openpgp = isinstance(bundle.content, OpenPgpSignature)
    keys = tuple(trusted for trusted in keys if isinstance(trusted.key, OpenPgpKey) is openpgp)
    if certificate is not None:
        return tuple(trusted for trusted in keys if trusted.key.fingerprint == certificate.key.fingerprint)
    hint = bundle.material.hint if isinstance(bundle.material, PublicKeyMaterial) else ""
    if not hint:
        return keys
    for form, spelled in ((_FINGERPRINT, _base64), (_OPENSSH, openssh_fingerprint)):
        if form.fullmatch(hint):
            return tuple(trusted for trusted in keys if spelled(trusted.key) == hint)
    return keys


def unknown_key(bundle: Bundle) -> SignatureFault:
    """Why there is no candidate: ``signature.unknown_key``, or ``openpgp.unsupported`` for OpenPGP in an envelope."""
    content = bundle.content
    if isinstance(content, Envelope) and any(is_signature(signature.value) for signature in content.signatures):
        return SignatureFault("openpgp.unsupported", "an envelope whose signature is an OpenPGP packet")
    return SignatureFault("signature.unknown_key", "no pinned key is the one that this evidence was signed with")


def _base64(key: PublicKey) -> str:
    return b64encode(key.fingerprint.raw).decode("ascii")


def within_windows(
    signed: tuple[Signed, ...], pinned: tuple[TrustedKey, ...], moments: tuple[datetime.datetime, ...]
) -> tuple[KeySigner, ...]:
    """Those who signed within a window in which their key is pinned, at every one of `moments` (T31)."""
    windows = {
        one.key.fingerprint: [trusted.window for trusted in pinned if trusted.key.fingerprint == one.key.fingerprint]
        for one in signed
    }
    algorithms = {one.key.fingerprint: one.key.algorithm for one in signed}
    signers = tuple(
        KeySigner(key, algorithms[key])
        for key, own in windows.items()
        if any(all(moment in window for moment in moments) for window in own)
    )
    if not signers:
        stated = windows[signed[0].key.fingerprint]
        raise TimeFault(
            "time.outside_key_window",
            "signed when the pinned key was not valid",
            expected=" or ".join(map(str, stated)),
            actual=", ".join(map(shown, moments)),
        )
    return signers
