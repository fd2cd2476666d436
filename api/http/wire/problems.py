"""A refusal over the wire (RFC 9457)."""

from __future__ import annotations

from .common import View


class Problem(View):
    """Why not: `reason` is what programs go by, `remedy` what to do, `request` what the operator finds in the log."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    remedy: str
    request: str
    pointer: str | None = None
    expected: str | None = None
    actual: str | None = None
