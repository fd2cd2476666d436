"""``countersign verdict``: sign a verdict, check one that somebody signed, compare two."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import click

from .options import digest, example, moment
from .signing import pin_options, pin_source, verifier_id

if TYPE_CHECKING:
    from attestations.digests import Digest
    from verifier.verdict_check import Expectations

    from .world import World

_AGE = re.compile(r"([1-9][0-9]{0,5})([dhs])", re.ASCII)
_UNITS = {"d": "days", "h": "hours", "s": "seconds"}


@click.group("verdict", epilog=example("countersign verdict diff old.json endpoint.record"))
def command() -> None:
    """Sign verdicts, check those of others, compare two.

    A verdict bundle is one file: a summary (VSA) and the properties that hold (SVR), each signed, and the report that
    they sum up, by digest or whole.
    """


def _age(_context: click.Context, _parameter: click.Parameter, value: str) -> datetime.timedelta | None:
    """``30d``, ``12h``, ``90s``; ``any`` is None."""
    if value == "any":
        return None
    parts = _AGE.fullmatch(value)
    if parts is None:
        raise click.BadParameter(f"{value!r} is no age, as in 30d, 12h or any")
    return datetime.timedelta(**{_UNITS[parts[2]]: int(parts[1])})


@command.command(
    "check",
    epilog=example(
        "countersign verdict check verdict.json endpoint-7.1.0.exe \\\n    --key release.key.pub"
        " --verifier-id https://audit.example/v1 \\\n    --policy named.toml --release 7.1.0"
    ),
)
@click.argument("path", metavar="FILE")
@click.argument("artifact", required=False, metavar="[ARTIFACT]")
@click.option("--key", "keys", multiple=True, metavar="FILE", help="A public key of the verifier (PEM).")
@click.option("--trust-document", metavar="NAME", help="The service's trust document, as pinned, in place of --key.")
@click.option(
    "--verifier-id",
    callback=verifier_id,
    metavar="URI",
    help="The one verifier that this key speaks for; with --trust-document, by default that of --policy.",
)
@click.option("--key-id", metavar="TEXT", help="Take only a signature that calls its key so.")
@click.option("--resource", metavar="URI", help="What it must be about, exactly; by default, what --policy says.")
@click.option("--policy", "policy_path", metavar="FILE", help="The policy that it must have been made under.")
@click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy.")
@click.option(
    "--policy-digest",
    callback=digest,
    metavar="DIGEST",
    help="The digest of that policy, where you have no file of it.",
)
@click.option("--level", "levels", multiple=True, metavar="WORD", help="A level that it must state, or a higher one.")
@click.option(
    "--max-age", default="30d", callback=_age, metavar="AGE", help="How old it may be: 30d, 12h, any. By default 30d."
)
@click.option("--now", callback=moment, metavar="TIME", help="The time to check at, as in 2026-03-02T11:04:00Z.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def check(path: str, artifact: str | None, keys: tuple[str, ...], quiet: bool, **given: Any) -> int:
    """Check a signed verdict: FILE is a verdict bundle, or an envelope of a verification summary (VSA), of anybody.

    It passes where the key signed it, and it says PASSED of this ARTIFACT (a file, sha256:…, or what its issuer calls
    it, as in gce_image_id:897…), by this verifier, about this resource, under this policy, with these levels, not too
    long ago.

    Exit code: 0 PASSED, 1 FAILED, 3 INCOMPLETE, 4 ERROR.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..render.verdicts import checked
    from ..usecases.verdicts import Reading, check_verdict, read_keys
    from .pinning import rely_on
    from .world import this_machine

    world = this_machine(show_progress=not quiet)
    now = given.pop("now") or world.clock.now()
    named = given.pop("trust_document")
    if bool(keys) is (named is not None):
        raise click.UsageError("say whose word counts: --key FILE, or --trust-document NAME")
    relying = rely_on(named, path, world, now) if named is not None else None
    expected = _expectations(world, base=relying.base if relying is not None else None, **given)
    trusted = relying.keys if relying is not None else read_keys(keys, world.files, DEFAULT_LIMITS)
    reading = Reading(world.files, world.terminal, DEFAULT_LIMITS)
    result = check_verdict(path, expected, artifact, trusted, reading, now)
    if relying is not None:
        relying.check_time(result)
    if not quiet:
        world.terminal.write(checked(path, result, world.look) + (relying.text if relying is not None else ""))
    return result.outcome.exit_code


