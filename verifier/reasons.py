"""The table of reasons: what each code means, what it comes to, and what a person can do about it.

One TOML file beside this one, read when the module is loaded (package data, like the code itself; the verifier reads
nothing while it verifies). A code has exactly one outcome and one kind:

    refuted       FAILED      this evidence does not support the claim
    misbehaviour  FAILED      a self-contained proof signed by the accused
    missing       INCOMPLETE  a requirement lacks evidence, nothing is proven wrong
    undecided     ERROR       we could not decide
    finding       PASSED      a warning that never changes an outcome
"""

from __future__ import annotations

import functools
import hashlib
import pkgutil
from collections.abc import Iterator, Mapping

from msgspec import Struct

from .outcome import Outcome

KINDS: Mapping[str, Outcome] = {
    "refuted": Outcome.FAILED,
    "misbehaviour": Outcome.FAILED,
    "missing": Outcome.INCOMPLETE,
    "undecided": Outcome.ERROR,
    "finding": Outcome.PASSED,
}


class Reason(Struct, frozen=True):
    """One row: `title` says what happened in a line, `remedy` what to do next."""

    code: str
    outcome: Outcome
    kind: str
    title: str
    remedy: str


_TEXT = pkgutil.get_data(__package__, "reasons.toml") or b""
"""The table as it stands beside this file: the one thing that is read, and it is read here and now."""


class _Table(Mapping[str, Reason]):
    """The rows by code, in the table's order. A verdict that passes needs none, so they are parsed when first asked."""

    def __getitem__(self, code: str) -> Reason:
        return _rows()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_rows())

    def __len__(self) -> int:
        return len(_rows())


@functools.cache
def _rows() -> Mapping[str, Reason]:
    import tomllib

    table: dict[str, Reason] = {}
    for area, rows in tomllib.loads(_TEXT.decode("utf-8")).items():
        for name, row in rows.items():
            code = f"{area}.{name}"
            reason = Reason(code, Outcome(row["outcome"]), row["kind"], row["title"], row["remedy"])
            if KINDS[reason.kind] is not reason.outcome or set(row) != {"outcome", "kind", "title", "remedy"}:
                raise ValueError(f"reasons.toml: {code}")
            table[code] = reason
    return table


REASONS: Mapping[str, Reason] = _Table()


def table_digest() -> str:
    """The SHA-256 of the table, in hex: two processes that have another one write another report."""
    return hashlib.sha256(_TEXT).hexdigest()


def outcome_of(code: str) -> Outcome:
    """The outcome that a reason code comes to. A code that is not in the table is a bug of ours: `KeyError`."""
    return REASONS[code].outcome
