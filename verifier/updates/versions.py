"""Which of two versions is the older one, where that can be told.

Numbers are compared as numbers, part by part, and a missing part is zero; a pre-release comes before its release. Text
that has no such form is compared with nothing: what cannot be ordered proves no rollback, and follows nothing either.

Spec: Semantic Versioning 2.0.0, section 11; longer rows of numbers as anti-virus vendors use them
"""

from __future__ import annotations

import re
from itertools import zip_longest

_VERSION = re.compile(
    r"v?(?P<numbers>[0-9]{1,18}(?:\.[0-9]{1,18}){0,7})(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+.*)?\Z",
    re.ASCII,
)


def compare_versions(left: str, right: str) -> int | None:
    """-1, 0 or 1 where `left` is older than, of the same order as, or newer than `right`; None where none can say."""
    ours, theirs = _VERSION.match(left), _VERSION.match(right)
    if ours is None or theirs is None:
        return None
    for one, other in zip_longest(_numbers(ours), _numbers(theirs), fillvalue=0):
        if one != other:
            return -1 if one < other else 1
    return _compare_pre(ours["pre"], theirs["pre"])


def _numbers(version: re.Match[str]) -> list[int]:
    return [int(number) for number in version["numbers"].split(".")]


def _compare_pre(left: str | None, right: str | None) -> int:
    if left is None or right is None:
        return (left is None) - (right is None)
    ours, theirs = ([_ordered(part) for part in text.split(".")] for text in (left, right))
    return (ours > theirs) - (ours < theirs)


def _ordered(part: str) -> tuple[int, int, str]:
    """Numbers come before words, each ordered among themselves."""
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
