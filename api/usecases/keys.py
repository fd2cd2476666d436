"""Keys of those who sign: made, and shown to those who are to trust them."""

from __future__ import annotations

from attestations.limits import DEFAULT_LIMITS
from verifier.key_files import holds_keys, load_key_file
from verifier.keys import PublicKey

from ..effects.faults import KeyFault
from ..effects.files import Files
from ..effects.keys import PinSource, open_signer
from ..effects.keys.making import check_absent, make_key, write_new
from ..effects.paths import shown

PUBLIC = ".pub"
"""What the name of a private key is continued with to name the public one beside it."""

_PUBLIC_PEM = b"-----BEGIN PUBLIC KEY-----"

SHORTEST = 8
"""Characters of the shortest passphrase that a new key gets."""


def new_key(path: str, algorithm: str, pin: PinSource) -> PublicKey:
    """Make a key at `path`, and its public half beside it; the passphrase is asked for twice.

    Raises:
        OutputFault: ``output.exists``, ``output.unwritable``.
        KeyFault: ``signing.pin_missing``; ``signing.pin_unfit``, for one too short, or not the same twice.
    """
    for target in (path, path + PUBLIC):
        check_absent(target)
    passphrase = pin.pin(f"New passphrase of {shown(path)}")
    if len(passphrase) < SHORTEST:
        detail = f"a passphrase of {len(passphrase)} characters"
        raise KeyFault("signing.pin_unfit", detail, expected=f"at least {SHORTEST}")
    if pin.pin("The same again") != passphrase:
        raise KeyFault("signing.pin_unfit", "the two passphrases differ")
    made = make_key(algorithm, passphrase)
    write_new(path, made.private, 0o600)
    write_new(path + PUBLIC, made.public, 0o644)
    return made.key


def public_keys(uri: str, files: Files, pin: PinSource) -> tuple[PublicKey, ...]:
    """The public keys at `uri`: that of a private key, or those of a file of public ones in any form that is read.

    Raises:
        InputFault: ``input.*``.
        TrustFault: ``trust.key_*``, of public keys.
        SignatureFault: ``openpgp.unavailable``, ``openpgp.revoked``.
        KeyFault: ``signing.*``, of a private one.
    """
    if files.is_file(uri):
        content = files.read(uri, "trust_root", DEFAULT_LIMITS)
        if _PUBLIC_PEM in content or holds_keys(content):
            return tuple(trusted.key for trusted in load_key_file(content, name=shown(uri), windows={}))
    return (open_signer(uri, pin).public_key,)
