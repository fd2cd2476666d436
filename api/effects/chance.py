"""The one place where chance is drawn: secrets, and the ids of what the service keeps."""

from __future__ import annotations

import secrets


def draw(size: int) -> bytes:
    """`size` bytes that nobody can foresee."""
    return secrets.token_bytes(size)


def draw_id(kind: str) -> str:
    """An id that nobody has yet: what it is of, and 128 bits (``token-5f0c…``)."""
    return f"{kind}-{secrets.token_hex(16)}"
