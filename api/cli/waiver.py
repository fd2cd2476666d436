"""``countersign waiver``: let an update through for hours, on the word of two persons, and leave a trace of it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from .options import example, moment
from .signing import pin_options, pin_source

if TYPE_CHECKING:
    from verifier.waivers import Approver

    from .world import World

LONGEST = 72
"""Hours; `verifier.waivers` keeps to it."""


@click.group("waiver", epilog=example("countersign waiver show --help"))
def command() -> None:
    """Excuse an update that is held, for hours, by two persons.

    A waiver names files, one policy, and reasons of INCOMPLETE or ERROR. Two persons whom the gate's settings name sign
    the same bytes. It changes what the gate does, and never an outcome; what was refuted stays blocked.
    """


@command.command(
    "new",
    epilog=example(
        "countersign waiver new endpoint-7.2.0.exe --policy named.toml \\\n"
        '    --reason verdict.absent --why "the assurer is down" -o waiver.json'
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--policy", "policy_path", required=True, metavar="FILE", help="The policy that holds them up (TOML).")
@click.option("--reason", "reasons", multiple=True, required=True, metavar="CODE", help="What is excused. Repeatable.")
@click.option("--why", required=True, metavar="TEXT", help="Why, for whoever reads it later.")
@click.option("--hours", type=click.IntRange(1, LONGEST), default=24, help="For how long; 24 without it, 72 at most.")
@click.option("--from", "start", callback=moment, metavar="TIME", help="When it begins; now, without it.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where the statement goes, to be signed.")
def new(
    files: tuple[str, ...],
    policy_path: str,
    reasons: tuple[str, ...],
    why: str,
    hours: int,
    start: datetime.datetime | None,
    output: str,
) -> int:
    """Write the waiver of FILEs that two persons are to sign.

    Files are named by their SHA-256, and may be given so where they are elsewhere: sha256:… . Nothing is excused by it
    before it is signed.
    """
    from attestations.limits import DEFAULT_LIMITS
    from attestations.predicates.waiver import LONGEST_WHY
    from verifier.policy.plain import digest
    from verifier.waivers import read_waiver

    from ..render.waivers import waiver_text
    from ..usecases.artifacts import by_digest, is_digest, measure
    from ..usecases.policy import read_policy
    from ..usecases.waivers import Wanted, waiver_statement
    from .world import this_machine

    if not 1 <= len(why.strip()) <= LONGEST_WHY:
        raise click.UsageError(f"--why takes 1 to {LONGEST_WHY} characters: somebody will read it later")
    world = this_machine()
    world.files.check_writable(output)
    policy = digest(read_policy(policy_path, world.files, DEFAULT_LIMITS))
    begin = (start or world.clock.now()).replace(microsecond=0)
    artifacts = [
        by_digest(file) if is_digest(file) else measure(file, (), world.files, lambda _: None) for file in files
    ]
    wanted = Wanted(policy, reasons, begin, begin + datetime.timedelta(hours=hours), why)
    content = waiver_statement(wanted, artifacts)
    world.files.write(output, content)
    world.terminal.write(waiver_text(read_waiver(content, DEFAULT_LIMITS)))
    world.terminal.write(f"wrote {world.look.clean(output)}: not signed; two persons sign it by `waiver sign`\n")
    return 0


@command.command("sign", epilog=example("countersign waiver sign waiver.json --key release.key -o waiver.duty.json"))
@click.argument("path", metavar="FILE")
@click.option("--key", required=True, metavar="FILE|URI", help="Your own private key: a file, pkcs11:… .")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where your envelope goes: the gate's waivers.")
@pin_options
def sign(path: str, key: str, output: str, pin_fd: int | None, pinentry: str | None) -> int:
    """Sign the waiver in FILE: as `waiver new` wrote it, or as somebody else has signed it.

    It is shown before your key is asked for. You answer for it by name: the gate writes down who let what through.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.waivers import check_time, read_waiver

    from ..effects.keys import open_signer
    from ..render.waivers import waiver_text
    from ..usecases.waivers import payload_of, sign_waiver
    from .world import this_machine

    world = this_machine()
    world.files.check_writable(output)
    payload = payload_of(path, world.files)
    waiver = read_waiver(payload, DEFAULT_LIMITS)
    check_time(waiver, world.clock.now())
    world.terminal.write(waiver_text(waiver))
    signer = open_signer(key, pin_source(pin_fd, pinentry))
    world.files.write(output, sign_waiver(payload, signer))
    world.terminal.write(f"wrote {world.look.clean(output)}: signed under {signer.public_key.fingerprint}\n")
    return 0


@command.command("show", epilog=example("countersign waiver show waiver.json"))
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--config", metavar="FILE", help="The settings of the gate that it is for (TOML).")
@click.option("--approver", "approvers", multiple=True, metavar="NAME=FILE", help="Who may sign, by key. Repeatable.")
@click.option("--now", callback=moment, metavar="TIME", help="The time to ask about, as in 2026-03-02T11:04:00Z.")
def show(paths: tuple[str, ...], config: str | None, approvers: tuple[str, ...], now: datetime.datetime | None) -> int:
    """Show what the waivers in FILEs say; and with --config or --approver, whether they hold.

    Exit code: 0; where it is asked whether they hold, 0 where one does and nothing is left over, and 4 otherwise.
    """
    from .world import this_machine

    world = this_machine()
    if approvers or config is not None:
        named = (*_named_in(config, world), *(_approver(each, world) for each in approvers))
        return _show_holding(paths, named, now or world.clock.now(), world)
    from attestations.limits import DEFAULT_LIMITS
    from verifier.waivers import read_waiver

    from ..render.waivers import waiver_text
    from ..usecases.waivers import payload_of

    payloads = dict.fromkeys(payload_of(path, world.files) for path in paths)
    world.terminal.write("\n".join(waiver_text(read_waiver(payload, DEFAULT_LIMITS)) for payload in payloads))
    return 0


def _show_holding(paths: tuple[str, ...], named: tuple[Approver, ...], now: datetime.datetime, world: World) -> int:
    from verifier.outcome import Outcome
    from verifier.reasons import REASONS

    from ..render.lines import fault_line
    from ..render.waivers import waiver_text
    from ..usecases.waivers import read_waivers

    waivers, aside = read_waivers(paths, named, now, world.files)
    for waiver in waivers:
        world.terminal.write(waiver_text(waiver) + "it holds\n")
    for each in aside:
        line = fault_line(each.fault, REASONS[each.fault.reason].remedy, world.look)
        world.terminal.write(f"{world.look.clean(', '.join(each.names))} does not count: {line}\n")
    return Outcome.PASSED.exit_code if waivers and not aside else Outcome.ERROR.exit_code


def _named_in(config: str | None, world: World) -> tuple[Approver, ...]:
    """Who may sign waivers of the gate with these settings."""
    if config is None:
        return ()
    from ..gate.settings import read_settings
    from ..usecases.waivers import read_approver

    settings = read_settings(config, world.files)
    return tuple(read_approver(each.name, each.file, each.key, world.files) for each in settings.approvers)


def _approver(text: str, world: World) -> Approver:
    from ..usecases.waivers import read_approver

    name, _, path = text.rpartition("=")
    if not name:
        raise click.UsageError(f"--approver {text!r} is not NAME=FILE")
    return read_approver(name, path, None, world.files)
