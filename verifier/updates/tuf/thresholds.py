"""Enough of the parties who may sign a role did sign it: one vote a key, however many ids it goes by.

Spec: TUF 1.0.34, sections 4.2.1 (key types) and 5.1 (thresholds)
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from attestations.faults import FormatFault
from attestations.tuf.metadata import Metadata
from attestations.tuf.roles import Key, Role

from ...faults import SignatureFault, UpdateFault
from ...keys import PublicKey, load_ed25519, load_pem
from ...layout.functionaries import SCHEMES
from ...signatures import Scheme, named, verify

_ED25519_DIGITS = 64


def check_threshold(metadata: Metadata, role: Role, keys: Mapping[str, Key], name: str) -> None:
    """Prove that at least `role.threshold` of its keys, told apart by their material, signed `metadata`.

    A key that cannot be used signs nothing and stops nobody else. `name` is the role's, for people.

    Raises:
        UpdateFault: ``update.unsigned``.
    """
    signatures = {signature.keyid: signature.value for signature in metadata.signatures}
    signers = set()
    for keyid in role.keyids:
        if keyid in keys and keyid in signatures:
            try:
                key, scheme = usable(keys[keyid])
                verify(key, signatures[keyid], metadata.covered, scheme=scheme)
            except (SignatureFault, FormatFault):
                continue
            signers.add(key.fingerprint)
    if len(signers) < role.threshold:
        raise UpdateFault(
            "update.unsigned",
            f"{name} is signed by too few of the keys that may sign it",
            place=metadata.signed.place,
            expected=f"at least {role.threshold}",
            actual=str(len(signers)),
        )


def fingerprints(role: Role, keys: Mapping[str, Key]) -> frozenset[str]:
    """Who may sign `role`: its keys by their material, without those that cannot be used."""
    found = set()
    for keyid in role.keyids:
        with contextlib.suppress(SignatureFault, FormatFault, KeyError):
            found.add(str(usable(keys[keyid])[0].fingerprint))
    return frozenset(found)


def usable(key: Key) -> tuple[PublicKey, Scheme]:
    """The key as it verifies.

    Raises:
        SignatureFault: ``signature.scheme_unsupported``, ``key.*``.
        FormatFault: ``pem.*``.
    """
    scheme = SCHEMES.get(key.scheme)
    if scheme is None:
        raise SignatureFault("signature.scheme_unsupported", f"signature scheme {key.scheme[:80]!r} is not read")
    if key.scheme == "ed25519" and len(key.public) == _ED25519_DIGITS:
        try:
            return load_ed25519(bytes.fromhex(key.public)), named(scheme)
        except ValueError:
            raise SignatureFault("key.malformed", "not the hex digits of a key") from None
    return load_pem(key.public.encode("utf-8")), named(scheme)
