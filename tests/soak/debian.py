"""Files of Debian's archives as inputs: what is read of each, as a verification reads it."""

from __future__ import annotations

import gzip
import hashlib
import lzma

from attestations.apt_sources import parse_sources
from attestations.apt_transactions import read_configuration, read_transaction
from attestations.debian.container import Declared, PackageMeasurer
from attestations.debian.index import find_entries
from attestations.debian.release import parse_release
from attestations.digests import Digest
from attestations.documents import Document, kind_of
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.debian import INDEX, KEY, PACKAGE, RELEASE
from fixtures.recipes.scene import MOMENT
from fixtures.world.openpgp import clearsigned

LISTED = hashlib.sha256(PACKAGE).hexdigest()
RELEASES = (RELEASE, clearsigned(RELEASE, KEY, MOMENT))
INDEXES = (INDEX, lzma.compress(INDEX), gzip.compress(INDEX, mtime=0))
PACKAGES = (PACKAGE,)
SOURCES = (
    b"deb [arch=amd64 signed-by=/usr/share/keyrings/acme.gpg] https://apt.acme.example stable main # why\n",
    b"Types: deb\nURIs: https://apt.acme.example\nSuites: stable\nComponents: main\nSigned-By:\n .\n",
)

TRANSACTIONS = (
    b"""\
VERSION 3
Dir=/
DPkg::Options::=--force%2dnot-root

endpoint 7.1.0 amd64 none < 7.2.0 amd64 same /var/cache/apt/archives/endpoint_7.2.0_amd64.deb
endpoint 7.1.0 amd64 none < 7.2.0 amd64 same **CONFIGURE**
driver 1:1.0-1~bpo12 all foreign > - - none **REMOVE**
""",
)


def told(data: bytes) -> object:
    """What apt tells a hook, and its configuration alone."""
    transaction = read_transaction(data)
    assert all(each.path.startswith(b"/") and b"\0" not in each.path for each in transaction.unpacked)
    return read_configuration(data.partition(b"\n")[2].partition(b"\n\n")[0] + b"\n")


def sources(data: bytes) -> object:
    """Sources of apt's, in the spelling that the first byte says: a capital begins a field."""
    return parse_sources(data, "a.sources" if data[:1].isupper() else "a.list")


def _document(data: bytes) -> Document:
    return Document("input", Digest("sha256", hashlib.sha256(data).hexdigest()), data, "debian")


def released(data: bytes) -> object:
    """A Release, looked at as evidence is, and each index that it lists."""
    kind_of(data)
    read = parse_release(_document(data), DEFAULT_LIMITS)
    return [(index.component, index.architecture) for index in read.indexes]


def indexed(data: bytes) -> object:
    """The entries of a digest that the seeds list."""
    kind_of(data)
    return find_entries(_document(data), LISTED, DEFAULT_LIMITS)


def packaged(data: bytes) -> Declared | None:
    """A package in two pieces: what it declares prints."""
    measurer = PackageMeasurer()
    measurer.feed(data[: len(data) // 2])
    measurer.feed(data[len(data) // 2 :])
    declared = measurer.finish()
    if declared is not None:
        texts = (declared.package, declared.version, declared.architecture, declared.detail)
        assert all(text.isprintable() for text in texts)
        assert bool(declared.package) is not bool(declared.reason)
    return declared
