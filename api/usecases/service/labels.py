"""Names that clients give to files: shown to people, kept beside a digest, and never part of any path.

So ``../../etc/passwd`` is a name like any other. What would lie to a reader is refused: characters that steer a
terminal, that have no look of their own, or that turn the order of what is read (T94).
"""

from __future__ import annotations

import re
import unicodedata

from attestations.faults import Place
from attestations.strict_json import shown

from ...effects.faults import RequestFault

LONGEST = 255
"""Characters of a name."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_label(text: str, pointer: str = "") -> str:
    """`text`, where it can be a name; `pointer` is where it stands in the request.

    Raises:
        RequestFault: ``request.invalid``.
    """
    if not 1 <= len(text) <= LONGEST or any(unicodedata.category(each).startswith("C") for each in text):
        raise RequestFault(
            "request.invalid",
            "no name: empty, too long, or with characters that cannot be seen",
            place=Place("body", pointer),
            expected=f"1 to {LONGEST} characters that can be seen",
            actual=shown(text),
        )
    return text


def check_sha256(text: str, pointer: str = "") -> str:
    """`text`, where it is a SHA-256 in lower-case hex. Raises as `check_label`."""
    if _SHA256.fullmatch(text) is None:
        raise RequestFault(
            "request.invalid",
            "not a SHA-256",
            place=Place("body", pointer),
            expected="64 lower-case hex digits",
            actual=shown(text),
        )
    return text
