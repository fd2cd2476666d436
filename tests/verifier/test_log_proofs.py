"""That a log holds an entry: promise or inclusion, under the log's key out of the trust root, within its window."""

from __future__ import annotations

import base64
import datetime

import pytest

from attestations.bundles import LogEntry
from attestations.faults import Fault
from fixtures.world import World
from fixtures.world.keys import ec_key, ed25519_key
from fixtures.world.notes import checkpoint_text, sign_note
from verifier.authenticated import VerifiedEntry
from verifier.log import promised_time, prove_entry
from verifier.trust import TrustRoot, Window

from ..values import replace
from .authenticating import MALLORY, MOMENT, OTHER, RELEASE, ROOT, WORLD, ask, evidence, refused, root

LOGGED = MOMENT + datetime.timedelta(seconds=2)
ENTRY = "/verificationMaterial/tlogEntries/0"


def entry(log: str = "rekor-v1") -> LogEntry:
    (held,) = evidence(RELEASE.bundle(log=log)).bundle.entries
    return held


def prove(held: LogEntry, trust: TrustRoot = ROOT, at: datetime.datetime = LOGGED) -> VerifiedEntry:
    """Both halves, as `authenticate` asks for them."""
    promised_time(held, trust)
    return prove_entry(held, trust, (at,))


def reason(held: LogEntry, trust: TrustRoot = ROOT, at: datetime.datetime = LOGGED) -> str:
    with pytest.raises(Fault) as caught:
        prove(held, trust, at)
    return caught.value.reason


@pytest.mark.parametrize("log", ["rekor-v1", "rekor-v2"])
def test_an_honest_entry(log: str) -> None:
    got = prove(entry(log))
    assert got.proved_by == "inclusion"
    assert got.index == entry(log).log_index


def test_inclusion_wins_over_a_promise_and_a_promise_over_nothing() -> None:
    held = entry()
    assert prove(held).proved_by == "inclusion"
    assert prove(replace(held, promise=None)).proved_by == "inclusion"
    assert prove(replace(held, proof=None)).proved_by == "promise"
    assert reason(replace(held, proof=None, promise=None)) == "log.unproved"


@pytest.mark.parametrize("log", ["rekor-v1", "rekor-v2"])
def test_t41_an_inclusion_proof_to_an_unsigned_root_is_refused(log: str) -> None:
    held = entry(log)
    assert held.proof is not None
    assert reason(replace(held, proof=replace(held.proof, checkpoint=None))) == "log.checkpoint_missing"


@pytest.mark.parametrize("log", ["rekor-v1", "rekor-v2"])
def test_t41_a_root_that_somebody_else_signed_is_refused(log: str) -> None:
    """The tree is well-formed, holds the entry, and is signed: by nobody whom the trust root names."""
    held = entry(log)
    mallory = MALLORY.rekor_v1 if log == "rekor-v1" else MALLORY.rekor_v2
    ours = WORLD.rekor_v1 if log == "rekor-v1" else WORLD.rekor_v2
    forged = replace(mallory, name=ours.name)
    tree = forged.tree(held.body)
    proof = replace(
        held.proof,
        checkpoint=forged.checkpoint(tree),
        root=tree.root,
        tree_size=tree.size,
        hashes=tuple(tree.inclusion_proof(held.proof.log_index)),
    )
    assert reason(replace(held, proof=proof)) == "checkpoint.unsigned"


@pytest.mark.parametrize("log", ["rekor-v1", "rekor-v2"])
def test_t41_a_promise_does_not_make_up_for_a_bad_proof(log: str) -> None:
    held = entry(log)
    wrong = replace(held.proof, hashes=held.proof.hashes[:-1])
    assert reason(replace(held, proof=wrong)) == "log.inclusion_invalid"
    elsewhere = replace(held.proof, root=bytes(32))
    assert reason(replace(held, proof=elsewhere)) == "log.checkpoint_mismatch"
    smaller = replace(held.proof, tree_size=held.proof.tree_size - 1)
    assert reason(replace(held, proof=smaller)) == "log.checkpoint_mismatch"


def test_t41_a_checkpoint_of_another_log_with_the_same_key() -> None:
    """Rekor v2 names its shards: what one shard signed is no other shard's root."""
    shard = replace(WORLD.rekor_v2, key=WORLD.rekor_v2.key)
    held = entry("rekor-v2")
    tree = shard.tree(held.body)
    text = checkpoint_text("log2026-2.rekor.world.example", tree)
    note = sign_note(text, (shard.origin, shard.key))
    assert reason(replace(held, proof=replace(held.proof, checkpoint=note))) == "checkpoint.origin"


def test_t42_an_integrated_time_is_none_without_its_promise() -> None:
    assert promised_time(replace(entry(), promise=None), ROOT) is None
    assert refused(RELEASE.bundle(promised=False)).reason == "time.missing"


@pytest.mark.parametrize("field", ["integrated_time", "log_index"])
@pytest.mark.parametrize("by", [-1, 1, 86_400])
def test_t42_a_promise_covers_the_time_and_the_place(field: str, by: int) -> None:
    held = entry()
    assert reason(replace(held, **{field: getattr(held, field) + by})) == "log.promise_invalid"


