"""A public key, as people need it: what it is, what to compare, what to write into a policy."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verifier.keys import PublicKey, openssh_fingerprint
from verifier.signatures import schemes_for


def key_text(key: PublicKey) -> str:
    """The key's lines, the part of a policy that pins it, and itself in PEM."""
    lines = [
        f"algorithm    {key.algorithm}, signs with {schemes_for(key)[0].name}",
        f"fingerprint  {key.fingerprint}",
    ]
    openssh = openssh_fingerprint(key)
    if openssh is not None:
        lines.append(f"in OpenSSH   {openssh}")
    lines += [
        "",
        "In a policy (the name and the group are yours to choose):",
        "",
        "  [signers.release]",
        '  group = "vendor"',
        f'  key = "{key.fingerprint}"',
        "",
        key.handle.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii"),
    ]
    return "\n".join(lines)
