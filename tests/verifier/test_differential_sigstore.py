"""The same bundles, the same trust root, the same question put to the `sigstore` library: is this authentic?

Each difference is argued in ``sigstore_differences.toml``; an unargued one fails, and so does an argument that no
bundle needs any more.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from attestations.digests import DigestSet
from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault
from fixtures.world import Document
from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.asking import NOW, artifact_of, only_evidence, trust_of
from tests.corpus.cases import Case, load
from verifier.authenticate import Thresholds, authenticate_signature

from .authenticating import RELEASE, WORLD, ask
from .test_tampering import JUNK, places

ARGUED = Path(__file__).with_name("sigstore_differences.toml")

absent = pytest.mark.skipif(
    not SHARED.exists() and os.environ.get("CI") != "true", reason="the corpus of real cases is not beside this tree"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """An argued difference: `theirs` is searched in the library's error, "" being its acceptance."""

    theirs: str
    ours: str
    because: str

    def covers(self, ours: str, theirs: str) -> bool:
        return ours == self.ours and (bool(re.search(self.theirs, theirs)) if self.theirs else not theirs)


def argued() -> tuple[Difference, ...]:
    return tuple(Difference(**row) for row in tomllib.loads(ARGUED.read_text(encoding="utf-8"))["difference"])


@dataclass(frozen=True, slots=True)
class Compared:
    """What both say of one bundle: why not, "" for yes."""

    name: str
    ours: str
    theirs: str

    @property
    def differs(self) -> bool:
        return bool(self.ours) != bool(self.theirs)


def library(bundle: bytes, trusted_root: Path, artifact: Any) -> str:
    """Why the library refuses, "" where it accepts. Whatever it raises is a refusal: it is not for us to say which."""
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier, policy

    logging.getLogger("sigstore").setLevel(logging.CRITICAL)
    try:
        held = Bundle.from_json(bundle)
        verifier = Verifier(trusted_root=TrustedRoot.from_file(str(trusted_root)))
        if held._inner.message_signature is None:
            verifier.verify_dsse(held, policy.UnsafeNoOp())
        else:
            verifier.verify_artifact(artifact, held, policy.UnsafeNoOp())
    except Exception as error:  # noqa: BLE001  a library's errors are answers here
        return f"{type(error).__name__}: {error}"
    return ""


def hashed(artifact: DigestSet | None) -> object:
    from sigstore.hashes import Hashed
    from sigstore_models.common.v1 import HashAlgorithm

    sha256 = artifact.get("sha256") if artifact is not None else None
    return Hashed(algorithm=HashAlgorithm.SHA2_256, digest=sha256.raw if sha256 is not None else b"")


@cache
def real() -> tuple[Compared, ...]:
    """Every real bundle of the corpus that is signed under a certificate."""
    folder = unpacked()
    cases = load(folder / "cases.jsonl", folder / "data")
    wanted = [case for case in cases if case.family == "sigstore-bundle"]
    return tuple(compare(case) for case in wanted if "trusted_root" in case.files and "key" not in case.files)


def compare(case: Case) -> Compared:
    artifact: DigestSet | None = None
    try:
        evidence = only_evidence(case, "bundle")
        artifact = artifact_of(case, evidence)
        authenticate_signature(
            evidence,
            artifact=artifact or DigestSet(()),
            trust=trust_of(case),
            keys=(),
            requirements=Thresholds(),
            now=NOW,
        )
        ours = ""
    except Fault as fault:
        ours = fault.reason
    given = case.read("artifact") if "artifact" in case.files else hashed(artifact)
    return Compared(case.id, ours, library(case.read("bundle"), case.files["trusted_root"], given))


DOCUMENTS = {
    "v1 stamped": RELEASE.bundle(stamped=True),
    "v2": RELEASE.bundle(log="rekor-v2"),
    "artifact": RELEASE.signature(),
    "version 0.2": RELEASE.bundle(media="0.2"),
    "intoto": RELEASE.bundle(entry="intoto 0.0.2"),
}


@cache
def made(folder: Path) -> tuple[Compared, ...]:
    """Honest bundles of a made-up world, and each of them with one thing wrong in every place."""
    root = folder / "trusted_root.json"
    root.write_bytes(bytes(WORLD.trusted_root()))
    return tuple(
        Compared(told, us(document), library(bytes(document), root, RELEASE.content)) for told, document in variants()
    )


def variants() -> Iterator[tuple[str, Document]]:
    for name, document in DOCUMENTS.items():
        yield name, document
        for pointer in places(document.value):
            yield f"{name} without {pointer}", document.drop(pointer)
            for junk in JUNK:
                yield f"{name} with {junk!r} at {pointer}", document.set(pointer, junk)


def us(document: Document) -> str:
    (item,) = read_evidence("bundle.json", bytes(document))
    if isinstance(item, Unreadable):
        return item.fault.reason
    try:
        ask(item)
    except Fault as fault:
        return fault.reason
    return ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sigstore")


def unargued(compared: tuple[Compared, ...]) -> list[Compared]:
    known = argued()
    return [one for one in compared if one.differs and not any(each.covers(one.ours, one.theirs) for each in known)]


@absent
def test_the_library_agrees_on_every_real_bundle_or_the_difference_is_argued() -> None:
    compared = real()
    assert len(compared) > 90
    assert {bool(one.theirs) for one in compared if not one.differs} == {True, False}
    assert unargued(compared) == []


def test_the_library_agrees_on_made_bundles_with_one_thing_wrong(folder: Path) -> None:
    compared = made(folder)
    accepted = [one.name for one in compared if not one.ours and not one.theirs]
    assert {"v1 stamped", "v2", "artifact", "version 0.2"} <= set(accepted)
    assert unargued(compared) == []


@absent
def test_what_the_library_accepts_of_the_corpus_we_accept() -> None:
    assert [one for one in real() if one.ours and not one.theirs] == []


@absent
def test_every_argument_is_still_needed(folder: Path) -> None:
    compared: tuple[Any, ...] = (*real(), *made(folder))
    unused = [
        each for each in argued() if not any(one.differs and each.covers(one.ours, one.theirs) for one in compared)
    ]
    assert unused == []
