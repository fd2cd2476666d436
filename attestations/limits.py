"""How much of anything we read before we refuse: every bound in one place, spent before the work it bounds.

The defaults are those of the design ("Names and limits"). Only an explicit flag raises one, and the verdict says so.
"""

from __future__ import annotations

from msgspec import Struct

from .faults import LimitFault, Place

KIB = 1024
MIB = 1024 * KIB


class Limits(Struct, frozen=True):
    """Upper bounds, inclusive. Sizes in bytes, the rest in items or levels."""

    bundle: int = 4 * MIB
    statement: int = 16 * MIB
    sbom: int = 128 * MIB
    manifest: int = 64 * MIB
    policy: int = 1 * MIB
    trust_root: int = 4 * MIB
    record: int = 128 * MIB
    signatures: int = 16
    log_entries: int = 32
    timestamps: int = 32
    certificates: int = 10
    subjects: int = 10_000
    steps: int = 256
    layouts: int = 32
    layout_keys: int = 64
    layout_signatures: int = 20_000
    layout_work: int = 64 * MIB
    depth: int = 64
    evidence_files: int = 256
    evidence_items: int = 256

    def check(self, name: str, actual: int, place: Place | None = None) -> None:
        """Refuse `actual` where it oversteps the limit called `name`.

        Raises:
            LimitFault: ``limit.<name>``, with both figures.
        """
        bound: int = getattr(self, name)
        if actual > bound:
            raise LimitFault(
                f"limit.{name}",
                f"{actual} {_UNITS.get(name, name.replace('_', ' '))}, where at most {bound} are read",
                place=place,
                expected=f"at most {bound}",
                actual=str(actual),
            )


_SIZES = ("bundle", "statement", "sbom", "manifest", "policy", "trust_root", "record")
_UNITS = dict.fromkeys(_SIZES, "bytes") | {"depth": "levels"}
"""What a limit counts, where it does not count what it is called."""

DEFAULT_LIMITS = Limits()
