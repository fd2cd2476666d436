"""``countersign remote``: verdicts of a service, as `verify` gives those of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from .forms import verdict_form
from .options import blaming_flags, example, expectations
from .reaching import AWAY, Command, Reaching, reaching_options

if TYPE_CHECKING:
    from attestations.faults import Fault

    from ..client.verifying import Wanted
    from ..usecases.policy import Expectations
    from ..usecases.verify import Judged, Terms
    from .world import World


@click.group("remote", epilog=example("countersign remote show vf_0123456789 --wait 10m"))
def command() -> None:
    """Have a service verify, and fetch what it found.

    Exit codes are those of `verify`, and 5 where there is no verdict yet or the service is not reached.
    """


ASKING = (
    click.option("-e", "--evidence", multiple=True, metavar="PATH", help="A file of evidence, or a directory of them."),
    click.option("--policy", "policy_path", metavar="FILE", help="What is required, as a policy file (TOML)."),
    click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy."),
)
"""What `verify` takes as well."""

KEEPING = (
    verdict_form,
    click.option("-o", "--output", metavar="FILE", help="Write the verdicts there, all at once."),
    click.option("--record", metavar="FILE", help="Write down all that this verdict follows from, for `replay`."),
    click.option("-q", "--quiet", is_flag=True, help="Show no verdict: the exit code tells."),
    click.option("--no-progress", is_flag=True, help="Show no progress bar."),
)
"""What becomes of a verdict."""


def _with(options: Iterable[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def give(command: Command) -> Command:
        for option in reversed(tuple(options)):
            command = option(command)
        return command

    return give


class Flags(Struct, frozen=True):
    """The command line of ``remote verify``, as typed values."""

    artifacts: tuple[str, ...]
    evidence: tuple[str, ...]
    policy_path: str | None
    expectations: Expectations
    trust: tuple[str, ...]
    release: str | None
    form: str
    output: str | None
    record: str | None
    quiet: bool
    no_progress: bool
    reaching: Reaching


@command.command(
    "verify", epilog=example("countersign remote verify endpoint-7.1.0.exe --policy policy.toml --release 7.1.0")
)
@click.argument("artifacts", nargs=-1, required=True, metavar="ARTIFACT...")
@_with(ASKING)
@expectations
@_with(KEEPING)
@reaching_options
def verify(**given: Any) -> int:
    """Have a service verify files, directories of files, or sha256:… digests.

    The flags are those of `countersign verify`, and so are report and exit code; the time is the service's, and so are
    the trust roots that the policy names and no --trust gives. Evidence is looked for here, as `verify` does.

    Exit code: 0 PASSED, 1 FAILED, 3 INCOMPLETE, 4 ERROR, 5 no verdict yet or no service, 2 for a wrong command line.
    """
    return _run(_flags(given))


def _flags(given: dict[str, Any]) -> Flags:
    from ..usecases.policy import Expectations

    reaching = Reaching(**{name: given.pop(name) for name in Reaching.__struct_fields__})
    names = ("identity", "issuer", "keys", "source", "tag", "branch", "commit", "builder", "package")
    flags = Flags(expectations=Expectations(**{name: given.pop(name) for name in names}), reaching=reaching, **given)
    if flags.policy_path is not None and flags.expectations.given:
        raise click.UsageError("--policy says all that is expected; the flags that say so cannot stand beside it")
    if flags.policy_path is None and not flags.expectations.given:
        raise click.UsageError("say who was expected: --policy FILE, or --identity with --issuer, or --key FILE")
    if flags.record is not None and (len(flags.artifacts) != 1 or Path(flags.artifacts[0]).is_dir()):
        raise click.UsageError("--record is about one verdict; give one ARTIFACT")
    return flags


def _run(flags: Flags) -> int:
    from verifier.outcome import combine

    from ..client.faults import AWAY as ASK_AGAIN
    from ..client.faults import RemoteFault
    from ..client.verifying import ServiceJudging
    from ..usecases.verify import Contents, Verification, judge_all
    from .output import Output
    from .world import this_machine

    world = this_machine(show_progress=not (flags.quiet or flags.no_progress))
    terms, wanted = _terms(flags, world)
    for path in filter(None, (flags.output, flags.record)):
        world.files.check_writable(path)
    output = Output(world, form=flags.form, path=flags.output, quiet=flags.quiet)
    outcomes = []
    try:
        with flags.reaching.remote(world) as remote:
            judging = ServiceJudging(remote, wanted, lambda name: _accepted(name, world))
            verification = Verification(terms, world.files, world.terminal, flags.evidence, elsewhere=judging)
            for item in judge_all(flags.artifacts, verification, world.files):
                if isinstance(item, Contents):
                    output.directory(item)
                    continue
                _keep(item, flags.record, world)
                outcomes.append(item.verdict.outcome)
                output.verdict(item)
    except RemoteFault as fault:
        if fault.reason not in ASK_AGAIN:
            raise
        return _away(fault, world)
    combined = combine(outcomes)
    output.end(outcomes, combined)
    return combined.exit_code


def _accepted(verification: str, world: World) -> None:
    world.terminal.note(f"countersign: verification {verification}")


def _away(fault: Fault, world: World) -> int:
    """Say why there is no verdict now, and how to go on."""
    from verifier.reasons import REASONS

    from ..render.lines import fault_line
    from ..render.visible import visible

    world.terminal.note(visible(f"countersign: {fault_line(fault, REASONS[fault.reason].remedy)}"))
    return AWAY


def _terms(flags: Flags, world: World) -> tuple[Terms, Wanted]:
    """What artifacts are judged under, as far as it is known here, and what the service is told of it."""
    from attestations.limits import DEFAULT_LIMITS
    from verifier.policy.toml import to_toml

    from ..client.verifying import Wanted
    from ..usecases.policy import expected_policy, read_policy
    from ..usecases.trust import offer_trust, read_trust
    from ..usecases.verify import Terms
    from ..version import VERSION

    given = read_trust(flags.trust, world.store, world.files, DEFAULT_LIMITS)
    if flags.policy_path is not None:
        policy = read_policy(flags.policy_path, world.files, DEFAULT_LIMITS)
    else:
        with blaming_flags():
            policy, given = expected_policy(flags.expectations, given, world.store, world.files, DEFAULT_LIMITS)
    trust = offer_trust(policy, given, world.store)
    wanted = Wanted({"content": to_toml(policy)}, record=flags.record is not None)
    return Terms(policy, flags.release, trust, world.clock.now(), DEFAULT_LIMITS, VERSION), wanted


def _keep(judged: Judged, path: str | None, world: World) -> None:
    if path is None:
        return
    if judged.request is None:
        world.terminal.note("countersign: no record is written: the artifact could not be judged")
        return
    from verifier.record import write_record
    from verifier.report import render_report

    world.files.write(path, write_record(judged.request, render_report(judged.verdict)))
