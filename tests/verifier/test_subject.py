"""Is the statement about the artifact: every way in which digests of the two can meet."""

from __future__ import annotations

import pytest

from attestations.digests import Digest, DigestSet
from attestations.statements import Statement, Subject
from verifier.checks.subject import bind_subjects
from verifier.faults import CheckFault

SHA256, OTHER256 = Digest("sha256", "aa" * 32), Digest("sha256", "bb" * 32)
SHA512, OTHER512 = Digest("sha512", "aa" * 64), Digest("sha512", "bb" * 64)
SHA1, MD5 = Digest("sha1", "aa" * 20), Digest("md5", "aa" * 16)
COMMIT = Digest("gitCommit", "cc" * 20)


def of(*digests: Digest, name: str = "a") -> Subject:
    return Subject(name, DigestSet(tuple(sorted(digests))))


def statement(*subjects: Subject) -> Statement:
    return Statement("https://in-toto.io/Statement/v1", subjects, "https://example.com/p", {})


def bind(*subjects: Subject, artifact: tuple[Digest, ...] = (SHA256,), measured: bool = True) -> tuple[Subject, ...]:
    return bind_subjects(statement(*subjects), DigestSet(tuple(sorted(artifact))), measured=measured)


def reason(*subjects: Subject, artifact: tuple[Digest, ...] = (SHA256,), measured: bool = True) -> str:
    with pytest.raises(CheckFault) as caught:
        bind(*subjects, artifact=artifact, measured=measured)
    return caught.value.reason


def test_a_subject_with_the_artifacts_digest_binds() -> None:
    assert bind(of(OTHER256, name="b"), of(SHA256)) == (of(SHA256),)


def test_every_subject_that_is_the_artifact_is_named() -> None:
    """One image under two names is two subjects; the name check needs both."""
    assert [subject.name for subject in bind(of(SHA256, name="image"), of(SHA256, name="image:latest"))] == [
        "image",
        "image:latest",
    ]


def test_t01_a_statement_without_subjects_binds_nothing() -> None:
    assert reason() == "subject.none"


def test_t03_an_artifact_without_digests_is_no_question() -> None:
    assert reason(of(SHA256), artifact=()) == "subject.artifact_undigested"


def test_t03_an_artifact_by_weak_digests_alone_is_no_question() -> None:
    assert reason(of(SHA1), artifact=(SHA1, MD5)) == "subject.artifact_undigested"


def test_t05_a_subject_without_digests_binds_nothing() -> None:
    assert reason(of()) == "subject.weak_digest"


def test_t04_another_digest_is_another_artifact() -> None:
    assert reason(of(OTHER256)) == "subject.mismatch"


def test_t08_a_matching_sha1_does_not_outweigh_another_sha256() -> None:
    assert reason(of(SHA1, OTHER256), artifact=(SHA1, SHA256)) == "subject.mismatch"


@pytest.mark.parametrize("weak", [SHA1, MD5])
def test_t08_weak_digests_bind_no_file(weak: Digest) -> None:
    assert reason(of(weak), artifact=(weak, SHA256)) == "subject.weak_digest"


def test_t08_every_strong_digest_that_both_state_must_be_equal() -> None:
    assert reason(of(SHA256, OTHER512), artifact=(SHA256, SHA512)) == "subject.mismatch"
    assert bind(of(SHA256, SHA512), artifact=(SHA256, SHA512))


def test_t09_digests_are_not_gathered_from_several_subjects() -> None:
    torn = (of(SHA256, OTHER512), of(OTHER256, SHA512))
    assert reason(*torn, artifact=(SHA256, SHA512)) == "subject.mismatch"


def test_t09_digests_on_an_askers_word_must_stand_in_one_subject() -> None:
    """Measured digests are of the same bytes; given ones may be of two things, each known to the vendor."""
    apart = (of(SHA256), of(SHA512, name="b"))
    assert reason(*apart, artifact=(SHA256, SHA512), measured=False) == "subject.mismatch"
    assert bind(*apart, artifact=(SHA256, SHA512), measured=True)


def test_t11_a_sha512_subject_is_compared_where_it_can_be() -> None:
    assert bind(of(SHA512), artifact=(SHA256, SHA512))
    assert reason(of(SHA512)) == "subject.uncompared"


def test_a_mismatch_is_told_before_what_could_not_be_compared() -> None:
    assert reason(of(SHA512), of(OTHER256)) == "subject.mismatch"


def test_t08_a_commit_is_another_kind_of_subject() -> None:
    assert bind(of(COMMIT), artifact=(COMMIT,))
    assert reason(of(COMMIT)) == "subject.weak_digest"
    assert reason(of(SHA1), artifact=(COMMIT,)) == "subject.weak_digest"


def test_a_commit_beside_bytes_does_not_make_the_bytes() -> None:
    assert reason(of(COMMIT, OTHER256), artifact=(COMMIT, SHA256)) == "subject.mismatch"


def test_a_refusal_shows_both_sides_and_no_flood() -> None:
    many = tuple(of(Digest("sha256", f"{number:064x}"), name=str(number)) for number in range(1000))
    with pytest.raises(CheckFault) as caught:
        bind(*many)
    assert caught.value.expected == str(SHA256)
    assert caught.value.actual is not None
    assert caught.value.actual.endswith("and 997 more")
