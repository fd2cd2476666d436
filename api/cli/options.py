"""What several commands take: the flags that say who was expected, moments, raised limits, and the shape of help."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from attestations.digests import Digest

Command = TypeVar("Command", bound=Callable[..., Any])

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_SIZE = re.compile(r"([1-9]\d{0,11})(KiB|MiB|GiB|)", re.ASCII)
_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def example(line: str) -> str:
    """The end of a command's help: one example, which a test runs."""
    return f"\b\nExample:\n  {line}"


def moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime.datetime | None:
    """A moment in RFC 3339, in UTC, with ``Z``: one spelling, no zone to misread."""
    if value is None:
        return None
    try:
        if not _MOMENT.fullmatch(value):
            raise ValueError
        return datetime.datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time in UTC, as in 2026-03-02T11:04:00Z") from None


def digest(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Digest | None:
    """``sha256:`` and hex, or another strong algorithm: in one spelling, which is how programs print it."""
    if value is None:
        return None
    from attestations.digests import parse_digest
    from attestations.faults import FormatFault

    try:
        return parse_digest(value)
    except FormatFault as fault:
        raise click.BadParameter(f"{value!r} is no digest: {fault.expected}") from None


def raised_limits(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """``NAME=SIZE``, repeated: which of our limits shall be what in this run."""
    from attestations.limits import Limits

    names = Limits.__struct_fields__
    raised = {}
    for value in values:
        name, _, text = value.partition("=")
        size = _SIZE.fullmatch(text)
        if name not in names or size is None:
            raise click.BadParameter(f"{value!r} is not NAME=SIZE, as in bundle=8MiB; names: {', '.join(names)}")
        raised[name] = int(size[1]) * _UNITS[size[2]]
        if raised[name] >= 1 << 53:
            raise click.BadParameter(f"{value!r} is more than a record can hold: less than 8 PiB")
    return raised


def size(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    """A number of bytes: ``4096``, ``64MiB``."""
    found = _SIZE.fullmatch(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is not a size, as in 64MiB")
    return int(found[1]) * _UNITS[found[2]]


EXPECTATIONS = (
    click.option("--identity", metavar="TEXT", help="Who signed: the certificate's identity, exactly."),
    click.option("--issuer", metavar="URL", help="Who vouched for that identity: the OIDC issuer, exactly."),
    click.option(
        "--key",
        "keys",
        multiple=True,
        metavar="FILE|DIGEST",
        help="Who signed: a file of public keys (PEM, OpenSSH's, minisign's, OpenPGP's, npm's keys.json), or the"
        " fingerprint of one. Repeatable.",
    ),
    click.option("--package", metavar="PURL", help="What it was published as, a package URL: pkg:npm/name@1.0.0."),
    click.option("--source", metavar="URI", help="The source repository that it was built from."),
    click.option("--tag", metavar="NAME", help="The tag that it was built from."),
    click.option("--branch", metavar="NAME", help="The branch that it was built from."),
    click.option("--commit", metavar="HEX", help="The commit that it was built from."),
    click.option("--builder", metavar="URI", help="The builder that built it."),
    click.option(
        "--trust",
        multiple=True,
        metavar="FILE|NAME",
        help="Whom to trust: a trust root (TrustedRoot JSON), public keys, or a name out of `trust show`."
        " Without it, what the policy names; for flags: sigstore. Repeatable.",
    ),
)
"""The flags out of which a policy can be made. They build the same object that a policy file does."""


def expectations(command: Command) -> Command:
    """Give a command the flags of `EXPECTATIONS`."""
    for option in reversed(EXPECTATIONS):
        command = option(command)
    return command


@contextlib.contextmanager
def blaming_flags() -> Iterator[None]:
    """Turns a policy that flags cannot make into what it is: a wrong command line, at that flag."""
    from attestations.faults import Place
    from verifier.faults import PolicyFault
    from verifier.reasons import REASONS

    from ..render.lines import fault_line

    try:
        yield
    except PolicyFault as fault:
        flag = (fault.place.pointer or "").rpartition("/")[2]
        line = fault_line(fault.at(Place(f"--{flag}" if flag else "")), REASONS[fault.reason].remedy)
        raise click.UsageError(line) from None
