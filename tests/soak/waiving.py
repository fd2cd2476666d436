"""Waivers as files, their statements, and releases as a judge gives them, as inputs; and seeds that are read whole."""

from __future__ import annotations

from attestations.digests import Digest
from attestations.faults import Fault, FormatFault
from attestations.limits import DEFAULT_LIMITS
from fixtures.recipes.scene import NOW
from tests import waiving
from verifier.excuses import waivers_in
from verifier.request import EvidenceFile
from verifier.updates.releases import Difference, Release, read_release, write_release
from verifier.updates.streams import Stream
from verifier.waivers import read_waiver

STATEMENT = waiving.waiver("ab" * 32)
FILE = b"\n".join(waiving.by_two(STATEMENT))
RELEASE = Release(
    Stream("acme", "endpoint", "stable", "windows", "x64"),
    "7.1.0",
    Digest("sha256", "ab" * 32),
    ("01" * 32, "cd" * 32),
    2,
    sequence=712,
    previous=Digest("sha256", "ef" * 32),
    expires=NOW,
    differences=(Difference("01" * 32, "ef" * 32, "cd" * 32),),
)


def files(data: bytes) -> list[Fault]:
    """A file in a gate's directory of waivers, by persons whom its settings name."""
    approvers = (waiving.ANNA.approver, waiving.BERT.approver)
    _, aside = waivers_in((EvidenceFile("input", data),), approvers, now=NOW, limits=DEFAULT_LIMITS)
    return [each.fault for each in aside]


def statement(data: bytes) -> object:
    return read_waiver(data, DEFAULT_LIMITS)


def release(data: bytes) -> object:
    """A release, which is written again to the same bytes."""
    try:
        read = read_release(data)
    except (ValueError, RecursionError):
        raise FormatFault("json.malformed", "no release") from None
    assert write_release(read) == data
    return read


def release_seeds() -> tuple[bytes, ...]:
    return (write_release(RELEASE),)