def test_t42_a_promise_covers_the_body_and_the_log() -> None:
    held = entry()
    assert reason(replace(held, body=held.body + b" ")) == "log.promise_invalid"
    aliased = replace(ROOT, logs=(replace(ROOT.logs[0], log_id=bytes(32)), *ROOT.logs[1:]))
    assert reason(replace(held, log_id=bytes(32)), aliased) == "log.promise_invalid"


@pytest.mark.parametrize("time", [None, 1 << 62])
def test_t42_a_promise_without_a_time_that_exists(time: int | None) -> None:
    assert reason(replace(entry(), integrated_time=time)) == "log.promise_invalid"


def test_t42_rekor_v2_tells_no_time_whatever_stands_there() -> None:
    bundle = RELEASE.bundle(log="rekor-v2", stamped=False).set(f"{ENTRY}/integratedTime", str(int(LOGGED.timestamp())))
    assert refused(bundle).reason == "time.missing"
    promised = RELEASE.bundle().get(f"{ENTRY}/inclusionPromise")
    assert refused(bundle.set(f"{ENTRY}/inclusionPromise", promised)).reason == "time.missing"


def test_t49_the_key_of_a_log_comes_from_the_trust_root_alone() -> None:
    held = entry()
    logless = replace(ROOT, logs=())
    assert reason(held, logless) == "log.unknown"
    assert reason(replace(held, log_id=b"")) == "log.unknown"
    unstated = replace(ROOT, logs=tuple(replace(log, log_id=b"") for log in ROOT.logs))
    assert reason(replace(held, log_id=b""), unstated) == "log.unknown"


def test_t49_a_log_that_bears_the_id_of_a_trusted_one() -> None:
    for log, field in (("rekor-v1", "rekor_v1"), ("rekor-v2", "rekor_v2")):
        posing = replace(getattr(MALLORY, field), alias=getattr(WORLD, field).log_id)
        bundle = RELEASE.within(replace(WORLD, **{field: posing})).bundle(log=log)
        assert refused(bundle).reason in ("log.promise_invalid", "checkpoint.unsigned")


@pytest.mark.parametrize("log", ["rekor-v1", "rekor-v2"])
def test_a_log_is_trusted_within_its_window_both_ends_included(log: str) -> None:
    at = LOGGED if log == "rekor-v1" else MOMENT
    second = datetime.timedelta(seconds=1)

    def windowed(start: datetime.datetime | None, end: datetime.datetime | None) -> TrustRoot:
        return replace(ROOT, logs=tuple(replace(each, window=Window(start, end)) for each in ROOT.logs))

    assert prove(entry(log), windowed(at, at), at).log
    assert reason(entry(log), windowed(at + second, None), at) == "log.outside_window"
    assert reason(entry(log), windowed(None, at - second), at) == "log.outside_window"


def test_a_log_is_trusted_at_every_verified_time_not_at_one() -> None:
    before, after = MOMENT, MOMENT + datetime.timedelta(days=1)
    retired = replace(ROOT, logs=tuple(replace(each, window=Window(None, before)) for each in ROOT.logs))
    held = entry("rekor-v2")
    assert prove_entry(held, retired, (before,)).log
    for times in ((before, after), (after, before)):
        with pytest.raises(Fault) as caught:
            prove_entry(held, retired, times)
        assert caught.value.reason == "log.outside_window"


def test_of_two_keys_under_one_id_the_one_that_was_valid_counts() -> None:
    retired = replace(ROOT.logs[0], window=Window(None, MOMENT - datetime.timedelta(days=1)))
    assert prove(entry(), replace(ROOT, logs=(retired, *ROOT.logs))).log
    assert prove(entry(), replace(ROOT, logs=(*ROOT.logs, retired))).log


def test_rekor_v2_states_one_place() -> None:
    held = entry("rekor-v2")
    assert reason(replace(held, log_index=held.log_index + 1)) == "log.index_mismatch"
    assert reason(replace(held, proof=None)) == "log.unproved"


def test_rekor_v2_checkpoints_may_carry_cosignatures_and_none_counts() -> None:
    witnessed = replace(WORLD.rekor_v2, cosigners=(("witness.example", ed25519_key("witness")),))
    bundle = RELEASE.within(replace(WORLD, rekor_v2=witnessed)).bundle(log="rekor-v2")
    assert len(ask(bundle).entries) == 1


def test_a_proof_of_another_entry_of_the_same_log() -> None:
    (other,) = evidence(OTHER.bundle()).bundle.entries
    assert reason(replace(entry(), proof=other.proof)) == "log.inclusion_invalid"


def test_a_note_that_is_none() -> None:
    held = entry()
    for note in (b"", b"\n", b"rekor\n1\n\n", base64.b64encode(b"x") * 10):
        assert reason(replace(held, proof=replace(held.proof, checkpoint=note))) == "note.malformed"


def test_a_worlds_log_is_known_by_its_key() -> None:
    assert root(World.at(MOMENT, "third")).logs[0].log_id != ROOT.logs[0].log_id
    assert ec_key("world rekor-v1").spki == WORLD.rekor_v1.key.spki
