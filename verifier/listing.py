"""Whether evidence speaks of an artifact at all, be it authentic or not: by it a policy is chosen, and nothing proved.

Where several archives stand by, each with a policy, a file is judged under those whose evidence lists it. Who forges an
entry brings one more policy to bear, and all of them must be met; who hides an entry leaves those that list the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from attestations.bundles import Envelope, Evidence, MessageSignature, Metablock
from attestations.documents import PACKAGES, Document
from attestations.faults import Fault

from .gather import gather
from .memory import Memory
from .policy.expected import about_release
from .request import Request


def lists(request: Request, memory: Memory) -> bool:
    """Whether any evidence of `request` holds a digest of its artifact, where digests of artifacts stand.

    What cannot be looked through may: whoever judges by it says why.
    """
    try:
        gathered = gather(request, about_release(request.policy, request.release), memory)
        digests = [digest.hex for digest in request.artifact.digests.strong]
        return any(digest.encode() in text for text in _texts(gathered.read) for digest in digests) or any(
            _document_lists(document, digests, request, memory) for document in gathered.documents
        )
    except Fault:
        return True


def _texts(evidence: tuple[Evidence, ...]) -> Iterator[bytes]:
    """What bundles say, decoded as far as digests can be looked for."""
    for item in evidence:
        content = item.bundle.content
        if isinstance(content, Envelope):
            yield content.payload
        elif isinstance(content, Metablock):
            yield content.content
        elif isinstance(content, MessageSignature) and content.digest is not None:
            yield content.digest.hex.encode()


def _document_lists(document: Document, digests: list[str], request: Request, memory: Memory) -> bool:
    if document.kind != PACKAGES:
        return any(digest.encode() in document.content for digest in digests)
    from .updates.debian import Archives

    sha256 = request.artifact.digests.get("sha256")
    index = memory.derived(Archives).index(document, request.limits)
    return sha256 is not None and bool(index.entries(sha256.hex))
