"""What an operator chose for a repository: which names become paths, and that nothing else is read for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.publish.tuf.settings import FILE, RepositorySettings, is_template, read_settings, write_settings
from attestations.faults import Fault
from verifier.updates.tuf.due import Lifetimes

WORDS = {"vendor": "acme", "product": "endpoint", "version": "7.1.0", "name": "setup.exe"}


def path_of(settings: RepositorySettings = RepositorySettings(), /, **words: str) -> str | None:  # noqa: B008  # frozen
    return settings.path("policy", WORDS | words)


def test_a_file_is_called_as_the_operator_says() -> None:
    theirs = RepositorySettings(paths={"policy": "dist/{name}"})

    assert path_of() == "acme/endpoint/7.1.0/setup.exe"
    assert path_of(theirs) == "dist/setup.exe"
    assert theirs.path("another", WORDS) == path_of()
    assert path_of(name="win/x64/setup.exe") == "acme/endpoint/7.1.0/win/x64/setup.exe"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "/",
            "/etc/passwd",
            "a//b",
            "a/",
            ".",
            "..",
            "../x",
            "a/../b",
            "a/./b",
            "a.",
            "a ",
            " a",
            "..\\x",
            "C:\\x",
            "C:x",
        ),
        *("a\0b", "a\nb", "%2e%2e", "a%2fb", "ä.exe", "a?b", "a*b", 'a"b', "{version}", "x" * 201),
    ],
)
def test_t83_u19_a_name_that_some_file_system_reads_otherwise_is_no_path(name: str) -> None:
    assert path_of(name=name) is None


def test_no_name_passes_for_a_digest() -> None:
    settings = RepositorySettings(paths={"policy": "{name}"})

    assert path_of(settings, name=f"sha256/{'0' * 64}") is None
    assert path_of(settings, name="sha256") == "sha256"


def test_a_version_and_a_vendor_are_held_to_the_same() -> None:
    assert path_of(version="../7") is None
    assert path_of(vendor="a/../b") is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("{name}", True),
        ("v/{vendor}-{version}/{name}", True),
        ("{version}", False),
        ("", False),
        ("/{name}", False),
        ("../{name}", False),
        ("{name}/{digest}", False),
    ],
)
def test_a_template_has_a_name_and_known_words(text: str, holds: bool) -> None:
    assert is_template(text) is holds


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    settings = RepositorySettings(lifetimes=Lifetimes(timestamp=3600), paths={"policy": "{name}"})
    write_settings(tmp_path, settings)

    assert read_settings(tmp_path) == settings


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format":"countersign.repository/2"}',
        b'{"more":1}',
        b'{"paths":{"p":"{version}"}}',
        b'{"lifetimes":{"root":1}}',
    ],
)
def test_settings_of_another_form_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(Fault) as refused:
        read_settings(tmp_path)
    assert refused.value.reason == "input.unreadable"


def test_where_nothing_was_begun_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(Fault) as refused:
        read_settings(tmp_path)
    assert refused.value.reason == "input.not_found"
