"""Merkle proofs in small worlds, all of them: every leaf and every pair of trees, then each proof with one thing wrong.

`Tree` reads the definition recursively and shares no idea with the verifier, which walks bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from attestations.faults import Fault
from fixtures.world.merkle import Tree, leaf_hash
from verifier import merkle
from verifier.faults import LogFault

LARGEST = 64
LEAVES = tuple(leaf_hash(b"entry %d" % number) for number in range(LARGEST))
TREES = tuple(Tree(LEAVES[:size]) for size in range(LARGEST + 1))
ROOTS = tuple(tree.root for tree in TREES)


def subtree_proof(start: int, end: int, size: int) -> tuple[bytes, ...]:
    """SUBTREE_PROOF as the draft defines it: from the tree's root down to the subtree's parts."""
    return _subtree_proof(start, end, 0, size, known=True)


def _subtree_proof(start: int, end: int, low: int, high: int, *, known: bool) -> tuple[bytes, ...]:
    if (start, end) == (low, high):
        return () if known else (Tree(LEAVES[low:high]).root,)
    middle = low + (1 << ((high - low - 1).bit_length() - 1))
    left, right = Tree(LEAVES[low:middle]).root, Tree(LEAVES[middle:high]).root
    if end <= middle:
        return (*_subtree_proof(start, end, low, middle, known=known), right)
    if middle <= start:
        return (*_subtree_proof(start, end, middle, high, known=known), left)
    return (*_subtree_proof(middle, end, middle, high, known=False), left)


def damaged(hashes: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """The path with each hash changed, left out, doubled or cut short, and with a stranger at either end."""
    for at, value in enumerate(hashes):
        yield (*hashes[:at], bytes([value[0] ^ 1]) + value[1:], *hashes[at + 1 :])
        yield hashes[:at] + hashes[at + 1 :]
        yield (*hashes[:at], value, *hashes[at:])
        yield (*hashes[:at], value[:-1], *hashes[at + 1 :])
    yield (*hashes, merkle.EMPTY_ROOT)
    yield (merkle.EMPTY_ROOT, *hashes)


def refused(check: Callable[..., None], *arguments: object) -> str:
    with pytest.raises(LogFault) as met:
        check(*arguments)
    return met.value.reason


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_leaf_of_every_tree_is_included(size: int) -> None:
    for index in range(size):
        merkle.verify_inclusion(index, size, LEAVES[index], TREES[size].inclusion_proof(index), ROOTS[size])


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_an_inclusion_proof_with_one_thing_wrong_is_refused(size: int) -> None:
    for index in range(size):
        hashes = TREES[size].inclusion_proof(index)
        wrong = [(index, size, LEAVES[index], path, ROOTS[size]) for path in damaged(hashes)]
        wrong += [(other, size, LEAVES[index], hashes, ROOTS[size]) for other in range(-1, size + 2) if other != index]
        wrong.append((index, size, LEAVES[index - 1] if size > 1 else LEAVES[1], hashes, ROOTS[size]))
        wrong.append((index, size, LEAVES[index], hashes, ROOTS[size - 1]))
        assert {refused(merkle.verify_inclusion, *each) for each in wrong} == {"log.inclusion_invalid"}


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_tree_extends_every_earlier_one(size: int) -> None:
    for earlier in range(1, size + 1):
        hashes = TREES[size].consistency_proof(earlier)
        merkle.verify_consistency(earlier, ROOTS[earlier], size, ROOTS[size], hashes)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_a_consistency_proof_with_one_thing_wrong_is_refused(size: int) -> None:
    for earlier in range(1, size + 1):
        hashes = TREES[size].consistency_proof(earlier)
        right = (earlier, ROOTS[earlier], size, ROOTS[size])
        wrong: list[tuple[object, ...]] = [(*right, path) for path in damaged(hashes)]
        wrong += [(other, *right[1:], hashes) for other in range(size + 2) if other != earlier]
        wrong.append((earlier, ROOTS[earlier - 1], size, ROOTS[size], hashes))
        wrong.append((earlier, ROOTS[earlier], size, ROOTS[size - 1], hashes))
        assert {refused(merkle.verify_consistency, *each) for each in wrong} == {"log.consistency_invalid"}


def test_a_later_tree_is_not_extended_by_an_earlier_one() -> None:
    reason = refused(merkle.verify_consistency, 5, ROOTS[5], 3, ROOTS[3], TREES[5].consistency_proof(3))
    assert reason == "log.consistency_invalid"


@pytest.mark.parametrize("size", [0, 1, 7])
def test_the_empty_tree_proves_nothing(size: int) -> None:
    assert refused(merkle.verify_consistency, 0, ROOTS[0], size, ROOTS[size], ()) == "log.consistency_invalid"
    assert refused(merkle.verify_inclusion, 0, 0, LEAVES[0], (), ROOTS[0]) == "log.inclusion_invalid"


def test_sizes_stop_below_two_to_the_63rd() -> None:
    """The leftmost path of both trees is the same; one of them is larger than any that is read."""
    path = LEAVES[1:] + LEAVES[1:]
    root = LEAVES[0]
    for sibling in path[:63]:
        root = merkle.node_hash(root, sibling)
    largest = (1 << 63) - 1
    merkle.verify_inclusion(0, largest, LEAVES[0], path[:63], root)
    merkle.verify_consistency(1, LEAVES[0], largest, root, path[:63])
    assert refused(merkle.verify_inclusion, 0, largest + 1, LEAVES[0], path[:63], root) == "log.inclusion_invalid"
    assert refused(merkle.verify_consistency, 1, LEAVES[0], largest + 1, root, path[:63]) == "log.consistency_invalid"


def test_a_leaf_is_not_a_node() -> None:
    """Entry bytes that spell a node's preimage do not hash to that node."""
    entry = LEAVES[0] + LEAVES[1]
    assert merkle.leaf_hash(entry) != merkle.node_hash(LEAVES[0], LEAVES[1])
    assert refused(merkle.verify_inclusion, 0, 1, merkle.leaf_hash(entry), (), ROOTS[2]) == "log.inclusion_invalid"


