"""An inspection as text. Its first words say that nothing in it was verified."""

from __future__ import annotations

from collections.abc import Iterable

from attestations.digests import Digest

from .layout import Look, headline, row
from .words import digest_words, size_words

TITLE = "NOT VERIFIED"
WARNING = "Anybody could have written what follows. Ask `countersign verify` what is true."


def heading(name: str, digest: Digest | None, size: int, look: Look) -> str:
    """What was looked at, and the warning."""
    facts = "  ".join([*([digest_words(digest, look.ellipsis)] if digest else []), size_words(size)])
    lines = headline(look.paint(TITLE, "yellow"), len(TITLE), look.clean(name), facts, look)
    return "\n".join([*lines, *row("", WARNING, look)]) + "\n"


def claims(place: str, carrier: str, said: Iterable[tuple[str, str]], look: Look) -> str:
    """One bundle's claims, a row each."""
    lines = ["", *row("bundle", f"{look.clean(carrier)} in {look.clean(place)}", look)]
    before = ""
    for what, text in said:
        lines += row(what if what != before else "", look.clean(text), look)
        before = what
    return "\n".join(lines) + "\n"


def unreadable(line: str, look: Look) -> str:
    """One bundle that cannot be read, and why."""
    return "\n".join(["", *row("error", line, look, colour="magenta")]) + "\n"
