"""Is this statement about this artifact? The one place where digests of the two meet.

    subjects of the statement          the artifact
    ┌ name ┐ ┌ sha256 … ┐ ┌ sha1 … ┐    sha256 …  sha512 …
                  └────── equal ──────────┘           one subject, every strong digest that both sides state

A subject *binds* when it and the artifact state at least one strong digest by the same algorithm, and every one they
both state is equal. Digests are never gathered from several subjects (T09), SHA-1 and MD5 bind no file (T08), and a
subject without digests binds nothing (T05). A commit is another kind of thing than a file: ``gitCommit`` is compared
with ``gitCommit`` alone, and never proves anything about bytes.

Spec: in-toto attestation framework, "Validation model", matching subjects,
https://github.com/in-toto/attestation/blob/main/docs/validation.md; DigestSet, …/spec/v1/digest_set.md
"""

from __future__ import annotations

from collections.abc import Iterable

from attestations.digests import Digest, DigestSet
from attestations.faults import Place
from attestations.statements import Statement, Subject

from ..authenticated import Authenticated
from ..faults import CheckFault
from .check import Met

CLAUSE = "in-toto attestation, validation model, step 2"

COMMIT = "gitCommit"
"""The one algorithm by which a commit is a subject. ``sha1`` says nothing of what kind of thing it digests."""


def bind_subjects(statement: Statement, artifact: DigestSet, *, measured: bool) -> tuple[Subject, ...]:
    """The subjects of `statement` that are `artifact`, at least one, proved by digests alone and not by name.

    `measured` says that all digests of `artifact` were computed over the same bytes. Where it is False they are an
    asker's word, and one subject must state every strong one of them: two digests of two things are no artifact.

    Raises:
        CheckFault: ``subject.artifact_undigested`` (nothing to compare with), ``subject.none`` (no subjects at all),
            ``subject.mismatch``, ``subject.weak_digest`` (only SHA-1 or MD5, or no digest),
            ``subject.uncompared`` (strong digests, by no algorithm that the artifact is given in).
    """
    return bind_any(statement.subjects, artifact, measured=measured, pointer="/subject")


def bind_any(
    subjects: tuple[Subject, ...], artifact: DigestSet, *, measured: bool, pointer: str
) -> tuple[Subject, ...]:
    """Those of `subjects`, which stand at `pointer`, that are `artifact`, at least one. Raises as `bind_subjects`."""
    wanted = identifying(artifact)
    if not wanted:
        raise CheckFault("subject.artifact_undigested", "the artifact is given by no digest that identifies it")
    if not subjects:
        raise CheckFault("subject.none", "nothing is named that could be the artifact", place=Place(pointer=pointer))
    bound = tuple(subject for subject in subjects if _binds(subject, wanted, measured=measured))
    if not bound:
        raise _refusal(subjects, wanted, pointer)
    return bound


def bind_signed(signed: DigestSet, artifact: DigestSet, *, measured: bool) -> None:
    """A signature over the digests `signed` is over `artifact`, by every strong digest that the asker gives unmeasured.

    Raises:
        CheckFault: ``subject.uncompared``.
    """
    uncompared = [digest for digest in identifying(artifact) if digest not in signed.digests]
    if uncompared and not measured:
        raise CheckFault(
            "subject.uncompared",
            "the signature is over one of the digests given, and nobody measured that they are of one thing",
            expected=_listed(uncompared),
            actual=_listed(signed),
        )


def subject_met(authenticated: Authenticated) -> Met:
    """The fact that evidence which was bound to the artifact states."""
    if authenticated.statement is None:
        return Met("the signature is over the artifact itself")
    return Met("a subject of the statement is the artifact", pointer="/subject")


def identifying(artifact: DigestSet) -> tuple[Digest, ...]:
    """The digests that say which thing `artifact` is: strong ones for bytes; the commit id where it is a commit."""
    commit = artifact.get(COMMIT)
    return artifact.strong or ((commit,) if commit else ())


def _binds(subject: Subject, wanted: tuple[Digest, ...], *, measured: bool) -> bool:
    stated = [(digest, subject.digests.get(digest.algorithm)) for digest in wanted]
    shared = [(digest, found) for digest, found in stated if found is not None]
    complete = measured or len(shared) == len(stated)
    return bool(shared) and complete and all(digest == found for digest, found in shared)


def _refusal(subjects: tuple[Subject, ...], wanted: tuple[Digest, ...], pointer: str) -> CheckFault:
    """Why none of `subjects` binds: a mismatch where anything could be compared, else what stood in the way."""
    algorithms = {digest.algorithm for digest in wanted}
    expected = _listed(wanted)
    comparable = [d for subject in subjects for d in subject.digests if d.algorithm in algorithms]
    if comparable:
        return CheckFault(
            "subject.mismatch",
            "no subject of the statement is this artifact",
            place=Place(pointer=pointer),
            expected=expected,
            actual=_listed(comparable),
        )
    strong = [digest for subject in subjects for digest in subject.digests.strong]
    if strong:
        return CheckFault(
            "subject.uncompared",
            "no subject states a digest that the artifact is given in",
            place=Place(pointer=pointer),
            expected=expected,
            actual=_listed(strong),
        )
    stated = [digest for subject in subjects for digest in subject.digests]
    return CheckFault(
        "subject.weak_digest",
        "no subject states a digest that identifies a file",
        place=Place(pointer=pointer),
        expected=expected,
        actual=_listed(stated) or "no digest",
    )


_SHOWN = 3


def _listed(digests: Iterable[Digest]) -> str:
    shown = [str(digest) for digest in digests]
    more = f", and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