def test_a_path_of_other_cuts_is_refused() -> None:
    """Two hashes of 31 and 33 bytes are the same 64 bytes to the hash, and not to us."""
    leaf, sibling = LEAVES[0], LEAVES[1]
    for cut in (31, 33):
        both = leaf + sibling
        assert refused(merkle.verify_inclusion, 0, 2, both[:cut], (both[cut:],), ROOTS[2]) == "log.inclusion_invalid"


def subtrees(size: int) -> Iterator[tuple[int, int]]:
    for end in range(size + 1):
        for start in range(end):
            if start % (1 << (end - start - 1).bit_length()) == 0:
                yield start, end


@pytest.mark.parametrize("size", range(1, 41))
def test_every_subtree_is_part_of_its_tree_and_holds_its_leaves(size: int) -> None:
    for start, end in subtrees(size):
        tree = Tree(LEAVES[start:end])
        hashes = subtree_proof(start, end, size)
        merkle.verify_subtree_consistency(start, end, tree.root, size, ROOTS[size], hashes)
        last = end - 1
        path = tree.inclusion_proof(last - start)
        merkle.verify_subtree_inclusion(last, start, end, LEAVES[last], path, tree.root)


@pytest.mark.parametrize("size", range(2, 25))
def test_a_subtree_proof_with_one_thing_wrong_is_refused(size: int) -> None:
    for start, end in subtrees(size):
        root = Tree(LEAVES[start:end]).root
        hashes = subtree_proof(start, end, size)
        wrong = [(start, end, root, size, ROOTS[size], path) for path in damaged(hashes)]
        wrong.append((start, end, merkle.EMPTY_ROOT, size, ROOTS[size], hashes))
        wrong.append((start, end, root, size, ROOTS[size - 1], hashes))
        wrong.append((start, end, root, end - 1, ROOTS[end - 1], hashes))
        assert {refused(merkle.verify_subtree_consistency, *each) for each in wrong} == {"log.consistency_invalid"}


@pytest.mark.parametrize(("start", "end"), [(1, 3), (3, 5), (2, 8), (5, 3), (-1, 1)])
def test_a_span_that_no_node_covers_is_no_subtree(start: int, end: int) -> None:
    with pytest.raises(Fault, match="no subtree"):
        merkle.verify_subtree_consistency(start, end, ROOTS[2], 8, ROOTS[8], ())
    with pytest.raises(Fault, match="no subtree"):
        merkle.verify_subtree_inclusion(start, start, end, LEAVES[0], (), ROOTS[2])


def test_an_empty_subtree_is_part_of_every_tree_that_reaches_it() -> None:
    merkle.verify_subtree_consistency(3, 3, merkle.EMPTY_ROOT, 8, ROOTS[8], ())
    for arguments in [
        (3, 3, ROOTS[1], 8, ROOTS[8], ()),
        (3, 3, merkle.EMPTY_ROOT, 8, ROOTS[8], (LEAVES[0],)),
        (9, 9, merkle.EMPTY_ROOT, 8, ROOTS[8], ()),
    ]:
        assert refused(merkle.verify_subtree_consistency, *arguments) == "log.consistency_invalid"
