"""OpenSSH's signatures over files, as ``ssh-keygen -Y sign`` writes them.

    -----BEGIN SSH SIGNATURE-----
    base64("SSHSIG"  1  key  namespace  reserved  hash's name  signature)        strings as RFC 4251 has them
    -----END SSH SIGNATURE-----

Spec: OpenSSH, PROTOCOL.sshsig, https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
"""

from __future__ import annotations

from ..bundles import Bundle, NoMaterial, SshSignature
from ..faults import FormatFault, Place
from ..pem import parse_pem
from .carrier import Detached, alone

BEGIN = b"-----BEGIN SSH SIGNATURE-----"
MAGIC = b"SSHSIG"
_LONGEST = 64 * 1024
_HASHES = (b"sha256", b"sha512")


def recognises(data: bytes) -> bool:
    """Whether it begins as OpenSSH's armour does."""
    return data.lstrip(b" \t\r\n").startswith(BEGIN)


def read_sshsig(data: bytes, source: str) -> Bundle:
    """Read one signature.

    Raises:
        FormatFault: ``pem.malformed``, ``sshsig.malformed``; ``sshsig.unsupported`` for a version or hash that
            PROTOCOL.sshsig does not have.
    """
    if len(data) > _LONGEST:
        raise _fault("sshsig.malformed", source, "longer than any signature of OpenSSH's")
    blocks = parse_pem(data, Place(source))
    blob = blocks[0].content
    if len(blocks) != 1 or not blob.startswith(MAGIC) or len(blob) < 10:
        raise _fault("sshsig.malformed", source, "not one signature of OpenSSH's")
    if blob[6:10] != b"\x00\x00\x00\x01":
        raise _fault("sshsig.unsupported", source, "a version of the format that is not read")
    parts = read_strings(blob[10:])
    if parts is None or len(parts) != 5 or not parts[1]:
        raise _fault("sshsig.malformed", source, "not the five fields of a signature, with a namespace")
    key, namespace, reserved, algorithm, signature = parts
    if algorithm not in _HASHES:
        raise _fault("sshsig.unsupported", source, "a hash that the format does not have")
    value = read_strings(signature)
    if value is None or len(value) != 2 or not namespace.isascii() or not namespace.decode("ascii").isprintable():
        raise _fault("sshsig.malformed", source, "a signature without algorithm and value, or a namespace that is none")
    content = SshSignature(
        public_key=key,
        namespace=namespace.decode("ascii"),
        reserved=reserved,
        hash=algorithm.decode("ascii"),
        algorithm=value[0].decode("ascii", "replace"),
        signature=value[1],
    )
    return Bundle("sshsig", content, NoMaterial())


def read_strings(data: bytes) -> tuple[bytes, ...] | None:
    """The strings that `data` is made of, each after its length (four bytes); None where it is not.

    Spec: RFC 4251 section 5
    """
    found: list[bytes] = []
    position = 0
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        end = position + 4 + size
        if position + 4 > len(data) or end > len(data):
            return None
        found.append(data[position + 4 : end])
        position = end
    return tuple(found)


def _fault(reason: str, source: str, detail: str) -> FormatFault:
    return FormatFault(reason, detail, place=Place(source))


CARRIER = Detached("sshsig", recognises, alone(read_sshsig))
