"""Files of public keys that people hold: PEM, OpenSSH's, minisign's and OpenPGP's, and an npm registry's key lists.

A key in a file is nobody's until a policy pins its fingerprint. Windows live in policy, since PEM has no place for one
that a reader could not lose; where a key list states them too, a key counts where both hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from attestations.carriers.minisign import UNTRUSTED
from attestations.digests import Digest
from attestations.faults import Fault, FormatFault, Place
from attestations.npm_keys import NpmKey, is_npm_keys, parse_npm_keys
from attestations.strict_json import decode_base64

from .detached.openpgp import is_certificate, load_certificate, split_certificates
from .detached.ssh import load_blob
from .faults import SignatureFault, TrustFault
from .keys import PublicKey, load_ed25519, load_pem, load_spki
from .windows import UNBOUNDED, Window

KEY_FILE_MAX = 1 << 20
"""Bytes of the longest key file that is read: some thousand keys."""

_PEM_BEGIN = re.compile(rb"-----BEGIN ([^\r\n-]{0,64})-----")


class TrustedKey(Struct, frozen=True):
    """A pinned public key, valid in `window`; `name` is the file it came from.

    `usage` is what its file says that it may sign, as npm calls it (`attestations.npm_keys.USAGES`); "" is anything.
    """

    key: PublicKey
    window: Window
    name: str
    usage: str = ""


def load_key_file(data: bytes, *, name: str, windows: Mapping[Digest, Window]) -> tuple[TrustedKey, ...]:
    """The public keys in a file, each once (once a usage), in its order. An npm registry's list may be empty.

    `windows` gives the validity of a key by the SHA-256 of its SubjectPublicKeyInfo; a key not in it is `UNBOUNDED`.

    Raises:
        TrustFault: ``trust.key_malformed``, ``trust.key_unsupported``, ``trust.key_missing``.
        SignatureFault: ``openpgp.unavailable``, ``openpgp.revoked``.
    """
    if len(data) > KEY_FILE_MAX:
        raise TrustFault(
            "trust.key_malformed", f"{len(data)} bytes of keys", place=Place(name), expected="at most 1 MiB"
        )
    if is_npm_keys(data):
        return _npm(data, name, windows)
    if is_certificate(data):
        return _certified(data, name, windows)
    lines = _lines(data)
    found = _pem(data, name) if lines is None else _from_lines(lines, name)
    keys: dict[Digest, TrustedKey] = {}
    for key in found:
        keys.setdefault(key.fingerprint, TrustedKey(key, windows.get(key.fingerprint, UNBOUNDED), name))
    if not keys:
        raise TrustFault(
            "trust.key_missing",
            "no public key in PEM, and none of OpenSSH's or minisign's",
            place=Place(name, offset=0),
        )
    return tuple(keys.values())


def holds_keys(data: bytes) -> bool:
    """Whether a file presents itself as OpenSSH's or minisign's keys, or as an OpenPGP certificate."""
    return is_certificate(data) or (len(data) <= KEY_FILE_MAX and _lines(data) is not None)


def _certified(data: bytes, name: str, windows: Mapping[Digest, Window]) -> tuple[TrustedKey, ...]:
    """OpenPGP certificates: each counts where both its own window and the policy's hold.

    In a keyring of several, one that cannot be used is nobody's, like any key that no policy pins; a revoked one speaks
    up where it is in `windows`.
    """
    try:
        certificates = split_certificates(data, name)
    except (FormatFault, SignatureFault) as fault:
        raise key_fault(fault, name) from None
    keys: list[TrustedKey] = []
    for certificate in certificates:
        try:
            key, own = load_certificate(certificate, name)
        except (FormatFault, SignatureFault) as fault:
            if fault.reason == "openpgp.unavailable" or (
                fault.reason == "openpgp.revoked"
                and (len(certificates) == 1 or fault.actual in {str(key) for key in windows})
            ):
                raise fault.at(Place(name)) from None
            if len(certificates) == 1:
                raise key_fault(fault, name) from None
        else:
            keys.append(TrustedKey(key, _both(own, windows.get(key.fingerprint, UNBOUNDED)), name))
    return tuple(keys)


_SSH = re.compile(rb"(ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?")
_MINISIGN = re.compile(rb"RW[A-Za-z0-9+/]{54}")


def _lines(data: bytes) -> list[bytes] | None:
    """The lines of a file of OpenSSH's or minisign's keys, without remarks; None where it is none."""
    lines = [line for raw in data.splitlines() if (line := raw.strip()) and not line.startswith((b"#", UNTRUSTED))]
    known = [line for line in lines if _SSH.fullmatch(line) or _MINISIGN.fullmatch(line)]
    return lines if known and len(known) == len(lines) else None


def _from_lines(lines: list[bytes], name: str) -> Iterator[PublicKey]:
    """One key a line. minisign's: base64 of ``Ed``, the key's id (8 bytes) and the key (32)."""
    for line in lines:
        try:
            if _MINISIGN.fullmatch(line):
                yield load_ed25519(decode_base64(line)[10:])
            else:
                yield load_blob(decode_base64(line.split()[1]))
        except ValueError:
            raise key_fault(SignatureFault("key.malformed", "a key that is not base64"), name) from None
        except SignatureFault as fault:
            raise key_fault(fault, name) from None


def _pem(data: bytes, name: str) -> Iterator[PublicKey]:
    """The keys of all blocks; text around the blocks is no part of them (RFC 7468)."""
    begin = _PEM_BEGIN.search(data)
    while begin is not None:
        end = data.find(b"-----END " + begin[1] + b"-----", begin.end())
        stop = end + len(begin[0]) - 2 if end >= 0 else len(data)
        try:
            yield load_pem(data[begin.start() : stop])
        except (FormatFault, SignatureFault) as fault:
            raise key_fault(fault, name, begin.start()) from None
        begin = _PEM_BEGIN.search(data, stop)


def _npm(data: bytes, name: str, windows: Mapping[Digest, Window]) -> tuple[TrustedKey, ...]:
    """A key that cannot be read is left out beside others; a list of nothing else is refused for its first."""
    keys: list[TrustedKey] = []
    faults: list[TrustFault] = []
    for entry in parse_npm_keys(data, name):
        try:
            if isinstance(entry, FormatFault):
                raise entry
            trusted = _windowed(entry, load_spki(entry.spki), name, windows)
            if trusted not in keys:
                keys.append(trusted)
        except (FormatFault, SignatureFault) as fault:
            faults.append(key_fault(fault, name))
    if faults and not keys:
        raise faults[0]
    return tuple(keys)


def _windowed(entry: NpmKey, key: PublicKey, name: str, windows: Mapping[Digest, Window]) -> TrustedKey:
    window = _both(Window(entry.start, entry.end), windows.get(key.fingerprint, UNBOUNDED))
    return TrustedKey(key, window, name, entry.usage)


def _both(one: Window, other: Window) -> Window:
    starts = [start for start in (one.start, other.start) if start is not None]
    ends = [end for end in (one.end, other.end) if end is not None]
    return Window(max(starts, default=None), min(ends, default=None))


def key_fault(fault: Fault, name: str, offset: int | None = None) -> TrustFault:
    """What is wrong with a key that we were given to trust, said of the file `name` that it stands in."""
    unusable = fault.reason in ("key.unsupported", "key.weak", "openpgp.unsupported")
    reason = "trust.key_unsupported" if unusable else "trust.key_malformed"
    return TrustFault(
        reason, fault.detail, place=Place(name, offset=offset), expected=fault.expected, actual=fault.actual
    )
