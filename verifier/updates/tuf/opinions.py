"""What another client says of a repository that ours followed, and what the two come to.

    it comes to the same: roots, timestamp, snapshot, targets, and what is listed of the path      two clients
    it refuses, breaks, or comes to something else                              engines.disagree, ERROR
    it refuses as is known and argued              one client; a map may ask for two: engines.unmet, INCOMPLETE

Where ours refuses, nobody else is asked: it stays refused. That a path is *not* listed is asked about like a listing,
since silence leads to the next rule of a map.

Spec: countersign design, section 5 (Second opinion)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from attestations.faults import Place

from ...faults import OpinionFault
from ...opinions import ClientDifference, client_differences
from .client import Found, Session

ANSWERS = ("accepts", "refuses", "crashed")
"""What another client can say. `crashed` is also one that took too long, or too much."""

_SHOWN = 80


class RepositoryOpinion(Struct, frozen=True):
    """What the client `engine`, in its `version`, came to; `detail` is its own words, for people.

    `versions` are those of the top-level roles that it trusts in the end. `length` (bytes) and `hashes` (hex) are what
    it finds listed of the path that was asked about; no length: it finds nothing, or was asked for no path.
    """

    engine: str
    version: str
    answer: str
    detail: str = ""
    versions: Mapping[str, int] = {}
    length: int | None = None
    hashes: Mapping[str, str] = {}


class Confirmed(Struct, frozen=True):
    """A repository that `engine` was asked about: it agrees, or it errs as is known, for the reason `alone`."""

    engine: str
    version: str
    alone: str = ""


def confirm(
    repository: str, session: Session, found: Found | None, opinion: RepositoryOpinion, *, wanted: int
) -> Confirmed:
    """Hold what the other client says against what ours did: `found` is what ours finds listed, None for nothing.

    Raises:
        OpinionFault: ``engines.disagree``; ``engines.unmet``: `wanted` is two, and the other errs as is known.
    """
    if opinion.answer == "accepts":
        for what, ours, theirs in _compared(session, found, opinion):
            if ours != theirs:
                raise _disagreement(repository, opinion, f"comes to another {what}", ours, theirs)
        return Confirmed(opinion.engine, opinion.version)
    known = _known(opinion)
    if known is None:
        did = "refuses it" if opinion.answer == "refuses" else "did not come to an answer"
        raise _disagreement(repository, opinion, did, "accepted, as by this client", opinion.answer)
    if wanted > 1:
        detail = f"{opinion.engine} {opinion.version} does not follow {repository}. {known.because}"
        raise OpinionFault("engines.unmet", detail, place=Place(repository), expected=str(wanted), actual="1")
    return Confirmed(opinion.engine, opinion.version, known.because)


def _known(opinion: RepositoryOpinion) -> ClientDifference | None:
    """The difference that explains a refusal. A client that broke is never explained."""
    if opinion.answer != "refuses":
        return None
    return next((each for each in client_differences() if each.explains(opinion.engine, opinion.detail)), None)


def _compared(session: Session, found: Found | None, opinion: RepositoryOpinion) -> Iterator[tuple[str, str, str]]:
    """What both must have come to, in words: ours, and theirs."""
    trusted = session.trusted
    assert trusted.timestamp is not None
    assert trusted.snapshot is not None
    commons = {
        "root": trusted.root.common,
        "timestamp": trusted.timestamp.common,
        "snapshot": trusted.snapshot.common,
        "targets": session.targets.common,
    }
    for role, common in commons.items():
        yield role, f"version {common.version}", f"version {opinion.versions.get(role)}"
    file = found.file if found is not None else None
    ours = _listed(file.length, file.hashes) if file is not None else _listed(None, {})
    yield "file", ours, _listed(opinion.length, opinion.hashes)


def _listed(length: int | None, hashes: Mapping[str, str]) -> str:
    if length is None:
        return "not listed"
    return ", ".join([f"{length} bytes", *(f"{name}:{value}" for name, value in sorted(hashes.items()))])


def _disagreement(repository: str, opinion: RepositoryOpinion, did: str, ours: str, theirs: str) -> OpinionFault:
    said = f": {opinion.detail}" if opinion.detail else ""
    return OpinionFault(
        "engines.disagree",
        f"{opinion.engine} {opinion.version} {did} where this client accepts {repository}{said}",
        place=Place(repository),
        expected=ours[: 4 * _SHOWN],
        actual=theirs[: 4 * _SHOWN],
    )
