"""Which files of evidence go with an artifact: those that were given, or those that stand beside it.

A directory that was given is searched at any depth, and no link in it is followed (T93). Where nothing is given, only
the six names of `SUFFIXES` right beside the artifact are looked for, and whoever asks is told which were taken: more
would let whoever packed the download decide what is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.documents import kind_of, read_documents
from attestations.documents.checksums import algorithms_of
from attestations.evidence import Unreadable, read_evidence, wanted_algorithms
from attestations.faults import Place
from attestations.limits import Limits
from verifier.request import EvidenceFile

from ..effects.files import Files
from ..effects.paths import shown

SUFFIXES = (".sigstore.json", ".sigstore", ".bundle", ".intoto.jsonl", ".provenance", ".publish.attestation")
"""What the name of an artifact is continued with to name its evidence."""

_ALSO_IN_DIRECTORIES = (
    *(".json", ".jsonl", ".att", ".dsse", ".link", ".layout", ".spdx"),
    *(".minisig", ".sig", ".sha256", ".sha384", ".sha512", "SHA256SUMS", "SHA384SUMS", "SHA512SUMS", "checksums.txt"),
)
"""Further endings that a search of a given directory takes for evidence."""


class Gathered(Struct, frozen=True):
    """Evidence, with the paths it was read from, in one order; and the digest algorithms that it speaks in."""

    paths: tuple[str, ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    algorithms: frozenset[str] = frozenset()


def gather(paths: Iterable[str], files: Files, limits: Limits) -> Gathered:
    """The evidence in the files and directories of `paths`, each file once.

    Raises:
        InputFault: ``input.*``.
        LimitFault: ``limit.evidence_files``, ``limit.bundle``, ``limit.manifest``, ``limit.sbom``.
    """
    found = tuple(dict.fromkeys(path for given in paths for path in _expand(given, files)))
    limits.check("evidence_files", len(found))
    read = tuple(read_file(path, files, limits) for path in found)
    items = (item for file in read for item in read_evidence(file.name, file.content, limits))
    evidence = wanted_algorithms(item for item in items if isinstance(item, Evidence))
    documents = (algorithms_of(document) for document in read_documents((each.name, each.content) for each in read))
    return Gathered(found, read, evidence.union(*documents))


def read_file(path: str, files: Files, limits: Limits) -> EvidenceFile:
    """A file under the limit of what it is: documents may be large, bundles are not."""
    content = files.read(path, "sbom", limits)
    kind = kind_of(content)
    limits.check(kind.limit if kind is not None else "bundle", len(content), Place(shown(path)))
    return EvidenceFile(shown(path), content)


def _expand(path: str, files: Files) -> Iterator[str]:
    if not files.is_directory(path):
        yield path
        return
    for candidate in files.walk(path).files:
        if candidate.endswith((*SUFFIXES, *_ALSO_IN_DIRECTORIES)):
            yield candidate


def beside(artifact: str, files: Files, limits: Limits) -> Gathered:
    """The evidence that stands beside the file `artifact` under one of the names of `SUFFIXES`. Raises as `gather`."""
    return gather((path for suffix in SUFFIXES if files.is_file(path := artifact + suffix)), files, limits)


def is_evidence(file: EvidenceFile, limits: Limits) -> bool:
    """Whether all of a file reads as evidence. A product that merely has the name of some is none."""
    items = read_evidence(file.name, file.content, limits)
    return bool(items) and not any(isinstance(item, Unreadable) for item in items)
