"""What apt tells a hook: all of it is read, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.apt_transactions import LONGEST, Unpacked, read_configuration, read_transaction
from attestations.faults import FormatFault

HEAD = b"""\
VERSION 3
APT::Architecture=amd64
Dir=/target
Dir::State=var/lib/apt
Acquire::IndexTargets::deb::Packages::Description=$(RELEASE)/$(COMPONENT)%20$(ARCHITECTURE)%20Packages
DPkg::Options=

"""
INSTALL = b"endpoint - - none < 7.2.0-1~bpo12+1 amd64 same /var/cache/apt/archives/endpoint_7.2.0_amd64.deb\n"
CHANGES = (
    INSTALL
    + b"endpoint 7.1.0 amd64 none > 7.0.0 all none /home/u/a file.deb\n"
    + b"endpoint - - none < 7.2.0-1~bpo12+1 amd64 same **CONFIGURE**\n"
    + b"driver 1:1.0 amd64 foreign > - - none **REMOVE**\n"
)


def test_what_is_unpacked_is_told_and_nothing_else() -> None:
    read = read_transaction(HEAD + CHANGES)
    assert read.unpacked == (
        Unpacked("endpoint", "7.2.0-1~bpo12+1", "amd64", b"/var/cache/apt/archives/endpoint_7.2.0_amd64.deb"),
        Unpacked("endpoint", "7.0.0", "all", b"/home/u/a file.deb"),
    )
    assert read.configuration[3][1] == "$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Packages"


def test_a_run_that_only_removes_unpacks_nothing() -> None:
    assert read_transaction(HEAD + b"driver 1.0 amd64 none > - - none **REMOVE**\n").unpacked == ()
    assert read_transaction(HEAD).unpacked == ()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "what apt says:1"),
        (b"\n", "what apt says:1"),
        (HEAD.replace(b"3", b"2", 1), "what apt says:1"),
        (b"VERSION 3\nDir=/\n", "what apt says:2"),
        (HEAD.replace(b"Dir=/target", b"Dir /target"), "what apt says:3"),
        (HEAD.replace(b"Dir=/target", b"Dir=/tar get"), "what apt says:3"),
        (HEAD.replace(b"Dir=/target", b"Dir=%2"), "what apt says:3"),
        (HEAD + INSTALL[:-1], "what apt says:8"),
        (HEAD + b"\n", "what apt says:8"),
        (HEAD + INSTALL.replace(b"<", b"!"), "what apt says:8"),
        (HEAD + INSTALL.replace(b" ", b"  ", 1), "what apt says:8"),
        (HEAD + INSTALL.replace(b"endpoint -", b"../endpoint -"), "what apt says:8"),
        (HEAD + INSTALL.replace(b"same", b"SAME"), "what apt says:8"),
        (HEAD + INSTALL.replace(b" /var", b" var"), "what apt says:8"),
        (HEAD + INSTALL.replace(b"/var", b"/v\0r"), "what apt says:8"),
        (HEAD + INSTALL.replace(b"7.2.0-1~bpo12+1", b"-"), "what apt says:8"),
        (HEAD + INSTALL.replace(b"/var", b"**SOMETHING**"), "what apt says:8"),
        (HEAD + INSTALL + b"/var/cache/apt/archives/other.deb\n", "what apt says:9"),
        (HEAD + INSTALL.replace(b"/var", b"/" + b"v" * 70_000), "what apt says:8"),
        (b"x" * (LONGEST + 1), "what apt says:0"),
    ],
)
def test_what_is_not_of_the_protocol_refuses_the_whole(data: bytes, place: str) -> None:
    with pytest.raises(FormatFault) as caught:
        read_transaction(data)
    assert (caught.value.reason, str(caught.value.place)) == ("apt.protocol", place)


def test_a_package_whose_file_apt_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(FormatFault) as caught:
        read_transaction(HEAD + INSTALL + b"driver - - none < 1.0 amd64 none **ERROR**\n")
    assert caught.value.reason == "apt.no_file"


@given(st.integers(0, len(HEAD + CHANGES) - 1), st.binary(min_size=0, max_size=3))
def test_a_byte_that_changes_never_hides_a_file(at: int, put: bytes) -> None:
    """It is refused, or as many files are asked about as before, or a line said that nothing is unpacked."""
    data = HEAD + CHANGES
    changed = data[:at] + put + data[at + 1 :]
    try:
        read = read_transaction(changed)
    except FormatFault:
        return
    lines = changed.split(b"\n\n", 1)[1].split(b"\n")[:-1]
    quiet = sum(line.split(b" ", 8)[8] in (b"**CONFIGURE**", b"**REMOVE**") for line in lines)
    assert len(read.unpacked) == len(lines) - quiet


def test_options_alone_are_read_as_well() -> None:
    """As ``apt-config dump`` writes them, for a form that a hook is told in."""
    assert read_configuration(b"Dir=/\nDPkg::Options::=--force-not-root\n") == (
        ("Dir", "/"),
        ("DPkg::Options::", "--force-not-root"),
    )
    with pytest.raises(FormatFault):
        read_configuration(b'Dir "/";\n')
    with pytest.raises(FormatFault):
        read_configuration(b"Dir=/")
