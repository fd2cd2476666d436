"""Trust documents in files, and who says that they made them."""

from __future__ import annotations

from attestations.ceremonies import Attendance, parse_transcript
from attestations.limits import DEFAULT_LIMITS
from attestations.trust_documents import TrustDocument
from verifier.ceremonies import check_transcript
from verifier.trust_documents import begin, succeed

from ..effects.files import Files
from ..effects.paths import shown


def documents_in(paths: tuple[str, ...], files: Files) -> tuple[bytes, ...]:
    """What the files at `paths` hold. Raises: InputFault ``input.*``."""
    return tuple(files.read(path, "trust_root", DEFAULT_LIMITS) for path in paths)


def check_ceremony(
    paths: tuple[str, ...], transcript: str | None, files: Files
) -> tuple[TrustDocument, tuple[Attendance, ...]]:
    """The last of the documents at `paths`, each vouched for by the one before; and who witnessed how it was made.

    Raises:
        InputFault: ``input.*``.
        FormatFault: ``json.*``, ``tuf.*``, ``envelope.*``.
        UpdateFault: ``update.unsigned``.
        SignatureFault: ``signature.*``.
        TrustFault: ``trust_document.*``, ``ceremony.*``.
    """
    before: TrustDocument | None = None
    document: TrustDocument | None = None
    for path, content in zip(paths, documents_in(paths, files), strict=True):
        before = document
        name = shown(path)
        document = begin(content, source=name) if before is None else succeed(before, content, source=name)
    if document is None:
        raise ValueError("no document")
    if transcript is None:
        return document, ()
    statements = parse_transcript(files.read(transcript, "trust_root", DEFAULT_LIMITS), source=shown(transcript))
    return document, check_transcript(statements, document, before)
