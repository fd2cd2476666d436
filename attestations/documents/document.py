"""What a document is: a file of evidence that signs nothing itself, and how its kind is recognised."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from ..digests import Digest


class Document(Struct, frozen=True):
    """A file that says something and by itself proves nothing: a checksum list, an SBOM.

    `source` is the name that people gave it, `digest` the SHA-256 of the whole file, `content` its bytes, unread;
    `kind` is the name of its `Kind`.
    """

    source: str
    digest: Digest
    content: bytes
    kind: str


class Kind(Struct, frozen=True):
    """A kind of documents. `limit` is the field of `Limits` that bounds their size.

    `recognises` searches bytes and parses nothing: it must be cheap, and true of damaged documents of the kind too, so
    that these are refused as what they claim to be.
    """

    name: str
    limit: str
    recognises: Callable[[bytes], bool]
