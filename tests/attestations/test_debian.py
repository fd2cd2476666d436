"""Debian's files from hostile hands: fields, lists, compressed indexes, and packages fed in pieces of any size."""

from __future__ import annotations

import gzip
import hashlib
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.debian.container import CONTROL_MAX, Declared, PackageMeasurer
from attestations.debian.deb822 import read_stanza
from attestations.debian.index import SEARCHED, PackageIndex, find_entries
from attestations.debian.release import parse_date, parse_release
from attestations.digests import Digest
from attestations.documents import Document, kind_of
from attestations.faults import Fault, FormatFault, LimitFault
from attestations.limits import DEFAULT_LIMITS, Limits
from fixtures.recipes.debian import INDEX, PACKAGE, RELEASE
from fixtures.world.debian import ar, entry, index, package, stanza, tar

SHA256 = hashlib.sha256(PACKAGE).hexdigest()
OWN = Declared("endpoint", "7.1.0", "amd64")


def document(content: bytes) -> Document:
    return Document("a file", Digest("sha256", hashlib.sha256(content).hexdigest()), content, "debian")


def measured(content: bytes, step: int = 1 << 20) -> Declared | None:
    measurer = PackageMeasurer()
    for position in range(0, len(content), step):
        measurer.feed(memoryview(content)[position : position + step])
    return measurer.finish()


def test_each_kind_is_known_by_its_looks() -> None:
    kinds = {name: kind_of(content) for name, content in {"release": RELEASE, "packages": INDEX}.items()}
    assert {name: kind.name if kind else "" for name, kind in kinds.items()} == {
        "release": "debian-release",
        "packages": "debian-packages",
    }
    compressed = [kind_of(compress(INDEX)) for compress in (gzip.compress, lzma.compress)]
    assert [kind.name if kind else "" for kind in compressed] == ["debian-packages"] * 2
    assert kind_of(gzip.compress(b'{"a": 1}')) is None
    assert kind_of(lzma.compress(INDEX)[:20]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b" goes on\n",
        b"A: 1\nA: 2\n",
        b"A: 1\na: 2\n",
        b"A: 1\n \t\nB: 2\n",
        b"A: 1\n\nB: 2\n",
        b"A: 1\r\n",
        b"A: \0\n",
        b"A: \xff\n",
        b"# remark\nA: 1\n",
        b"-A: 1\n",
        b"A 1\n",
        b"A" * 129 + b": 1\n",
    ],
)
def test_a_stanza_of_two_readings_is_refused(data: bytes) -> None:
    with pytest.raises(FormatFault) as refusal:
        read_stanza(data, "Release")
    assert refusal.value.reason == "debian.malformed"


@pytest.mark.parametrize("version", ["7.1.0\x1b[2J", "7.1\u202e0", "7.1.0\x7f"])
def test_t99_what_does_not_print_is_no_version(version: str) -> None:
    control = tar({"./control": stanza({"Package": "endpoint", "Version": version, "Architecture": "amd64"})})
    declared = measured(ar([FIRST, ("control.tar", control), LAST]))
    assert declared is not None
    assert (declared.reason, declared.detail.isprintable()) == ("debian.malformed", True)


def test_a_value_goes_on() -> None:
    assert read_stanza(b"A:  1 \nB:\n x\n  y\n", "") == {"a": "1", "b": "\nx\n y"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"main/binary-amd64/Packages", b"../../etc/passwd"),
        (b"main/binary-amd64/Packages", b"/main/Packages"),
        (b"main/binary-amd64/Packages", b"main//Packages"),
        (b"main/binary-amd64/Packages", b"main/./Packages"),
        (b"Date: ", b"Date: 1 "),
        (b"UTC", b"CET"),
        (b"Date: ", b"Dated: "),
        (b"SHA256:\n ", b"SHA256: x\n "),
        (b"SHA256:\n ", b"SHA256:\n zz"),
    ],
)
def test_a_release_that_is_none_is_refused(old: bytes, new: bytes) -> None:
    assert old in RELEASE
    with pytest.raises(FormatFault) as refusal:
        parse_release(document(RELEASE.replace(old, new)), DEFAULT_LIMITS)
    assert refusal.value.reason == "debian.malformed"


def test_one_path_is_one_file() -> None:
    twice = RELEASE + f" {'ab' * 32} 1 main/binary-amd64/Packages\n".encode()
    with pytest.raises(FormatFault) as refusal:
        parse_release(document(twice), DEFAULT_LIMITS)
    assert "twice" in refusal.value.detail


def test_a_date_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(FormatFault):
        parse_date("Mon, 31 Feb 2026 00:00:00 UTC", "Release")


def test_u09_a_bomb_costs_what_the_limit_allows() -> None:
    limits = Limits(manifest=1 << 16)
    for compress in (gzip.compress, lzma.compress):
        with pytest.raises(LimitFault) as refusal:
            find_entries(document(compress(INDEX + bytes(1 << 20))), SHA256, limits)
        assert refusal.value.reason == "limit.expanded"


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_a_compressed_index_is_whole_and_alone(compress) -> None:  # type: ignore[no-untyped-def]  # either of the two
    whole = compress(INDEX)
    assert find_entries(document(whole), SHA256, DEFAULT_LIMITS) == find_entries(
        document(INDEX), SHA256, DEFAULT_LIMITS
    )
    for damaged in (whole[:-6], whole + b"x", whole[:40] + b"\0\0\0\0" + whole[44:]):
        with pytest.raises(FormatFault) as refusal:
            find_entries(document(damaged), SHA256, DEFAULT_LIMITS)
        assert refusal.value.reason == "debian.malformed"


