"""minisign's signatures: four lines beside a file.

    untrusted comment: <anything>
    base64(<Ed or ED>  <key id, 8>  <signature, 64>)          Ed over the bytes, ED over their BLAKE2b-512
    trusted comment: <text>
    base64(<signature, 64, over the signature above and the text>)

Spec: https://jedisct1.github.io/minisign/#signature-format
"""

from __future__ import annotations

from ..bundles import Bundle, MinisignSignature, NoMaterial
from ..faults import FormatFault, Place
from ..strict_json import decode_base64
from .carrier import Detached, alone

UNTRUSTED = b"untrusted comment:"
_TRUSTED = b"trusted comment: "
_LONGEST = 64 * 1024
_ALGORITHMS = {b"Ed": False, b"ED": True}


def recognises(data: bytes) -> bool:
    """Whether the first line is an untrusted comment."""
    return data.startswith(UNTRUSTED)


def read_minisign(data: bytes, source: str) -> Bundle:
    """Read one file: four lines and no more.

    Raises:
        FormatFault: ``minisign.malformed``; ``minisign.unsupported`` for another algorithm; ``minisign.key`` for a
            public key where a signature should be.
    """
    if len(data) > _LONGEST:
        raise _fault("minisign.malformed", source, "longer than any signature of minisign's")
    lines = [line.removesuffix(b"\r") for line in data.removesuffix(b"\n").split(b"\n")]
    if len(lines) == 2 and len(_decoded(lines[1], source)) == 42:
        raise _fault("minisign.key", source, "a public key of minisign's, which signs nothing")
    if len(lines) != 4 or not lines[2].startswith(_TRUSTED):
        raise _fault("minisign.malformed", source, "not the four lines of a signature of minisign's")
    signed, binding = _decoded(lines[1], source), _decoded(lines[3], source)
    if len(signed) != 74 or len(binding) != 64:
        raise _fault("minisign.malformed", source, "a signature of another length")
    if signed[:2] not in _ALGORITHMS:
        raise _fault("minisign.unsupported", source, "an algorithm that minisign does not have")
    content = MinisignSignature(
        signature=signed[10:],
        key_id=signed[2:10],
        prehashed=_ALGORITHMS[signed[:2]],
        comment=lines[2].removeprefix(_TRUSTED),
        binding=binding,
    )
    return Bundle("minisign", content, NoMaterial())


def _decoded(line: bytes, source: str) -> bytes:
    try:
        return decode_base64(line)
    except ValueError:
        raise _fault("minisign.malformed", source, "a line that is not base64") from None


def _fault(reason: str, source: str, detail: str) -> FormatFault:
    return FormatFault(reason, detail, place=Place(source))


CARRIER = Detached("minisign", recognises, alone(read_minisign))
