"""The sum of many gates' journals for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from verifier.reasons import REASONS

from ..render.layout import Look
from .reporting import Report, Tally

MOST_SHOWN = 20
"""Rows of a table on a screen; the JSON holds all."""


def report_json(report: Report) -> bytes:
    """The sum as JSON."""
    return msgspec.json.format(msgspec.json.encode(_plain(report)), indent=2) + b"\n"


def _plain(report: Report) -> dict[str, Any]:
    return {
        "hosts": report.hosts,
        "reasons": [
            {"reason": reason, **msgspec.structs.asdict(told), "hosts": sorted(told.hosts)}
            for reason, told in _worst(report)
        ],
        "products": [{"product": name, "tally": tally} for name, tally in sorted(report.products.items())],
        "would_hold": [
            {"file": name, "reasons": reasons, "times": times}
            for (name, reasons), times in report.would_hold.most_common()
        ],
    }


def report_screen(report: Report, look: Look) -> str:
    """The sum for people: each table with its heading, and what to look at first."""
    return "\n".join(part for part in map("".join, _parts(report, look)) if part)


def _parts(report: Report, look: Look) -> Iterator[Iterable[str]]:
    yield _table(
        ("host", *_HEADINGS, "last decided"),
        [
            (host.name, *_figures(host.tally), f"{host.last:%Y-%m-%d %H:%M} UTC" if host.last is not None else "never")
            for host in report.hosts
        ],
        look,
    )
    yield _table(
        ("product", *_HEADINGS),
        [(name, *_figures(tally)) for name, tally in sorted(report.products.items())],
        look,
    )
    yield _table(
        ("reason", "stopped", "observed", "found", "hosts", "what it is"),
        [
            (reason, *map(str, (told.stopped, told.observed, told.found, len(told.hosts))), _title(reason))
            for reason, told in _worst(report)
        ],
        look,
    )
    yield _table(
        ("while observing, this would have been held", "times", "by"),
        [(name, str(times), reasons) for (name, reasons), times in report.would_hold.most_common()],
        look,
    )
    yield _damaged(report, look)


_HEADINGS = ("allowed", "waived", "held", "blocked", "observed", "accepted")


def _figures(tally: Tally) -> tuple[str, ...]:
    return tuple(str(figure) for figure in msgspec.structs.astuple(tally))


def _worst(report: Report) -> list[Any]:
    return sorted(report.reasons.items(), key=lambda item: (-item[1].stopped - item[1].observed, item[0]))


def _title(reason: str) -> str:
    row = REASONS.get(reason)
    return row.title if row is not None else "of another version"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], look: Look) -> Iterator[str]:
    if not rows:
        return
    shown = [[look.clean(cell) for cell in row] for row in rows[:MOST_SHOWN]]
    widths = [max(len(row[at]) for row in (headings, *shown)) for at in range(len(headings))]
    for row in (headings, *shown):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
    if len(rows) > MOST_SHOWN:
        yield f"and {len(rows) - MOST_SHOWN} more: --format json has them all\n"


def _damaged(report: Report, look: Look) -> Iterator[str]:
    for host in report.hosts:
        if host.damaged:
            lines = "1 line" if host.damaged == 1 else f"{host.damaged} lines"
            yield f"damaged  {look.clean(host.name)}: {lines} of the journal could not be read, and are not counted\n"
