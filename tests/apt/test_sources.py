"""Where an administrator has apt get packages from, and what they switched off: read as apt reads it, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.apt_sources import AptSource, is_read, parse_sources
from attestations.faults import Fault
from verifier.apt_client import weaknesses

LIST = "/etc/apt/sources.list"
SOURCES = "/etc/apt/sources.list.d/acme.sources"
STANZA = """\
# where acme's agents come from
Types: deb deb-src
URIs: https://apt.acme.example
# a remark within
Suites: stable stable-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 xjMEY865
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: https://apt.acme.example
Suites: beta
Components: main
"""


def one(line: str) -> AptSource:
    (entry,) = parse_sources(line.encode(), LIST)
    return entry


def refusal(text: str, source: str = LIST) -> str:
    with pytest.raises(Fault) as refused:
        parse_sources(text.encode("utf-8", "surrogateescape"), source)
    return refused.value.reason


def test_both_spellings_are_read_alike() -> None:
    spelled = one("deb [ arch=amd64,i386 signed-by=/k.gpg ] https://a.example/debian stable main extra # why\n")
    text = "Types: deb\nURIs: https://a.example/debian\nSuites: stable\nComponents: main extra\n"
    (stanza,) = parse_sources(f"{text}Architectures: amd64 i386\nSigned-By: /k.gpg\n".encode(), SOURCES)
    assert spelled.words("architectures") == stanza.words("architectures") == ("amd64", "i386")
    for name in ("kinds", "uris", "suites", "components"):
        assert getattr(spelled, name) == getattr(stanza, name)
    assert (spelled.place, stanza.place) == (f"{LIST}:1", f"{SOURCES}:1")


def test_a_stanza_with_a_key_within_and_one_that_is_switched_off() -> None:
    (entry,) = parse_sources(STANZA.encode(), SOURCES)
    assert (entry.kinds, entry.suites, entry.place) == (
        ("deb", "deb-src"),
        ("stable", "stable-updates"),
        f"{SOURCES}:2",
    )
    assert entry.options["signed-by"].split("\n")[1:3] == ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "."]


@pytest.mark.parametrize(
    ("line", "suite"),
    [
        ("deb http://a.example ./", "./"),
        ("deb\thttp://a.example\tstable\tmain", "stable"),
        ("deb cdrom:[Debian 12 _Bookworm_ - amd64]/ bookworm main", "bookworm"),
        ("deb-src [trusted=yes] file:/srv/a stable main", "stable"),
        ("deb [lang=de signed-by=/a#b] http://a.example stable main", "stable"),
    ],
)
def test_lines_that_are_read(line: str, suite: str) -> None:
    assert one(line).suites == (suite,)


@pytest.mark.parametrize(
    "line",
    [
        "rpm http://a.example stable main",
        "deb http://a.example",
        "deb http://a.example stable",
        "deb http://a.example ./ main",
        "deb a.example stable main",
        "deb [trusted] http://a.example stable main",
        "deb [trusted=no trusted=yes] http://a.example stable main",
        "deb [arch=amd64 architectures=i386] http://a.example stable main",
        "deb [trusted=yes http://a.example stable main",
        'deb "http://a.example" stable main',
        "deb http://a.example stable ma\x1bin",
        "deb http://a.example stable \udcff",
        "deb " + "[" * 100_000,
    ],
)
def test_lines_that_are_refused(line: str) -> None:
    assert refusal(line) == "apt.source"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Types: deb\nURIs: http://a.example\nSuites: stable\n", "apt.source"),
        ("Types: deb\nSuites: stable\nComponents: main\n", "apt.source"),
        ("Types: rpm\nURIs: http://a.example\nSuites: stable\nComponents: main\n", "apt.source"),
        ("Types: deb\nTypes: deb-src\n", "debian.malformed"),
        (" goes on\n", "debian.malformed"),
    ],
)
def test_stanzas_that_are_refused(text: str, reason: str) -> None:
    assert refusal(text, SOURCES) == reason


def test_names_that_apt_passes_over_are_passed_over() -> None:
    read = ("debian.list", "acme-1.sources", "a_b.list")
    passed_over = ("debian.list.bak", "acme.sources.disabled", ".hidden.list", "a b.list", "README", "a+b.list")
    assert [name for name in (*read, *passed_over) if is_read(name)] == list(read)


@given(st.text(alphabet='deb[]=# \t\n"-:/.ahtp\\', max_size=60))
def test_no_line_does_more_than_be_read_or_refused(text: str) -> None:
    for source in (LIST, SOURCES):
        try:
            entries = parse_sources(text.encode(), source)
        except Fault as fault:
            assert fault.reason in ("apt.source", "debian.malformed")
        else:
            assert all(entry.uris and entry.suites for entry in entries)


def told(*configuration: tuple[str, str], line: str = "") -> list[str]:
    """What is said to weaken apt: what was found, of each."""
    found = weaknesses(configuration, parse_sources(line.encode(), LIST))
    assert {fault.reason for fault in found} <= {"client.weakened"}
    return [fault.actual or "" for fault in found]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Acquire::Check-Valid-Until", "false"),
        ("acquire::check-valid-until", "0"),
        ("Acquire::Min-ValidTime::Debian", "99999999"),
        ("Acquire::Check-Date", "no"),
        ("Acquire::Max-FutureTime", "86400"),
        ("Acquire::AllowInsecureRepositories", "yes"),
        ("Acquire::AllowWeakRepositories", "1"),
        ("Acquire::AllowDowngradeToInsecureRepositories", "true"),
        ("Acquire::AllowReleaseInfoChange::Label", "true"),
        ("APT::Get::AllowUnauthenticated", "on"),
        ("APT::Get::allow-downgrades", "true"),
        ("APT::Hashes::SHA1::Untrusted", "no"),
        ("Acquire::https::Verify-Peer", "false"),
        ("Acquire::https::apt.acme.example::Verify-Host", "false"),
        ("Acquire::gpgv::Options::", "--ignore-time-conflict"),
        ("APT::Key::gpgvcommand", "/bin/true"),
    ],
)
def test_u06_what_weakens_apt_is_told(name: str, value: str) -> None:
    assert told((name, value)) == [f"{name} {value}"]


@pytest.mark.parametrize(
    "option",
    [
        *("trusted=yes", "allow-insecure=yes", "allow-weak=yes", "allow-downgrade-to-insecure=1"),
        *("check-valid-until=no", "valid-until-min=31536000", "check-date=no", "date-max-future=3600"),
    ],
)
def test_u06_what_weakens_apt_for_a_source_is_told_with_its_place(option: str) -> None:
    (fault,) = weaknesses((), parse_sources(f"\ndeb [{option}] http://a.example stable main".encode(), LIST))
    assert (str(fault.place), fault.actual) == (f"{LIST}:2", option.replace("=", " "))


def test_the_last_value_of_an_option_counts_and_every_one_of_a_list() -> None:
    assert told(("Acquire::Check-Date", "false"), ("acquire::check-date", "true")) == []
    two = told(("Acquire::gpgv::Options::", "--a"), ("Acquire::gpgv::Options::", "--b"))
    assert two == ["Acquire::gpgv::Options:: --a", "Acquire::gpgv::Options:: --b"]


def test_what_is_usual_weakens_nothing() -> None:
    usual = (
        ("Acquire::Check-Valid-Until", "true"),
        ("Acquire::Max-FutureTime", "10"),
        ("Acquire::AllowInsecureRepositories", "0"),
        ("Acquire::gpgv::Options", ""),
        ("Acquire::https::Verify-Peer", "true"),
        ("APT::Get::AllowUnauthenticated", ""),
        ("Acquire::Check-Valid-Until-Not", "false"),
    )
    assert told(*usual, line="deb [trusted=no check-date=yes valid-until-min=60] http://a.example stable main") == []
