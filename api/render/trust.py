"""Stored trust material as text: each entry with its age, and what that age is worth."""

from __future__ import annotations

import datetime

from .layout import Look, row
from .words import age_words

BASIS = {
    "packaged": "when its newest key begins; the package does not say when the root was fetched",
    "refreshed": "when its project's repository gave it as current",
    "added": "when it was added",
    "imported": "the date it had where it was exported",
}
"""What the date of each kind of entry means."""


def entry_text(
    name: str, sha256: str, dated: datetime.datetime, origin: str, source: str, now: datetime.datetime, look: Look
) -> str:
    """One entry of the store."""
    lines = [look.paint(look.clean(name), "bold")]
    lines += row("dated", f"{dated:%Y-%m-%d} ({age_words(now - dated)}), {BASIS.get(origin, '')}", look)
    lines += row("from", f"{look.clean(source)} ({look.clean(origin)})", look)
    lines += row("sha256", sha256, look)
    return "\n".join(lines) + "\n"
