"""A policy's plain form as TOML, for people and for `--print-policy`; reading it back gives the same policy.

Spec: TOML 1.0.0, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
from typing import Any

from .model import Policy
from .plain import Plain, plain

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def to_toml(policy: Policy) -> str:
    """The policy as a TOML document. Tables in the order of the format, keys in the order of the model."""
    tree = plain(policy)
    lines = _scalars(tree)
    for name in ("product", "trust"):
        if name in tree:
            lines += _table(f"[{name}]", tree[name])
    for name, signer in tree["signers"].items():
        lines += _table(f"[signers.{_key(name)}]", signer)
    for requirement in tree["require"]:
        lines += _table("[[require]]", requirement)
    return "\n".join(lines) + "\n"


def _scalars(tree: Plain) -> list[str]:
    return [
        f"{_key(name)} = {_value(value)}"
        for name, value in tree.items()
        if name not in ("product", "trust", "signers", "require")
    ]


def _table(head: str, tree: Plain) -> list[str]:
    return ["", head, *(f"{_key(name)} = {_value(value)}" for name, value in tree.items())]


def _key(name: str) -> str:
    return name if _BARE.match(name) else _string(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    members = ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items())
    return f"{{ {members} }}" if members else "{}"


def _string(text: str) -> str:
    """A basic string; a literal one where that spares every escape, as in patterns."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
