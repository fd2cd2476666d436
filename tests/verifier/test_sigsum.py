"""Sigsum proofs: submitter, log, witnesses and leaf, each with one thing wrong."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from attestations.faults import Fault
from attestations.sigsum_proofs import SigsumCosignature, SigsumProof
from fixtures.world.keys import Ed25519Key, ec_key, ed25519_key
from fixtures.world.merkle import Tree
from verifier.keys import PublicKey, load_spki
from verifier.sigsum import verify_sigsum_proof

from ..values import replace

SUBMITTER, LOG = ed25519_key("submitter"), ed25519_key("log")
WITNESSES = tuple(ed25519_key(f"witness {number}") for number in range(3))
MESSAGE = hashlib.sha256(b"a release").digest()


def key_hash(key: Ed25519Key) -> bytes:
    return hashlib.sha256(key.spki[-32:]).digest()


def public(*keys: Ed25519Key) -> list[PublicKey]:
    return [load_spki(key.spki) for key in keys]


def proof(size: int = 5, index: int = 3, witnesses: tuple[Ed25519Key, ...] = WITNESSES) -> SigsumProof:
    checksum = hashlib.sha256(MESSAGE).digest()
    leaf_signature = SUBMITTER.sign(b"sigsum.org/v1/tree-leaf\0" + checksum)
    entries = [b"another leaf %d" % number for number in range(size)]
    entries[index] = checksum + leaf_signature + key_hash(SUBMITTER)
    tree = Tree.of(*entries)
    head = f"sigsum.org/v1/tree/{key_hash(LOG).hex()}\n{size}\n{b64encode(tree.root).decode()}\n".encode()
    return SigsumProof(
        log=key_hash(LOG),
        submitter=key_hash(SUBMITTER),
        leaf_signature=leaf_signature,
        size=size,
        root=tree.root,
        signature=LOG.sign(head),
        cosignatures=tuple(
            SigsumCosignature(key_hash(key), 1_760_000_000, key.sign(b"cosignature/v1\ntime 1760000000\n" + head))
            for key in witnesses
        ),
        index=index,
        hashes=tree.inclusion_proof(index),
    )


def check(
    given: SigsumProof,
    message: bytes = MESSAGE,
    *,
    submitters: tuple[Ed25519Key, ...] = (SUBMITTER,),
    logs: tuple[Ed25519Key, ...] = (LOG,),
    witnesses: tuple[Ed25519Key, ...] = WITNESSES,
    threshold: int = 2,
) -> None:
    verify_sigsum_proof(
        given,
        message,
        submitters=public(*submitters),
        logs=public(*logs),
        witnesses=public(*witnesses),
        threshold=threshold,
    )


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (5, 3), (8, 0)])
def test_a_proof_holds(size: int, index: int) -> None:
    check(proof(size, index))


STRANGER = ed25519_key("stranger")


def test_a_refusal_names_what_is_wrong() -> None:
    good = proof()
    flipped = bytes([good.signature[0] ^ 1]) + good.signature[1:]
    foreign = replace(good.cosignatures[0], signature=good.cosignatures[1].signature)
    wrong = {
        "another message": (good, {"message": b"another"}, "signature.invalid"),
        "another submitter": (good, {"submitters": (STRANGER,)}, "signature.unknown_key"),
        "another log": (good, {"logs": (STRANGER,)}, "log.unknown"),
        "a changed tree head": (replace(good, signature=flipped), {}, "signature.invalid"),
        "another size": (replace(good, size=6), {}, "signature.invalid"),
        "another index": (replace(good, index=2), {}, "log.inclusion_invalid"),
        "a shorter path": (replace(good, hashes=good.hashes[:-1]), {}, "log.inclusion_invalid"),
        "another's leaf": (replace(good, leaf_signature=good.signature), {}, "signature.invalid"),
        "a bad cosignature": (replace(good, cosignatures=(foreign,)), {}, "signature.invalid"),
        "too few witnesses": (proof(witnesses=WITNESSES[:1]), {}, "log.not_witnessed"),
        "unknown witnesses": (good, {"witnesses": (STRANGER, ed25519_key("other"))}, "log.not_witnessed"),
    }
    for case, (given, keywords, reason) in wrong.items():
        with pytest.raises(Fault) as met:
            check(given, **keywords)  # type: ignore[arg-type]  # a table of different keywords
        assert met.value.reason == reason, case


def test_t25_a_witness_listed_twice_counts_once() -> None:
    with pytest.raises(ValueError, match="threshold"):
        check(proof(), witnesses=(WITNESSES[0], WITNESSES[0]), threshold=2)


@pytest.mark.parametrize("threshold", [-1, 4])
def test_t28_a_threshold_that_nobody_can_meet_is_our_bug(threshold: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        check(proof(), threshold=threshold)


def test_a_threshold_of_none_asks_for_no_witness() -> None:
    check(proof(witnesses=()), threshold=0)


def test_keys_of_other_algorithms_are_nobody() -> None:
    with pytest.raises(Fault, match=r"signature\.unknown_key"):
        verify_sigsum_proof(
            proof(), MESSAGE, submitters=[load_spki(ec_key("one").spki)], logs=public(LOG), witnesses=[], threshold=0
        )
