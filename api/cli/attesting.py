"""What every ``countersign attest`` has in common: how it is signed, held against a policy, and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from .signing import pin_options, pin_source

if TYPE_CHECKING:
    from verifier.request import KeyFile

    from ..usecases.attest import Signing
    from ..usecases.verify import Terms
    from .world import World

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option("--key", metavar="FILE|URI", help="Sign under this key."),
    click.option("--keyless", is_flag=True, help="Sign as the CI job that this is, by Sigstore. Needs the network."),
    click.option("--dry-run", is_flag=True, help="Sign nothing: give the exact bytes of the statement."),
    click.option("--preflight", metavar="FILE", help="Write only what passes under this policy (TOML)."),
    click.option("--release", metavar="VERSION", help="The version that the policy is asked about."),
    click.option("--trust", multiple=True, metavar="FILE|NAME", help="Trust roots and keys of the policy. Repeatable."),
    click.option("-e", "--evidence", multiple=True, metavar="PATH", help="What else customers get as evidence."),
    click.option("-o", "--output", metavar="FILE", help="Write it there, and not to the screen."),
)
"""The last of a command's flags; those of the secret stand between."""


def attest_options(command: Command) -> Command:
    """Give a command the flags of `OPTIONS` and those of the secret."""
    for option in reversed(OPTIONS[1:]):
        command = option(command)
    return OPTIONS[0](pin_options(command))


class Flags(Struct, frozen=True):
    """How to sign, what to hold it against, where to write it."""

    key: str | None
    keyless: bool
    dry_run: bool
    preflight: str | None
    release: str | None
    trust: tuple[str, ...]
    evidence: tuple[str, ...]
    output: str | None


def attest(
    paths: tuple[str, ...],
    statement: Callable[[], bytes],
    version: str | None,
    *,
    pin_fd: int | None,
    pinentry: str | None,
    **given: Any,
) -> int:
    """Sign the statement about the files at `paths`, hold it against the policy, write it: or say why not.

    `version` is the one that a policy is asked about where no flag says another.
    """
    flags = Flags(**given)
    _check(flags)
    from .world import this_machine

    world = this_machine()
    if flags.output is not None:
        world.files.check_writable(flags.output)
    if flags.dry_run:
        return _write(statement(), flags, world)
    content = statement()
    signing, keys = _signing(flags, pin_fd, pinentry)
    attestation = signing(content)
    if flags.preflight is not None:
        code = _preflight(paths, attestation, _terms(flags, version, keys, world), flags, world)
        if code:
            return code
    return _write(attestation, flags, world)


def _check(flags: Flags) -> None:
    if [flags.key is not None, flags.keyless, flags.dry_run].count(True) != 1:
        raise click.UsageError("say how it is signed: --key FILE|URI, or --keyless; or --dry-run, to sign nothing")
    if flags.preflight is None and (flags.release is not None or flags.trust or flags.evidence):
        raise click.UsageError("--release, --trust and --evidence are for --preflight")
    if flags.preflight is not None and flags.dry_run:
        raise click.UsageError("--preflight judges what is signed; with --dry-run nothing is")


def _signing(flags: Flags, pin_fd: int | None, pinentry: str | None) -> tuple[Signing, tuple[KeyFile, ...]]:
    """How to sign, and the public key under which it is signed, where that is anybody's for longer."""
    if flags.key is None:
        from ..effects.keyless import SigstoreKeyless

        return SigstoreKeyless().sign, ()
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from verifier.request import KeyFile

    from ..effects.keys import open_signer
    from ..usecases.attest import by_key

    signer = open_signer(flags.key, pin_source(pin_fd, pinentry))
    pem = signer.public_key.handle.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return by_key(signer), (KeyFile("the signer's key", pem),)


def _terms(flags: Flags, version: str | None, keys: tuple[KeyFile, ...], world: World) -> Terms:
    """Those of a customer today, who has the trust material that was given, and the public key.

    A key is trusted by nobody until the policy pins it, so to have it along proves nothing.
    """
    import msgspec

    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.policy import read_policy
    from ..usecases.trust import read_trust, settle_trust
    from ..usecases.verify import Terms
    from ..version import VERSION

    assert flags.preflight is not None
    policy = read_policy(flags.preflight, world.files, DEFAULT_LIMITS)
    given = read_trust(flags.trust, world.store, world.files, DEFAULT_LIMITS)
    given = msgspec.structs.replace(given, keys=(*given.keys, *keys))
    trust = settle_trust(policy, given, world.store)
    return Terms(policy, flags.release or version, trust, world.clock.now(), DEFAULT_LIMITS, VERSION)


def _preflight(paths: tuple[str, ...], attestation: bytes, terms: Terms, flags: Flags, world: World) -> int:
    """Judge each file; show the verdicts where one does not pass. The exit code of all of them."""
    from verifier.outcome import combine

    from ..render.text import screen, summary
    from ..usecases.attest import preflight

    verdicts = preflight(paths, attestation, flags.evidence, terms, world.files, world.terminal)
    outcomes = [verdict.outcome for verdict in verdicts]
    combined = combine(outcomes)
    if combined.exit_code:
        for verdict in verdicts:
            world.terminal.write(screen(verdict, world.look, own=True) + "\n")
        notes = ["preflight: nothing is written, for it would not pass"]
        world.terminal.write(summary(outcomes, combined, world.look, notes=notes))
    return combined.exit_code


def _write(content: bytes, flags: Flags, world: World) -> int:
    if flags.output is not None:
        world.files.write(flags.output, content)
        what = "a statement, not signed" if flags.dry_run else "a signed statement"
        passes = f", which passes {world.look.clean(flags.preflight)}" if flags.preflight is not None else ""
        world.terminal.write(f"wrote {world.look.clean(flags.output)}: {what}{passes}\n")
    else:
        world.terminal.write_bytes(content)
    return 0


@contextmanager
def blaming_words() -> Iterator[None]:
    """Turns a statement that its own reader refuses into what it is: a wrong command line."""
    from attestations.faults import FormatFault

    try:
        yield
    except FormatFault as fault:
        expected = f" (expected {fault.expected})" if fault.expected else ""
        raise click.UsageError(f"{fault.place.pointer or ''}: {fault.detail}{expected} [{fault.reason}]") from None
