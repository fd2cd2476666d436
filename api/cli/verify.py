"""``countersign verify``: was this made by whom we expected, as we expected, and can it be proved?"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from msgspec import Struct

from .forms import verdict_form
from .options import blaming_flags, example, expectations, moment, raised_limits
from .signing import Signing, signing_options

if TYPE_CHECKING:
    from ..engines.asking import Engines
    from ..usecases.policy import Expectations
    from ..usecases.verify import Judged, Terms
    from .world import World


@click.command(
    "verify",
    epilog=example("countersign verify endpoint-7.1.0.exe --policy policy.toml --release 7.1.0"),
)
@click.argument("artifacts", nargs=-1, metavar="ARTIFACT...")
@click.option("-e", "--evidence", multiple=True, metavar="PATH", help="A file of evidence, or a directory of them.")
@click.option("--policy", "policy_path", metavar="FILE", help="What is required, as a policy file (TOML).")
@expectations
@click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy.")
@click.option("--state", metavar="FILE", help="What was accepted before, for a policy that asks for *current*.")
@click.option("--print-policy", is_flag=True, help="Show the policy that the flags come to, and verify nothing.")
@click.option("--now", callback=moment, metavar="TIME", help="The time to verify at, as in 2026-03-02T11:04:00Z.")
@click.option("--limit", "limits", multiple=True, callback=raised_limits, metavar="NAME=SIZE", help="Change a limit.")
@verdict_form
@click.option("-o", "--output", metavar="FILE", help="Write the verdicts there, all at once, and not to the screen.")
@click.option("--record", metavar="FILE", help="Write down all that this verdict follows from, for `replay`.")
@click.option("--dossier", metavar="DIR", help="Make a directory of all that a reader of this verdict needs.")
@click.option(
    "--second-opinion", is_flag=True, help="Ask another engine, too: slower, and errors show where they differ."
)
@signing_options
@click.option("-q", "--quiet", is_flag=True, help="Show no verdict: the exit code tells.")
@click.option("--no-progress", is_flag=True, help="Show no progress bar.")
def command(**given: Any) -> int:
    """Verify files, directories of files, or sha256:… digests.

    Say who was expected: with --policy, with --identity and --issuer, or with --key. Without --evidence it looks for
    NAME.sigstore.json, .sigstore, .bundle, .intoto.jsonl, .provenance, .publish.attestation, .minisig, .sig and .asc
    beside NAME, and for a SHA256SUMS with the same of its own, and says what it took.

    Exit code: 0 PASSED, 1 FAILED, 3 INCOMPLETE, 4 ERROR, 2 for a wrong command line.
    """
    return _run(_flags(given))


class Flags(Struct, frozen=True):
    """The command line of ``verify``, as typed values."""

    artifacts: tuple[str, ...]
    evidence: tuple[str, ...]
    policy_path: str | None
    expectations: Expectations
    trust: tuple[str, ...]
    release: str | None
    state: str | None
    print_policy: bool
    now: datetime.datetime | None
    limits: Mapping[str, int]
    form: str
    output: str | None
    record: str | None
    dossier: str | None
    second_opinion: bool
    signing: Signing
    quiet: bool
    no_progress: bool


def _flags(given: dict[str, Any]) -> Flags:
    """The flags, where they make sense together."""
    from ..usecases.policy import Expectations

    names = ("identity", "issuer", "keys", "source", "tag", "branch", "commit", "builder", "package")
    signing = Signing(**{name: given.pop(name) for name in Signing.__struct_fields__})
    flags = Flags(expectations=Expectations(**{name: given.pop(name) for name in names}), signing=signing, **given)
    if flags.print_policy and flags.artifacts:
        raise click.UsageError("--print-policy verifies nothing; give it no ARTIFACT")
    if not flags.print_policy and not flags.artifacts:
        raise click.UsageError("give an ARTIFACT: a file, a directory, or sha256:…")
    if flags.policy_path is not None and flags.expectations.given:
        raise click.UsageError("--policy says all that is expected; the flags that say so cannot stand beside it")
    if flags.policy_path is None and not flags.expectations.given:
        raise click.UsageError("say who was expected: --policy FILE, or --identity with --issuer, or --key FILE")
    signing.check_complete()
    if len(flags.artifacts) != 1 or Path(flags.artifacts[0]).is_dir():
        wanted = {"record": flags.record, "dossier": flags.dossier, "sign": signing.sign}
        for name, given_value in wanted.items():
            if given_value is not None:
                raise click.UsageError(f"--{name} is about one verdict; give one ARTIFACT")
    return flags


def _run(flags: Flags) -> int:
    from verifier.outcome import combine
    from verifier.policy.toml import to_toml

    from ..usecases.verify import Contents, Verification, judge_all
    from .output import Output
    from .world import this_machine

    world = this_machine(show_progress=not (flags.quiet or flags.no_progress))
    terms = _terms(flags, world)
    if flags.print_policy:
        world.terminal.write(to_toml(terms.policy))
        return 0
    _check_writable(flags, world)
    signer = flags.signing.open()
    output = Output(world, form=flags.form, path=flags.output, quiet=flags.quiet)
    verification = Verification(terms, world.files, world.terminal, flags.evidence, _engines(flags, terms))
    outcomes = []
    for item in judge_all(flags.artifacts, verification, world.files):
        if isinstance(item, Contents):
            output.directory(item)
            continue
        _keep(item, flags, world)
        outcomes.append(item.verdict.outcome)
        output.verdict(item)
        flags.signing.sign_judged(item, signer, world)
    combined = combine(outcomes)
    output.end(outcomes, combined)
    return combined.exit_code


def _terms(flags: Flags, world: World) -> Terms:
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.policy import expected_policy, read_policy
    from ..usecases.trust import NO_TRUST, read_trust, settle_trust
    from ..usecases.verify import Terms
    from ..version import VERSION

    limits = msgspec.structs.replace(DEFAULT_LIMITS, **flags.limits)
    given = read_trust(flags.trust, world.store, world.files, limits)
    if flags.policy_path is not None:
        policy = read_policy(flags.policy_path, world.files, limits)
    else:
        with blaming_flags():
            policy, given = expected_policy(flags.expectations, given, world.store, world.files, limits)
    trust = NO_TRUST if flags.print_policy else settle_trust(policy, given, world.store)
    state = world.files.read(flags.state, "record", limits) if flags.state is not None else None
    return Terms(policy, flags.release, trust, flags.now or world.clock.now(), limits, VERSION, state)


def _engines(flags: Flags, terms: Terms) -> Engines | None:
    """Whom to ask for a second opinion: nobody, unless a flag or the policy wants one."""
    if not flags.second_opinion and terms.policy.trust.engines < 2:
        return None
    from ..engines.asking import WorkerEngines

    return WorkerEngines()


def _check_writable(flags: Flags, world: World) -> None:
    """Refuse, before anybody works for it, what could not be written in the end."""
    from .output import check_dossier

    for path in filter(None, (flags.output, flags.record)):
        world.files.check_writable(path)
    check_dossier(flags.dossier, world)
    if flags.signing.bundle_out is not None:
        world.files.check_vacant(flags.signing.bundle_out)


def _keep(judged: Judged, flags: Flags, world: World) -> None:
    """Write the record and the dossier that were asked for."""
    if flags.record is None and flags.dossier is None:
        return
    from verifier.record import write_record
    from verifier.report import render_report

    from .output import write_dossier

    if judged.request is None:
        wanted = "record" if flags.record is not None else "dossier"
        world.terminal.note(f"countersign: no {wanted} is written: the artifact could not be judged")
        return
    report = render_report(judged.verdict)
    if flags.record is not None:
        world.files.write(flags.record, write_record(judged.request, report))
    if flags.dossier is not None:
        write_dossier(flags.dossier, judged.request, judged.verdict, world)
