"""Manifests and lists that contradict themselves, and files beside a good list that must take nothing from it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.detached import KEY, over_list
from fixtures.recipes.manifest import CHECKSUMS, MANIFEST, asked, stating
from fixtures.recipes.scene import RELEASE, File, Scene
from fixtures.world.detached import minisign
from verifier.outcome import Outcome

from .judging import ask, held, reasons

GOOD = over_list(minisign(CHECKSUMS, KEY), "SHA256SUMS.minisig")
ANOTHER = hashlib.sha512(b"another file").hexdigest()


def signed_list(name: str, content: bytes) -> tuple[File, File]:
    return File(name, content), File(f"{name}.minisig", minisign(content, KEY))


def beside(*files: File) -> Scene:
    """The good list, with `files` given before it."""
    return replace(GOOD, evidence=(*files, *GOOD.evidence))


@pytest.mark.parametrize("name", ["B2SUMS", "list.sha3", "endpoint.sha512"])
def test_a_copy_of_the_list_under_a_name_that_misleads_takes_nothing_from_it(name: str) -> None:
    assert ask(beside(File(name, CHECKSUMS))).outcome is Outcome.PASSED


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "blake2b"])
def test_t08_a_vendors_other_lists_decide_nothing_beside_the_one_that_identifies(algorithm: str) -> None:
    line = f"{hashlib.new(algorithm, RELEASE.content).hexdigest()}  {RELEASE.name}\n".encode()
    other = signed_list({"md5": "MD5SUMS", "sha1": "SHA1SUMS", "blake2b": "B2SUMS"}[algorithm], line)
    assert ask(beside(*other)).outcome is Outcome.PASSED
    alone = ask(replace(GOOD, evidence=other))
    assert alone.outcome is not Outcome.PASSED
    assert reasons(alone) == {"checksums.algorithm" if algorithm == "blake2b" else "checksums.weak"}
    assert not held(alone)


def test_t08_a_list_that_gives_one_name_the_digests_of_two_files_lists_neither() -> None:
    content = f"SHA256 ({RELEASE.name}) = {RELEASE.sha256}\nSHA512 ({RELEASE.name}) = {ANOTHER}\n".encode()
    verdict = ask(replace(GOOD, evidence=signed_list("SUMS", content), digests=_measured()))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.FAILED, {"subject.mismatch"})
    true = content.replace(ANOTHER.encode(), hashlib.sha512(RELEASE.content).hexdigest().encode())
    assert ask(replace(GOOD, evidence=signed_list("SUMS", true), digests=_measured())).outcome is Outcome.PASSED


def test_t08_a_manifest_whose_subject_states_two_files_lists_neither() -> None:
    subjects = [{"name": RELEASE.name, "digest": {"sha256": RELEASE.sha256, "sha512": ANOTHER}}]
    verdict = ask(replace(asked(stating(MANIFEST, subjects=subjects)), digests=_measured()))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.FAILED, {"subject.mismatch"})


def test_a_file_that_a_list_lists_and_that_only_looks_like_a_list_takes_nothing_from_it() -> None:
    looks = b"0" * 64 + b"  x\nand some words\n"
    content = CHECKSUMS + f"{hashlib.sha256(looks).hexdigest()}  notes.txt\n".encode()
    evidence = (*signed_list("SHA256SUMS", content), File("notes.txt", looks))
    assert ask(replace(GOOD, evidence=evidence)).outcome is Outcome.PASSED
    signed = (*signed_list("SHA256SUMS", content), *signed_list("notes.txt", looks))
    assert reasons(ask(replace(GOOD, evidence=signed))) == {"checksums.line"}


def _measured() -> dict[str, str]:
    return {name: hashlib.new(name, RELEASE.content).hexdigest() for name in ("blake2b", "sha256", "sha512")}


def test_t91_a_stray_list_without_end_vetoes_no_good_release() -> None:
    """It is set aside with its reason; what lies beside it is judged as if it were not there."""
    endless = f"{'ab' * 32}  other.exe\n".encode() + b"\n" * DEFAULT_LIMITS.manifest
    verdict = ask(beside(File("endless.txt", endless)))
    assert verdict.outcome is Outcome.PASSED
    assert [result.reason for result in verdict.results if result.finding] == ["evidence.set_aside"]
