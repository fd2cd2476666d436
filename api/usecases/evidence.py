"""Which files of evidence go with an artifact: those that were given, or those that stand beside it.

A directory that was given is searched at any depth, and no link in it is followed (T93). Where nothing is given, only
the names of `names_beside` right beside the artifact are looked for, and whoever asks is told which were taken: more
would let whoever packed the download decide what is looked at. The verdict bundle that is stapled to an artifact goes
along with what is given, and is told as well. A file found in a directory is left out where it is larger than evidence
may be: it keeps nothing else from being looked at, and people are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from attestations.bundles import Evidence
from attestations.documents import kind_of, read_documents
from attestations.documents.checksums import algorithms_of, parse_checksums
from attestations.evidence import Unreadable, read_evidence, wanted_algorithms
from attestations.faults import Fault, LimitFault, Place
from attestations.limits import Limits
from verifier.request import EvidenceFile

from ..effects.files import Files
from ..effects.paths import shown
from ..effects.terminal import Terminal
from ..render.visible import visible

STAPLED = ".verdict.json"
"""What the name of an artifact is continued with to name the verdict bundle that `countersign staple` put beside it."""

SUFFIXES = (
    *(".sigstore.json", ".sigstore", ".bundle", ".intoto.jsonl", ".provenance", ".publish.attestation"),
    *(".minisig", ".sig", ".asc", STAPLED),
)
"""What the name of an artifact is continued with to name its evidence."""

LIST = "SHA256SUMS"
"""The list of checksums that stands beside the artifacts that it lists; `SUFFIXES` name its own evidence, too."""

_ALSO_IN_DIRECTORIES = (
    *(".json", ".jsonl", ".att", ".dsse", ".link", ".layout", ".spdx"),
    *(".sha256", ".sha384", ".sha512", LIST, "SHA384SUMS", "SHA512SUMS", "checksums.txt"),
)
"""Further endings that a search of a given directory takes for evidence."""

_KEPT_BY_APT = (".lz4", ".zst")
"""Endings of apt's own lists that apt's own helper expands."""


class Gathered(Struct, frozen=True):
    """Evidence, with the paths it was read from, in one order; and the digest algorithms that it speaks in.

    `left_out` says of each file of a directory that is too large why it is not there.
    """

    paths: tuple[str, ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    algorithms: frozenset[str] = frozenset()
    left_out: tuple[LimitFault, ...] = ()


def gather(paths: Iterable[str], files: Files, limits: Limits) -> Gathered:
    """The evidence in the files and directories of `paths`, each file once.

    Raises:
        InputFault: ``input.*``.
        LimitFault: ``limit.evidence_files``; ``limit.bundle``, ``limit.manifest``, ``limit.sbom``, of a file given.
    """
    named = tuple(paths)
    found = tuple(dict.fromkeys(path for given in named for path in _expand(given, files)))
    limits.check("evidence_files", len(found))
    taken: dict[str, EvidenceFile] = {}
    left_out: list[LimitFault] = []
    for path in found:
        try:
            taken[path] = read_file(path, files, limits)
        except LimitFault as fault:
            if path in named:
                raise
            left_out.append(fault)
    read = tuple(taken.values())
    items = (item for file in read for item in read_evidence(file.name, file.content, limits))
    evidence = wanted_algorithms(item for item in items if isinstance(item, Evidence))
    documents = (algorithms_of(document) for document in read_documents((each.name, each.content) for each in read))
    return Gathered(tuple(taken), read, evidence.union(*documents), tuple(left_out))


def tell_left_out(gathered: Gathered, terminal: Terminal) -> None:
    """Tell people of each file that was left out."""
    for fault in gathered.left_out:
        terminal.note(visible(f"countersign: left out of the evidence: {fault}"))


def read_file(path: str, files: Files, limits: Limits) -> EvidenceFile:
    """A file under the limit of what it is: documents may be large, bundles are not. What apt packed is unpacked."""
    if path.endswith(_KEPT_BY_APT):
        content = files.expanded(path, "manifest", limits)
    else:
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
    """The evidence that stands beside the file `artifact` under one of `names_beside`. Raises as `gather`."""
    return gather(filter(files.is_file, names_beside(artifact)), files, limits)


def stapled(artifact: str, files: Files, limits: Limits) -> Gathered:
    """The verdict bundle that is stapled to the file `artifact`, if there is one. Raises as `gather`."""
    return gather(filter(files.is_file, (artifact + STAPLED,)), files, limits)


def names_beside(artifact: str) -> tuple[str, ...]:
    """Where evidence may stand that nobody named: after the artifact's own name, and a list in the same directory."""
    beginning = artifact[: len(artifact) - len(Path(artifact).name)]
    listed = beginning + LIST
    after = tuple(name + suffix for name in dict.fromkeys((artifact, listed)) for suffix in SUFFIXES)
    return after if listed == artifact else (*after[: len(SUFFIXES)], listed, *after[len(SUFFIXES) :])


def is_evidence(file: EvidenceFile, limits: Limits) -> bool:
    """Whether all of a file reads as evidence. A product that merely has the name of some is none."""
    if kind_of(file.content) is not None:
        return _is_list(file, limits)
    items = read_evidence(file.name, file.content, limits)
    return bool(items) and not any(isinstance(item, Unreadable) for item in items)


def _is_list(file: EvidenceFile, limits: Limits) -> bool:
    """Whether all of a document is a list of checksums."""
    try:
        documents = read_documents([(file.name, file.content)], limits)
        return all(document.kind == "checksums" and bool(parse_checksums(document, limits)) for document in documents)
    except Fault:
        return False
