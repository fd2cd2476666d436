"""Artifacts: what was asked about, measured in one pass.

    a file          its bytes, streamed once; refused where they change meanwhile
    a directory     each regular file in it, at any depth; links are named and not followed
    sha256:…        nothing but a digest: the bytes are not seen, and the verdict says so

A link that is named as an artifact is followed; one that is met in a directory is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from attestations.debian.container import PackageMeasurer
from attestations.digests import DigestSet, parse_digest
from attestations.faults import Place
from attestations.measure.digests import DigestMeasurer
from verifier.verdict import Artifact

from ..effects.faults import InputFault
from ..effects.files import Files
from ..effects.paths import shown

_DIGEST = re.compile(r"[a-z0-9_-]{2,}:[0-9A-Fa-f]*|(?:sha256|sha384|sha512):.*", re.ASCII | re.DOTALL)


def is_digest(text: str) -> bool:
    """Whether an argument is a digest, be it one that is not read, and no path; a file of such a name is ``./NAME``."""
    return _DIGEST.fullmatch(text) is not None


def by_digest(text: str) -> Artifact:
    """The artifact of which only a digest is known.

    Raises:
        FormatFault: ``digest.malformed``.
    """
    return Artifact(text, DigestSet((parse_digest(text),)), None)


def measure(path: str, algorithms: Iterable[str], files: Files, advance: Callable[[int], None]) -> Artifact:
    """The artifact at `path`, with its SHA-256, what else `algorithms` name, and what it declares if it is a package.

    `advance` is told of each chunk.

    Raises:
        InputFault: ``input.*``, ``bytes.changed``.
    """
    measurer = DigestMeasurer(sorted({"sha256", *algorithms}))

    package = PackageMeasurer()

    def feed(chunk: memoryview) -> None:
        measurer.feed(chunk)
        package.feed(chunk)
        advance(len(chunk))

    files.stream(path, feed)
    measured = measurer.finish()
    return Artifact(shown(path), measured.digests, measured.size, package.finish())


class Measured:
    """Artifacts that several ask about, each measured once for all of them: they speak of the same bytes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[frozenset[str], Artifact]] = {}

    def artifact(self, argument: str, algorithms: frozenset[str], measure: Callable[[], Artifact]) -> Artifact:
        """The artifact that `argument` names: as it is known, or by `measure` where `algorithms` ask for more.

        Raises:
            InputFault: ``bytes.changed``, where more is asked of bytes that are no longer there.
        """
        known, artifact = self._known.get(argument, (frozenset(), None))
        if artifact is None or not algorithms <= known:
            before, artifact = artifact, measure()
            if before is not None and before.digests.get("sha256") != artifact.digests.get("sha256"):
                raise InputFault(
                    "bytes.changed", "the file changed since it was measured", place=Place(shown(argument))
                )
            self._known[argument] = algorithms | known, artifact
        return artifact