def _expectations(
    world: World,
    *,
    base: str | None,
    policy_path: str | None,
    policy_digest: Digest | None,
    release: str | None,
    **given: Any,
) -> Expectations:
    from attestations.limits import DEFAULT_LIMITS
    from verifier.policy.plain import digest as policy_digest_of
    from verifier.summary import resource_of
    from verifier.trust_documents import verifier_of
    from verifier.verdict_check import Expectations

    from ..usecases.policy import read_policy

    if policy_path is not None and policy_digest is not None:
        raise click.UsageError("--policy and --policy-digest both say which policy; give one")
    if policy_path is None and given["resource"] is None:
        raise click.UsageError("say what the summary must be about: --resource URI, or --policy FILE that names it")
    policy = policy_digest
    if policy_path is not None:
        known = read_policy(policy_path, world.files, DEFAULT_LIMITS)
        policy = policy_digest_of(known)
        given["resource"] = given["resource"] or resource_of(known, release)
        if base is not None:
            given["verifier_id"] = given["verifier_id"] or verifier_of(base, known)
    if given["verifier_id"] is None:
        raise click.UsageError("say which verifier the verdict must be by: --verifier-id URI")
    if base is not None and not given["verifier_id"].startswith(f"{base}/verifier/"):
        raise click.UsageError(f"the trust document speaks for verifiers under {base}/verifier/ alone")
    return Expectations(
        verifier=given["verifier_id"],
        resource=given["resource"],
        levels=given["levels"],
        policy=policy,
        max_age=given["max_age"],
        key_id=given["key_id"],
    )


@command.command("diff", epilog=example("countersign verdict diff old.json endpoint.record"))
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
def diff(old: str, new: str) -> int:
    """Show each value in which two verdicts differ.

    OLD and NEW are reports, signed or not, verdict bundles that hold theirs, or records. No signature is checked.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.report_diff import diff_reports

    from ..render.verdicts import compared
    from ..usecases.verdicts import report_in
    from .world import this_machine

    world = this_machine()
    (before, first), (after, second) = (report_in(path, world.files, DEFAULT_LIMITS) for path in (old, new))
    world.terminal.write(compared((old, new), (first, second), diff_reports(before, after), world.look))
    return 0


@command.command(
    "sign",
    epilog=example(
        "countersign verdict sign endpoint.record --key release.key \\\n"
        "    --verifier-id https://audit.example/v1 -o signed"
    ),
)
@click.argument("path", metavar="RECORD")
@click.option("--key", required=True, metavar="FILE|URI", help="The private key: a file, pkcs11:…, or a cloud's.")
@click.option("--verifier-id", required=True, callback=verifier_id, metavar="URI", help="Who you are as a verifier.")
@click.option("--artifact", metavar="PATH", help="Also measure this file, which must be the artifact of the record.")
@click.option("-o", "--output", required=True, metavar="DIR", help="The directory to make of the signed verdict.")
@pin_options
def sign(path: str, key: str, artifact: str | None, output: str, **given: Any) -> int:
    """Judge the RECORD again, and sign what comes out, if it is what was recorded.

    Exit code: that of the verdict; 4 where another report comes out, and nothing is signed.
    """
    from attestations.limits import DEFAULT_LIMITS
    from verifier.reasons import REASONS

    from ..effects.keys import open_signer
    from ..render.lines import fault_line
    from ..usecases.replay import replay
    from .output import write_signed
    from .world import this_machine

    world = this_machine()
    verifier = given.pop("verifier_id")
    world.files.check_vacant(output)
    signer = open_signer(key, pin_source(**given))
    result = replay(path, artifact, world.files, world.terminal, DEFAULT_LIMITS)
    if result.fault is not None:
        reason = REASONS[result.fault.reason]
        world.terminal.note(f"countersign: {fault_line(result.fault, reason.remedy)}")
        return reason.outcome.exit_code
    text = write_signed(output, result.request, result.verdict, signer, verifier, world)
    world.terminal.write(text)
    return result.verdict.outcome.exit_code
