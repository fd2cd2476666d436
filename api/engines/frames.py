"""Messages over a pipe: eight bytes of length, big-endian, and so many bytes. A length that is too great is refused.

Both ends are ours; what stands in a message of a confined process is hostile until it was read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

LENGTH = 8
PIECE = 1 << 20


class FrameTooLong(Exception):
    """The other end means to send more than this end takes."""


def frame(message: bytes) -> bytes:
    return len(message).to_bytes(LENGTH, "big") + message


def length_of(head: bytes, most: int) -> int:
    """The length that `head` announces, in bytes. Raises: FrameTooLong where that is over `most`."""
    length = int.from_bytes(head, "big")
    if length > most:
        raise FrameTooLong(f"{length} bytes, where at most {most} are taken")
    return length


def messages(descriptor: int, most: int) -> Iterator[bytes]:
    """Each message that arrives, until the other end closes. What is cut off is no message."""
    while head := _exactly(descriptor, LENGTH):
        if (message := _exactly(descriptor, length_of(head, most))) is None:
            return
        yield message


def _exactly(descriptor: int, count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        if not (part := os.read(descriptor, min(count, PIECE))):
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def send(descriptor: int, message: bytes) -> None:
    """Write the message, all of it."""
    rest = memoryview(frame(message))
    while rest:
        rest = rest[os.write(descriptor, rest) :]
