"""Versions in tags: which tag is of which version."""

from __future__ import annotations

import pytest

from verifier.versions import is_version, meets_version


@pytest.mark.parametrize(
    ("expected", "tag"),
    [
        ("v1", "v1.2.3"),
        ("v1.2", "v1.2.0"),
        ("v1.2.3", "v1.2.3"),
        ("v14.0", "v14"),
        ("v14.0.0", "v14"),
        ("1.2", "1.2.9"),
        ("v1.2.3", "v1.2.3+build.5"),
        ("v1.2.3-rc.1", "v1.2.3-rc.1"),
    ],
)
def test_a_tag_of_the_version(expected: str, tag: str) -> None:
    assert meets_version(expected, tag)


@pytest.mark.parametrize(
    ("expected", "tag"),
    [
        ("v1", "v10.0.0"),
        ("v1.2", "v1.20.0"),
        ("v1.2.3", "v1.2.30"),
        ("v14.2", "v14"),
        ("v1.2.3", "v1.2.3-rc.1"),
        ("v1.2", "1.2.0"),
        ("v1", "release-1"),
        ("v1", ""),
        ("v1", "v01.0.0"),
        ("v1", "v1.2.3\n"),
        ("v1", "v1.2.3.4"),
        ("latest", "latest"),
    ],
)
def test_a_tag_of_another_version_or_of_none(expected: str, tag: str) -> None:
    assert not meets_version(expected, tag)


def test_what_a_version_is() -> None:
    assert is_version("v1")
    assert not is_version("v1.x")