def test_a_digest_in_another_field_is_no_entry() -> None:
    other = stanza({"Package": "other", "Description": SHA256}) + b" SHA256: " + SHA256.encode() + b"\n"
    assert find_entries(document(other), SHA256, DEFAULT_LIMITS) == ()


@given(st.integers(min_value=1, max_value=len(PACKAGE)))
def test_a_package_is_read_in_pieces_of_any_size(step: int) -> None:
    assert measured(PACKAGE, step) == OWN


@given(st.integers(min_value=8, max_value=len(PACKAGE) - 1))
def test_a_package_that_is_cut_off_declares_nothing(length: int) -> None:
    assert measured(PACKAGE[:length], 64) == Declared(reason="debian.container", detail="a package that is cut off")


CONTROL = tar({"./control": stanza({"Package": "endpoint", "Version": "7.1.0", "Architecture": "amd64"})})
FIRST, LAST = ("debian-binary", b"2.0\n"), ("data.tar.xz", b"odd")


@pytest.mark.parametrize(
    "members",
    [
        [("debian-binary", b"3.0\n"), ("control.tar", CONTROL), LAST],
        [("control.tar", CONTROL), FIRST, LAST],
        [FIRST, ("_first", b"x"), LAST],
        [FIRST, ("control.tar", CONTROL), ("control.tar", CONTROL)],
        [FIRST, ("control.tar", CONTROL), LAST, LAST],
        [FIRST, ("control.tar", tar({"./control": b"A: 1\n", "control": b"A: 1\n"})), LAST],
        [FIRST, ("control.tar", tar({})), LAST],
        [FIRST, ("control.tar", CONTROL[:600]), LAST],
        [FIRST, ("control.tar", CONTROL.replace(b"./control", b"./c0ntrol")), LAST],
        [FIRST, ("control.tar", bytes(CONTROL_MAX + 1)), LAST],
    ],
)
def test_a_package_of_another_make_declares_nothing(members: list[tuple[str, bytes]]) -> None:
    declared = measured(ar(members))
    assert declared is not None
    assert declared.reason == "debian.container"


def test_what_dpkg_passes_over_is_passed_over() -> None:
    assert measured(ar([FIRST, ("control.tar", CONTROL), LAST, ("_gpgorigin", b"signature")])) == OWN


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_a_control_archive_may_be_compressed(compress) -> None:  # type: ignore[no-untyped-def]  # either of the two
    assert measured(ar([FIRST, ("control.tar.x", compress(CONTROL)), LAST])) == OWN


def test_zstd_is_not_read() -> None:
    declared = measured(ar([FIRST, ("control.tar.zst", b"\x28\xb5\x2f\xfd" + bytes(8)), LAST]))
    assert declared is not None
    assert declared.reason == "debian.compression"


@pytest.mark.parametrize("content", [b"", b"!<arch", b"MZ", b"!<arch>?" + PACKAGE[8:]])
def test_another_file_is_no_package(content: bytes) -> None:
    assert measured(content, 3) is None


@given(st.binary(max_size=400), st.integers(min_value=0, max_value=len(PACKAGE)))
def test_nothing_but_faults_comes_of_damage(junk: bytes, at: int) -> None:
    measured(PACKAGE[:at] + junk + PACKAGE[at + len(junk) :], 100)
    for read in (lambda: parse_release(document(junk), DEFAULT_LIMITS), lambda: read_stanza(junk, "")):
        try:
            read()
        except Fault as fault:
            assert fault.reason in {"debian.malformed", "debian.weak", "openpgp.malformed"}


def test_another_package_is_another_file() -> None:
    assert package() == PACKAGE != package(version="7.1.1")


def test_an_index_says_the_same_of_a_package_searched_for_or_out_of_its_table() -> None:
    packages = [package(version=f"1.{number}") for number in range(2 * SEARCHED)]
    listed = index(*(entry(content, version=f"1.{number}") for number, content in enumerate(packages)))
    twice = listed + b"\n" + index(entry(packages[0], version="1.0", name="other"))
    asked = PackageIndex(document(lzma.compress(twice)), DEFAULT_LIMITS)
    digests = [hashlib.sha256(content).hexdigest() for content in packages]
    found = [asked.entries(digest) for digest in (*digests, digests[0], SHA256)]
    assert found == [find_entries(document(twice), digest, DEFAULT_LIMITS) for digest in (*digests, digests[0], SHA256)]
    assert str(asked.digest()) == f"sha256:{hashlib.sha256(twice).hexdigest()}"
    assert asked.digest() is asked.digest()
    assert [len(entries) for entries in found] == [2, *(1 for _ in digests[1:]), 2, 0]
