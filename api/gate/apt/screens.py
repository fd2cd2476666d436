"""The gate in apt for people: how it stands, what was mended, and why apt is stopped."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.reasons import REASONS

from ...render.layout import Look, hang
from ...render.lines import fault_line
from ...render.visible import visible
from .repair import Mended
from .standing import Stands, is_wrong
from .transactions import Package

_COLUMN = 13


def standing_screen(stands: Iterable[Stands], look: Look) -> str:
    """Each thing that has to be right: what can be said of it, or what is wrong and what to do."""
    rows = (hang(each.what.ljust(_COLUMN), _COLUMN, _says(each, look), look.width) for each in stands)
    return "".join(f"{line}\n" for lines in rows for line in lines)


def _says(each: Stands, look: Look) -> str:
    if each.fault is None:
        return look.clean(each.says)
    word = "WRONG" if is_wrong(each) else "WEAK"
    return f"{word}  {fault_line(each.fault, REASONS[each.fault.reason].remedy, look)}"


def mended_screen(mended: Iterable[Mended], look: Look) -> str:
    """What was wrong, and what was done about it, a line each; or that all is whole."""
    lines = [
        f"{look.clean(str(each.fault.place))}: {look.clean(each.fault.detail)}: {look.clean(each.done)}\n"
        for each in mended
    ]
    return "".join(lines) or "whole: there was nothing to mend\n"


def stopped_line(config: str) -> str:
    """What follows from a decision that lets nothing through."""
    return f"Nothing was unpacked: apt is stopped by the gate of {visible(config)}."


def waiting_line(lacking: tuple[Package, ...], look: Look) -> str:
    """That what was allowed is not accepted yet, since dpkg has not installed all of it."""
    names = ", ".join(f"{package.name} {package.version}" for package in lacking[:5])
    more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
    return look.clean(f"countersign: not accepted yet: {names}{more} not installed; the next run of apt looks again")
