"""``Prefer: wait=N``: a client that would rather wait a while than come again.

Spec: RFC 7240 section 4.3
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from ..usecases.service.service import Service

Prefer = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description="`wait=N`: wait up to N seconds for the verdict, 60 at most",
        max_length=200,
        examples=["wait=10"],
    ),
]

_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?([0-9]{1,6})\"?\s*(?=$|[,;])", re.ASCII)


def seconds_of(prefer: str | None, service: Service) -> float:
    """How long to wait: as long as is preferred, and allowed. What cannot be read is no preference."""
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), service.settings.longest_wait) if found else 0


def applied(prefer: str | None, *, done: bool) -> dict[str, str]:
    """The header that says that the wait was honoured, where it was asked for and led to something."""
    found = _WAIT.search(prefer or "")
    return {"Preference-Applied": f"wait={found[1]}"} if found and done else {}
