"""Who may speak of a path: the roles that one of them hands it on to, in the order of its preference.

    patterns   segment by segment: a `*` never crosses a `/`
    prefixes   the beginning of the path's SHA-256, in hex
    succinct   the bin whose number is the first bits of that SHA-256

Spec: TUF 1.0.34, section 4.5 (paths, path_hash_prefixes) and 5.6.7; TAP 15
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from attestations.faults import FormatFault, LimitFault
from attestations.strict_json import shown
from attestations.tuf.roles import DelegatedRole, Delegations, Role, SuccinctRoles

from ...layout.patterns import compile_path_pattern


def roles_for(path: str, delegations: Delegations) -> Iterator[tuple[str, Role, bool]]:
    """The delegated roles for `path`: their name, their keys, and whether the search ends with them."""
    if isinstance(delegations.roles, SuccinctRoles):
        yield succinct_role(path, delegations.roles), delegations.roles.role, True
        return
    for each in delegations.roles:
        if speaks_of(each, path):
            yield each.name, each.role, each.terminating


def find_role(name: str, delegations: Delegations) -> Role | None:
    """The keys of the delegated role called `name`, None where there is none of that name."""
    roles = delegations.roles
    if not isinstance(roles, SuccinctRoles):
        return next((each.role for each in roles if each.name == name), None)
    prefix, dash, number = name.rpartition("-")
    digits = _digits(roles.bit_length)
    known = (
        prefix == roles.prefix
        and bool(dash)
        and len(number) == digits
        and all(digit in "0123456789abcdef" for digit in number)
        and int(number, 16) < 1 << roles.bit_length
    )
    return roles.role if known else None


def speaks_of(delegated: DelegatedRole, path: str) -> bool:
    """Whether `delegated` may speak of `path`."""
    if delegated.prefixes is not None:
        digest = hashlib.sha256(path.encode("utf-8")).hexdigest()
        return any(digest.startswith(prefix) for prefix in delegated.prefixes)
    return any(matches(path, pattern) for pattern in delegated.paths or ())


def matches(path: str, pattern: str) -> bool:
    """Whether `path` matches the shell pattern, each segment by itself, in linear time.

    Raises:
        FormatFault: ``tuf.pattern``, for one that readers read differently.
    """
    segments, patterns = path.split("/"), pattern.split("/")
    if len(segments) != len(patterns):
        return False
    try:
        compiled = [compile_path_pattern(_STARS.sub("*", each)) if each else None for each in patterns]
    except FormatFault as fault:
        raise FormatFault("tuf.pattern", fault.detail, expected=fault.expected, actual=shown(pattern)) from None
    return all(
        segment == "" if one is None else one.matches(segment) for segment, one in zip(segments, compiled, strict=True)
    )


_STARS = re.compile(r"\*{2,}")
"""In one segment they mean what one does."""


def succinct_role(path: str, roles: SuccinctRoles) -> str:
    """The name of the one role that speaks of `path`."""
    digest = hashlib.sha256(path.encode("utf-8")).digest()
    number = int.from_bytes(digest[:4], "big") >> (32 - roles.bit_length)
    return f"{roles.prefix}-{number:0{_digits(roles.bit_length)}x}"


def speaker(name: str, delegations: Delegations) -> Callable[[str], bool]:
    """What tells of a path whether the delegated role called `name` may speak of it."""
    roles = delegations.roles
    if isinstance(roles, SuccinctRoles):
        return lambda path: succinct_role(path, roles) == name
    named = [each for each in roles if each.name == name]
    return lambda path: any(speaks_of(each, path) for each in named)


def delegated_names(delegations: Delegations, most: int) -> tuple[str, ...]:
    """The names of all delegated roles, in order.

    Raises:
        LimitFault: ``limit.delegations``: there are more than `most`.
    """
    roles = delegations.roles
    count = 1 << roles.bit_length if isinstance(roles, SuccinctRoles) else len(roles)
    if count > most:
        raise LimitFault("limit.delegations", f"{count} roles, where {most} are read", expected=f"at most {most}")
    if isinstance(roles, SuccinctRoles):
        return tuple(f"{roles.prefix}-{number:0{_digits(roles.bit_length)}x}" for number in range(count))
    return tuple(each.name for each in roles)


def _digits(bit_length: int) -> int:
    return len(f"{(1 << bit_length) - 1:x}")
