"""``countersign verdict``: sign a verdict, check one that somebody signed, compare two."""

from __future__ import annotations

from typing import Any

import click

from .expecting import relying_options, weigh
from .options import example
from .signing import pin_options, pin_source, verifier_id


@click.group("verdict", epilog=example("countersign verdict diff old.json endpoint.record"))
def command() -> None:
    """Sign verdicts, check those of others, compare two.

    A verdict bundle is one file: a summary (VSA) and the properties that hold (SVR), each signed, and the report that
    they sum up, by digest or whole.
    """


@command.command(
    "check",
    epilog=example(
        "countersign verdict check verdict.json endpoint-7.1.0.exe \\\n    --key release.key.pub"
        " --verifier-id https://audit.example/v1 \\\n    --policy named.toml --release 7.1.0"
    ),
)
@click.argument("path", metavar="FILE")
@click.argument("artifact", required=False, metavar="[ARTIFACT]")
@relying_options
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def check(path: str, artifact: str | None, keys: tuple[str, ...], quiet: bool, **given: Any) -> int:
    """Check a signed verdict: FILE is a verdict bundle, or an envelope of a verification summary (VSA), of anybody.

    It passes where the key signed it, and it says PASSED of this ARTIFACT (a file, sha256:…, or what its issuer calls
    it, as in gce_image_id:897…), by this verifier, about this resource, under this policy, with these levels, not too
    long ago.

    Exit code: 0 PASSED, 1 FAILED, 3 INCOMPLETE, 4 ERROR.
    """
    from .world import this_machine

    world = this_machine(show_progress=not quiet)
    result, text = weigh(path, artifact, keys, world, **given)
    if not quiet:
        world.terminal.write(text)
    return result.outcome.exit_code


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
