"""Which keys signed an archive's Release, before there is a policy that could ask: so that one can be written.

Nothing is decided here. Who writes the policy reads whose keys these are, and pins them or does not.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from attestations.bundles import Evidence, OpenPgpSignature
from attestations.debian.release import Release, parse_release
from attestations.documents import read_documents
from attestations.evidence import read_evidence_files
from attestations.limits import Limits

from ..detached.openpgp import verify_openpgp
from ..detached.whole import Whole
from ..documents import measured
from ..faults import SignatureFault
from ..key_files import TrustedKey
from .debian import RELEASE


class Seen(Struct, frozen=True):
    """A Release, and those of the keys asked about that signed it, in the order in which they were asked about."""

    release: Release
    by: tuple[TrustedKey, ...]


def seen(files: Iterable[tuple[str, bytes]], keys: tuple[TrustedKey, ...], limits: Limits) -> tuple[Seen, ...]:
    """The Releases among `files` (name, content), each with who signed it; the windows of keys are not looked at.

    Raises:
        FormatFault: ``debian.malformed``, ``debian.weak``, ``openpgp.malformed``.
        LimitFault: ``limit.*``.
    """
    given = tuple(files)
    signatures = [
        item.bundle.content
        for item in read_evidence_files(given, limits)
        if isinstance(item, Evidence) and isinstance(item.bundle.content, OpenPgpSignature)
    ]
    found = []
    for document in read_documents(given, limits):
        if document.kind == RELEASE:
            own = measured(document)[1]
            by = [key for key in keys if any(_signed(content, key, own) for content in signatures)]
            found.append(Seen(parse_release(document, limits), tuple(by)))
    return tuple(found)


def _signed(content: OpenPgpSignature, key: TrustedKey, own: Whole) -> bool:
    try:
        verify_openpgp(content, key.key, own)
    except SignatureFault:
        return False
    return True
