"""Versions in tags: whether a tag is of a version, or of a more precise one.

Spec: Semantic Versioning 2.0.0, https://semver.org/spec/v2.0.0.html; shortened forms as the Go toolchain writes them
"""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"(?P<v>v?)(?P<numbers>(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){0,2})"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z"
)


def meets_version(expected: str, tag: str) -> bool:
    """Whether `tag` is a version that begins with the numbers of `expected`: ``v1.2.7`` meets ``v1.2``.

    A tag's missing numbers are zeros: ``v14`` meets ``v14.0``. With three numbers expected, a pre-release must be the
    same one. Build metadata says nothing.
    """
    wanted, found = _VERSION.match(expected), _VERSION.match(tag)
    if wanted is None or found is None or wanted["v"] != found["v"]:
        return False
    numbers, others = wanted["numbers"].split("."), [*found["numbers"].split("."), "0", "0"]
    if others[: len(numbers)] != numbers:
        return False
    return len(numbers) < 3 or wanted["pre"] == found["pre"]


def is_version(text: str) -> bool:
    """Whether `text` is a version, shortened or not."""
    return _VERSION.match(text) is not None
