"""Package URLs: one package, however people write it, and nothing that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.faults import FormatFault
from attestations.purls import LONGEST, Purl, npm_purl, parse_purl


@pytest.mark.parametrize(("text", "purl"), [
    ("pkg:npm/endpoint", Purl("npm", "", "endpoint", "", {})),
    ("pkg:npm/endpoint@7.1.0", Purl("npm", "", "endpoint", "7.1.0", {})),
    ("pkg:npm/%40acme/endpoint@7.1.0", Purl("npm", "@acme", "endpoint", "7.1.0", {})),
    ("pkg:npm/@acme/endpoint@7.1.0", Purl("npm", "@acme", "endpoint", "7.1.0", {})),
    ("pkg:NPM/Endpoint@1", Purl("npm", "", "Endpoint", "1", {})),
    ("pkg:pypi/Acme.End_point@7.1.0", Purl("pypi", "", "acme-end-point", "7.1.0", {})),
    ("pkg:pypi/x@1%2Blocal?file_name=x-1.zip", Purl("pypi", "", "x", "1+local", {"file_name": "x-1.zip"})),
    ("pkg:generic/a/b/c@1", Purl("generic", "a/b", "c", "1", {})),
])  # fmt: skip
def test_a_package_url_is_read(text: str, purl: Purl) -> None:
    assert parse_purl(text) == purl


@pytest.mark.parametrize("text", [
    "", "pkg:", "pkg:npm", "pkg:npm/", "npm/endpoint", "pkg:npm/endpoint@", "pkg:npm//endpoint", "pkg:npm/a#b",
    "pkg:npm/%zz", "pkg:npm/%ff", "pkg:npm/a%0a", "pkg:npm/a?b", "pkg:npm/a?b=", "pkg:npm/a?b=1&b=2", "pkg:npm/a?B=1",
    " pkg:npm/a", f"pkg:npm/{'a' * LONGEST}",
])  # fmt: skip
def test_what_is_no_package_url_is_refused(text: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_purl(text)
    assert caught.value.reason == "package.purl"


_WORDS = st.text("abcxyzABC019-._~ %+é", min_size=1, max_size=20)


@given(scope=st.none() | _WORDS, name=_WORDS, version=_WORDS)
def test_what_npm_writes_is_read_as_it_was_meant(scope: str | None, name: str, version: str) -> None:
    package = name if scope is None else f"@{scope}/{name}"
    purl = parse_purl(npm_purl(package, version))
    assert (purl.package, purl.version) == (f"npm:{package}", version)


@given(st.text(max_size=80) | st.text("pkg:npm/%40@?&=#", max_size=40).map("pkg:".__add__))
def test_no_text_makes_it_raise_anything_else(text: str) -> None:
    try:
        parse_purl(text)
    except FormatFault as fault:
        assert fault.reason == "package.purl"
