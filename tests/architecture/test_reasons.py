"""Reason codes: the table and the code name the same ones, and people can look each up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from attestations.limits import Limits
from docs import pages
from verifier.reasons import KINDS, REASONS

from .tree import SHIPPED, Source, sources, strings

CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*\.[a-z][a-z0-9_]*")

LIMIT_CODES = frozenset(f"limit.{name}" for name in Limits.__struct_fields__)
"""`Limits.check` makes its code from the name of the limit: the one place where a code is put together."""


def test_every_code_that_is_raised_has_a_row() -> None:
    raised = {code: place for source in sources(*SHIPPED) for code, place in _raised(source)}
    assert raised, "the search found nothing: it is broken"
    assert not {code: place for code, place in raised.items() if code not in REASONS}


def _raised(source: Source) -> Iterator[tuple[str, str]]:
    """Codes given to a `…Fault(…)`, to a `.fault(…)` or `_fault(…)` that makes one, or as ``reason=``."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [word.value for word in node.keywords if word.arg == "reason"]
        if name.lower().endswith("fault") and node.args:
            given.append(next((a for a in node.args if isinstance(a, ast.Constant)), node.args[0]))
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and CODE.fullmatch(value.value):
                yield value.value, source.at(node)


def test_every_row_is_used() -> None:
    written = {str(node.value) for source in sources(*SHIPPED) for node in strings(source)}
    assert not sorted(set(REASONS) - written - LIMIT_CODES)


def test_every_limit_has_a_row() -> None:
    assert not sorted(LIMIT_CODES - set(REASONS))


def test_codes_are_spelled_alike() -> None:
    assert not [code for code in REASONS if not CODE.fullmatch(code)]


def test_every_row_tells_what_happened_and_what_to_do() -> None:
    assert not [reason.code for reason in REASONS.values() if not _reads_well(reason.title, reason.remedy)]
    assert {reason.kind for reason in REASONS.values()} <= set(KINDS)


def _reads_well(title: str, remedy: str) -> bool:
    """A title is a line without a full stop; a remedy is sentences."""
    return title[:1].isupper() and not title.endswith(".") and len(title) <= 100 and remedy.endswith(".")


def test_no_two_rows_say_the_same() -> None:
    titles = [reason.title for reason in REASONS.values()]
    assert not sorted({title for title in titles if titles.count(title) > 1})


def test_pages_made_from_tables_are_current() -> None:
    """``make docs`` writes them."""
    assert pages.stale() == []
