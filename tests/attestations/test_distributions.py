"""File names of Python's distributions: what is one, and which two are the same (T10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from attestations.distributions import parse_distribution, project_name, version_name
from attestations.faults import FormatFault


@pytest.mark.parametrize(("one", "other"), [
    ("foo-1.0-py3-none-any.whl", "FOO-1.0.0-py3-none-any.whl"),
    ("foo-1.0-py2.py3-none-any.whl", "foo-1.0-py3.py2-none-any.whl"),
    ("foo_bar-1.0.tar.gz", "Foo.Bar-1.tar.gz"),
    ("foo-1.0-1-py3-none-any.whl", "foo-1.0-01-py3-none-any.whl"),
    ("foo-1.0-py3-none.none-any.whl", "foo-1.0-py3-none-any.whl"),
])  # fmt: skip
def test_t10_equivalent_names_are_of_one_distribution(one: str, other: str) -> None:
    assert parse_distribution(one) == parse_distribution(other)


@pytest.mark.parametrize(("one", "other"), [
    ("foo-1.0-py3-none-any.whl", "foo-1.1-py3-none-any.whl"),
    ("foo-1.0-py3-none-any.whl", "fob-1.0-py3-none-any.whl"),
    ("foo-1.0-py2.py3-none-any.whl", "foo-1.0-py3-none-any.whl"),
    ("foo-1.0-py3-none-any.whl", "foo-1.0-1-py3-none-any.whl"),
    ("foo-1.0-1-py3-none-any.whl", "foo-1.0-1a-py3-none-any.whl"),
    ("foo-1.0-py3-abi3-none.whl", "foo-1.0-py3-none-abi3.whl"),
    ("foo-1.0.tar.gz", "foo-1.0.zip"),
    ("foo-1.0.tar.gz", "foo-1.0rc1.tar.gz"),
])  # fmt: skip
def test_t10_other_names_are_of_others(one: str, other: str) -> None:
    assert parse_distribution(one) != parse_distribution(other)


@pytest.mark.parametrize("name", [
    "foo", "foo.whl", "foo-1.0", "foo-1.0.tgz", "foo-1.0.tar.bz2", "-1.0.tar.gz", "foo-.tar.gz", "foo-bar.tar.gz",
    "../foo-1.0.tar.gz", "a/foo-1.0.tar.gz", "foo-1.0-py3-none.whl", "foo-1.0-x-py3-none-any.whl",
    "foo-1.0-py3--any.whl", "foo-1.0-py3.-none-any.whl", "foo__bar-1.0-py3-none-any.whl", f"f{'o' * 255}-1.0.tar.gz",
    "foo-1.0\n.tar.gz", "föö-1.0.tar.gz", "foo-١.0.tar.gz",
])  # fmt: skip
def test_what_is_no_distribution_is_refused(name: str) -> None:
    with pytest.raises(FormatFault) as caught:
        parse_distribution(name)
    assert caught.value.reason == "package.file_name"


_VERSIONS = st.from_regex(
    r"\Av?([0-9]{1,2}!)?[0-9]{1,3}(\.[0-9]{1,3}){0,3}([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?[0-9]{0,2})?"
    r"(-[0-9]{1,2}|[-_.]?(post|rev|r)[-_.]?[0-9]{0,2})?([-_.]?dev[-_.]?[0-9]{0,2})?(\+[a-z0-9]{1,4}([-_.][a-z0-9]{1,3})?)?\Z"
)


@given(_VERSIONS | st.text("0123456789.abrcdevpost-_+!vV", max_size=16))
def test_versions_are_spelled_as_the_packaging_library_spells_them(text: str) -> None:
    try:
        expected = canonicalize_version(Version(text))
    except InvalidVersion:
        assert version_name(text) is None
    else:
        assert version_name(text) == expected


@given(st.text("abcXYZ019-_.", min_size=1, max_size=20))
def test_projects_are_spelled_as_the_packaging_library_spells_them(name: str) -> None:
    assert project_name(name) == canonicalize_name(name)


@given(st.text(max_size=60), st.sampled_from([".whl", ".tar.gz", ".zip", ""]))
def test_no_name_makes_it_raise_anything_else(stem: str, form: str) -> None:
    try:
        parse_distribution(stem + form)
    except FormatFault as fault:
        assert fault.reason == "package.file_name"
