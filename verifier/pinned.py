"""Pinned keys: which of them may have signed, and whether they were valid when they did.

A key comes from policy and from nowhere else. Evidence may hint at one, and the hint decides nothing but which key is
tried (T25, T32).
"""

from __future__ import annotations

import datetime
import re
from base64 import b64encode

from attestations.bundles import Bundle, PublicKeyMaterial

from .authenticated import KeySigner
from .certificates.certificate import Certificate
from .content import Signed
from .faults import TimeFault
from .trust import TrustedKey, shown

_FINGERPRINT = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)


def candidates(bundle: Bundle, certificate: Certificate | None, keys: tuple[TrustedKey, ...]) -> tuple[TrustedKey, ...]:
    """The pinned keys that may have signed. The key itself always comes from policy, never from the bundle (T32).

    A hint that has the form of a fingerprint (the base64 of a SHA-256) names one key, as cosign and the conformance
    suite write it; any other hint says nothing.
    """
    if certificate is not None:
        return tuple(trusted for trusted in keys if trusted.key.fingerprint == certificate.key.fingerprint)
    hint = bundle.material.hint if isinstance(bundle.material, PublicKeyMaterial) else ""
    if not _FINGERPRINT.fullmatch(hint):
        return keys
    return tuple(trusted for trusted in keys if b64encode(trusted.key.fingerprint.raw).decode("ascii") == hint)


def within_windows(
    signed: tuple[Signed, ...], pinned: tuple[TrustedKey, ...], moments: tuple[datetime.datetime, ...]
) -> tuple[KeySigner, ...]:
    """Those who signed within a window in which their key is pinned, at every one of `moments` (T31)."""
    windows = {
        one.key.fingerprint: [trusted.window for trusted in pinned if trusted.key.fingerprint == one.key.fingerprint]
        for one in signed
    }
    signers = tuple(
        KeySigner(key)
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
