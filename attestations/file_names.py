"""Names of files out of evidence: whether one stays beneath the folder that it is taken for (T83).

A name is compared and shown, and whoever fetches by it may join it to a path. One that would lead elsewhere, on this
system or another, is therefore no name of a file.

    endpoint.exe   ./a/b.deb   a/..b        beneath
    ../x   a/../../x   /x   \\\\x   C:x   ""   elsewhere

Spec: CWE-22; Microsoft, "Naming Files, Paths, and Namespaces" (drives, backslashes)
"""

from __future__ import annotations

import re

_SEPARATOR = re.compile(r"[/\\]")
_DRIVE = re.compile(r"[A-Za-z]:")


def stays_beneath(name: str) -> bool:
    """Whether a file of this name lies beneath the folder that the name is joined to, on every system."""
    parts = _SEPARATOR.split(name)
    return bool(parts[0]) and ".." not in parts and _DRIVE.match(name) is None
