"""Which list speaks of a path: all paths are shared out by the first bits of their SHA-256, among 2^n lists.

    bins-00   paths whose SHA-256 begins with 00…
    bins-01   …

The top list says so in one line (succinct roles, TAP 15), or names the prefixes of each list, which every client reads.

The number of lists never changes: a list that a client has seen must be there for good.

Spec: TUF 1.0.34, section 4.5 (path_hash_prefixes); TAP 15
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attestations.tuf.roles import DelegatedRole, Delegations, Key, Role, SuccinctRoles
from verifier.updates.tuf.delegations import succinct_role

PREFIX = "bins"
MOST_BITS = 12
"""4,096 lists: the snapshot that names them has 0.6 MB, and clients read 2 MB at most."""


class Bins:
    """The lists among which `delegations` shares out all paths."""

    def __init__(self, delegations: Delegations) -> None:
        roles = delegations.roles
        if isinstance(roles, SuccinctRoles):
            self._shared = roles
        else:
            self._shared = SuccinctRoles(roles[0].role, (len(roles) - 1).bit_length(), PREFIX)
        self.keys = delegations.keys

    @property
    def role(self) -> Role:
        """Whose keys sign every list."""
        return self._shared.role

    @property
    def bits(self) -> int:
        """How many bits of the hash decide."""
        return self._shared.bit_length

    def names(self) -> Iterator[str]:
        """The names of all lists."""
        return _names(self._shared)

    def of(self, path: str) -> str:
        """The name of the list that speaks of `path`."""
        return succinct_role(path, self._shared)


def share_out(keys: Mapping[str, Key], threshold: int, bits: int, *, succinct: bool) -> Delegations:
    """All paths, among 2^`bits` lists that `threshold` of `keys` sign."""
    role = Role(tuple(keys), threshold)
    shared = SuccinctRoles(role, bits, PREFIX)
    if succinct:
        return Delegations(keys, shared)
    digits = _digits(bits)
    each = 1 << (4 * digits - bits)
    return Delegations(
        keys,
        tuple(
            DelegatedRole(
                name,
                role,
                terminating=True,
                paths=None,
                prefixes=tuple(f"{prefix:0{digits}x}" for prefix in range(number * each, (number + 1) * each)),
            )
            for number, name in enumerate(_names(shared))
        ),
    )


def _names(shared: SuccinctRoles) -> Iterator[str]:
    digits = _digits(shared.bit_length)
    return (f"{shared.prefix}-{number:0{digits}x}" for number in range(1 << shared.bit_length))


def _digits(bits: int) -> int:
    return len(f"{(1 << bits) - 1:x}")
