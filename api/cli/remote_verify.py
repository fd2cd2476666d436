"""``countersign remote verify``: what `verify` finds, found by a service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from .forms import verdict_form
from .options import blaming_flags, example, expectations
from .reaching import Command, Reaching, asking_again, reaching_options

if TYPE_CHECKING:
    from ..client.remote import Remote
    from ..client.verifying import Wanted
    from ..usecases.policy import Expectations
    from ..usecases.verify import Judged, Terms
    from .world import World


ASKING = (
    click.option("-e", "--evidence", multiple=True, metavar="PATH", help="A file of evidence, or a directory of them."),
    click.option("--policy", "policy_path", metavar="FILE", help="What is required, as a policy file (TOML)."),
    click.option(
        "--published", metavar="ID", help="What is required, as the service's operator published it under ID."
    ),
    click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy."),
)
"""What is asked; but for --published, `verify` takes it as well."""

KEEPING = (
    verdict_form,
    click.option("-o", "--output", metavar="FILE", help="Write the verdicts there, all at once."),
    click.option("--record", metavar="FILE", help="Write down all that this verdict follows from, for `replay`."),
    click.option("-q", "--quiet", is_flag=True, help="Show no verdict: the exit code tells."),
    click.option("--no-progress", is_flag=True, help="Show no progress bar."),
)
"""What becomes of a verdict."""


def asking_options(command: Command) -> Command:
    """Give a command the flags of `ASKING`."""
    for option in reversed(ASKING):
        command = option(command)
    return command


def keeping_options(command: Command) -> Command:
    """Give a command the flags of `KEEPING`."""
    for option in reversed(KEEPING):
        command = option(command)
    return command


class Flags(Struct, frozen=True):
    """The command line of ``remote verify``, as typed values."""

    artifacts: tuple[str, ...]
    evidence: tuple[str, ...]
    policy_path: str | None
    published: str | None
    expectations: Expectations
    trust: tuple[str, ...]
    release: str | None
    form: str
    output: str | None
    record: str | None
    quiet: bool
    no_progress: bool
    reaching: Reaching
    key: str | None = None


@click.command(
    "verify",
    epilog=example("countersign remote verify endpoint-7.1.0.exe --policy policy.toml \\\n    --release 7.1.0"),
)
@click.argument("artifacts", nargs=-1, required=True, metavar="ARTIFACT...")
@asking_options
@expectations
@keeping_options
@reaching_options
def command(**given: Any) -> int:
    """Have a service verify files, directories of files, or sha256:… digests.

    The flags are those of `countersign verify`, and so are report and exit code; the time is the service's, and so are
    the trust roots that the policy names and no --trust gives. Evidence is looked for here, as `verify` does.

    Exit code: 0 PASSED, 1 FAILED, 3 INCOMPLETE, 4 ERROR, 5 no verdict yet or no service, 2 for a wrong command line.
    """
    flags = flags_of(given)
    return asking_again(lambda: verified(flags))


def flags_of(given: dict[str, Any]) -> Flags:
    """The flags, where they make sense together."""
    from ..usecases.policy import Expectations

    reaching = Reaching(**{name: given.pop(name) for name in Reaching.__struct_fields__})
    names = ("identity", "issuer", "keys", "source", "tag", "branch", "commit", "builder", "package")
    flags = Flags(expectations=Expectations(**{name: given.pop(name) for name in names}), reaching=reaching, **given)
    said = (flags.policy_path is not None, flags.published is not None, flags.expectations.given)
    if sum(said) > 1:
        raise click.UsageError("--policy, --published, or flags that say who was expected: one of them says it all")
    if not any(said):
        raise click.UsageError(
            "say who was expected: --policy FILE, --identity with --issuer, --key FILE, --published ID"
        )
    if flags.published is not None and flags.trust:
        raise click.UsageError(
            "under what the operator published, the operator's trust alone counts; leave --trust out"
        )
    if flags.record is not None and (len(flags.artifacts) != 1 or Path(flags.artifacts[0]).is_dir()):
        raise click.UsageError("--record is about one verdict; give one ARTIFACT")
    return flags


def verified(flags: Flags) -> int:
    """Have the service verify, show what it found, and return the exit code.

    Raises:
        RemoteFault: ``remote.*``, and what the service refuses a request for.
    """
    from verifier.outcome import combine

    from ..client.verifying import ServiceJudging
    from ..usecases.verify import Contents, Verification, judge_all
    from .output import Output
    from .world import this_machine

    world = this_machine(show_progress=not (flags.quiet or flags.no_progress))
    for path in filter(None, (flags.output, flags.record)):
        world.files.check_writable(path)
    output = Output(world, form=flags.form, path=flags.output, quiet=flags.quiet)
    outcomes = []
    with flags.reaching.remote(world) as remote:
        terms, wanted = _terms(flags, world, remote)
        judging = ServiceJudging(remote, wanted, lambda name: _accepted(name, world))
        verification = Verification(terms, world.files, world.terminal, flags.evidence, elsewhere=judging)
        for item in judge_all(flags.artifacts, verification, world.files):
            if isinstance(item, Contents):
                output.directory(item)
                continue
            _keep(item, flags.record, world)
            outcomes.append(item.verdict.outcome)
            output.verdict(item)
    combined = combine(outcomes)
    output.end(outcomes, combined)
    return combined.exit_code


def _accepted(verification: str, world: World) -> None:
    world.terminal.note(f"countersign: verification {verification}")


def _terms(flags: Flags, world: World, remote: Remote) -> tuple[Terms, Wanted]:
    """What artifacts are judged under, as far as it is known here, and what the service is told of it."""
    from attestations.limits import DEFAULT_LIMITS
    from verifier.policy.toml import to_toml

    from ..client.verifying import Wanted
    from ..usecases.policy import expected_policy, read_policy
    from ..usecases.trust import NO_TRUST, offer_trust, read_trust
    from ..usecases.verify import Terms
    from ..version import VERSION

    now, record = world.clock.now(), flags.record is not None
    if flags.published is not None:
        digest, policy = remote.published(flags.published)
        terms = Terms(policy, flags.release, NO_TRUST, now, DEFAULT_LIMITS, VERSION)
        return terms, Wanted({"digest": digest}, record, flags.key)
    given = read_trust(flags.trust, world.store, world.files, DEFAULT_LIMITS)
    if flags.policy_path is not None:
        policy = read_policy(flags.policy_path, world.files, DEFAULT_LIMITS)
    else:
        with blaming_flags():
            policy, given = expected_policy(flags.expectations, given, world.store, world.files, DEFAULT_LIMITS)
    trust = offer_trust(policy, given, world.store)
    terms = Terms(policy, flags.release, trust, now, DEFAULT_LIMITS, VERSION)
    return terms, Wanted({"content": to_toml(policy)}, record, flags.key)


def _keep(judged: Judged, path: str | None, world: World) -> None:
    if path is None:
        return
    if judged.request is None:
        world.terminal.note("countersign: no record is written: the artifact could not be judged")
        return
    from verifier.record import write_record
    from verifier.report import render_report

    world.files.write(path, write_record(judged.request, render_report(judged.verdict)))
