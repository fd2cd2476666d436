"""Names of files that stay where they belong, and those that do not."""

from __future__ import annotations

import ntpath
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.debian.index import find_entries
from attestations.digests import Digest
from attestations.documents import Document
from attestations.faults import FormatFault
from attestations.file_names import stays_beneath
from attestations.limits import DEFAULT_LIMITS
from fixtures.world.debian import entry, index, package

BENEATH = ("endpoint.exe", "./a/b.deb", "a/..b", "a..", "pool/main/h/hello/hello_2.10-3_amd64.deb")
ELSEWHERE = ("../x", "a/../../x", "a/..", "/x", "\\x", "a\\..\\x", "C:x", "c:\\x", "")


@pytest.mark.parametrize("name", BENEATH)
def test_a_name_beneath(name: str) -> None:
    assert stays_beneath(name)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_t83_a_name_that_leads_elsewhere(name: str) -> None:
    assert not stays_beneath(name)


@given(st.lists(st.sampled_from(("..", ".", "a", "/", "\\", "C:", "")), max_size=6).map("".join))
def test_t83_what_stays_beneath_does_so_on_either_system(name: str) -> None:
    if stays_beneath(name):
        for path, folder in ((posixpath, "/folder"), (ntpath, "D:\\folder")):
            assert path.normpath(path.join(folder, name)).startswith(folder)


@pytest.mark.parametrize("name", ["../outside/endpoint.deb", "/etc/passwd", "pool/../../endpoint.deb"])
def test_t83_an_index_that_leads_out_of_its_archive_is_refused(name: str) -> None:
    content = package()
    listed = entry(content)
    document = Document("Packages", Digest("sha256", "0" * 64), index({**listed, "Filename": name}), "debian-packages")
    with pytest.raises(FormatFault) as refused:
        find_entries(document, listed["SHA256"], DEFAULT_LIMITS)
    assert refused.value.reason == "debian.malformed"
