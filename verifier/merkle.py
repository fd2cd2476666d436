"""Merkle trees of SHA-256: a leaf is in a tree, a tree extends another one.

    leaf  SHA-256(0x00 ‖ entry)          node  SHA-256(0x01 ‖ left ‖ right)          empty tree  SHA-256("")

A proof is a list of hashes and has exactly one right length; sizes and indexes are integers below 2^63, hashes 32 raw
bytes. A *subtree* is the tree over the leaves [start, end), where start is a multiple of the power of two that is not
below end - start.

Spec: RFC 9162 section 2.1, https://www.rfc-editor.org/rfc/rfc9162#section-2.1; for subtrees Merkle Tree Certificates,
https://www.ietf.org/archive/id/draft-ietf-plants-merkle-tree-certs-02.html#name-subtrees
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from .faults import LogFault

HASH_SIZE = 32
SIZE_MAX = (1 << 63) - 1
EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf over the entry's bytes. Spec: RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its children's. Spec: RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(index: int, size: int, leaf: bytes, hashes: Sequence[bytes], root: bytes) -> None:
    """Prove that the tree of `size` leaves with `root` holds the leaf hash `leaf` at `index`.

    The root must be one that the log signed: `verifier.checkpoints`.

    Raises:
        LogFault: ``log.inclusion_invalid``.

    Spec: RFC 9162 section 2.1.3.2, https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2
    """
    if not 0 <= index < size <= SIZE_MAX:
        raise _not_included(f"there is no leaf {index} in a tree of {size}")
    if not _are_hashes(leaf, *hashes):
        raise _not_included("a hash is not 32 bytes long")
    if _climb(index, size, leaf, hashes) != root:
        raise _not_included(f"{len(hashes)} hashes do not lead from the leaf to the root")


def verify_consistency(size1: int, root1: bytes, size2: int, root2: bytes, hashes: Sequence[bytes]) -> None:
    """Prove that the tree of `size2` leaves with `root2` begins with the leaves of the tree of `size1` with `root1`.

    The empty tree begins every tree, which says nothing about either, so `size1` is at least 1.

    Raises:
        LogFault: ``log.consistency_invalid``.

    Spec: RFC 9162 section 2.1.4.2, https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2
    """
    if size1 < 1:
        raise _not_consistent("an empty tree says nothing about a later one")
    verify_subtree_consistency(0, size1, root1, size2, root2, hashes)


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, hashes: Sequence[bytes], root: bytes
) -> None:
    """Prove that the subtree over [`start`, `end`) with `root` holds the leaf hash `leaf` at `index` of the whole tree.

    Raises:
        LogFault: ``log.inclusion_invalid``.

    Spec: Merkle Tree Certificates draft 02, section 4.3.
    """
    if not _is_subtree(start, end):
        raise _not_included(f"[{start}, {end}) is no subtree")
    verify_inclusion(index - start, end - start, leaf, hashes, root)


def verify_subtree_consistency(
    start: int, end: int, root1: bytes, size: int, root2: bytes, hashes: Sequence[bytes]
) -> None:
    """Prove that the subtree over [`start`, `end`) with `root1` is part of the tree of `size` leaves with `root2`.

    An empty subtree is part of every tree that reaches it: there `root2` is not looked at.

    Raises:
        LogFault: ``log.consistency_invalid``.

    Spec: Merkle Tree Certificates draft 02, section 4.4.
    """
    if not (_is_subtree(start, end) and end <= size <= SIZE_MAX):
        raise _not_consistent(f"[{start}, {end}) is no subtree of a tree of {size}")
    if start == end or (start, end) == (0, size):
        if hashes or root1 != (root2 if end > start else EMPTY_ROOT):
            raise _not_consistent("equal trees have equal roots, an empty one has its own, and neither needs a hash")
    elif not _are_hashes(root1, *hashes):
        raise _not_consistent("a hash is not 32 bytes long")
    elif _climb_twice(start, end, root1, size, hashes) != (root1, root2):
        raise _not_consistent(f"{len(hashes)} hashes do not lead to both roots")


def _climb(index: int, size: int, leaf: bytes, hashes: Sequence[bytes]) -> bytes | None:
    """The root that a path leads to, or None where it is too long or too short.

    `here` and `last` are the indexes of our node and of the rightmost one, level by level.
    """
    here, last, reached = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            return None
        if here & 1 or here == last:
            reached = node_hash(sibling, reached)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        here, last = here >> 1, last >> 1
    return reached if last == 0 else None


def _climb_twice(start: int, end: int, root1: bytes, size: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of subtree and tree that a proof leads to, or None where it is too long or too short.

    `first`, `here` and `last` are the indexes of the nodes above leaf `start`, leaf `end` - 1 and the tree's last leaf,
    level by level. The climb begins at the largest full subtree that ends at `end`; where that is the whole subtree,
    its hash is `root1`, and the proof leaves it out.
    """
    first, here, last = start, end - 1, size - 1
    while first != here and (here & 1 or here == last):
        first, here, last = first >> 1, here >> 1, last >> 1
    path = iter(hashes)
    reached = root1 if first == here else next(path, b"")
    roots = (reached, reached)
    for sibling in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            roots = (node_hash(sibling, roots[0]) if first < here else roots[0], node_hash(sibling, roots[1]))
            while here and not here & 1:
                first, here, last = first >> 1, here >> 1, last >> 1
        else:
            roots = (roots[0], node_hash(roots[1], sibling))
        first, here, last = first >> 1, here >> 1, last >> 1
    return roots if last == 0 else None


def _is_subtree(start: int, end: int) -> bool:
    if not 0 <= start <= end:
        return False
    return start == end or start % (1 << (end - start - 1).bit_length()) == 0


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)


def _not_included(detail: str) -> LogFault:
    return LogFault("log.inclusion_invalid", f"the inclusion proof does not hold: {detail}")


def _not_consistent(detail: str) -> LogFault:
    return LogFault("log.consistency_invalid", f"the consistency proof does not hold: {detail}")
