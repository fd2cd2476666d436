"""``countersign remote show``: what became of a verification, or a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .forms import verdict_form
from .options import example
from .reaching import Reaching, asking_again, reaching_options

if TYPE_CHECKING:
    from .world import World


@click.command("show", epilog=example("countersign remote show verification-0123456789 --wait 10m"))
@click.argument("id", metavar="ID")
@verdict_form
@click.option("-o", "--output", metavar="FILE", help="Write the verdict there.")
@click.option("--record", metavar="FILE", help="Write down all that this verdict follows from, for `replay`.")
@click.option("--bundle", metavar="FILE", help="Write the signed verdict there, for `verdict check`.")
@click.option("-q", "--quiet", is_flag=True, help="Show no verdict: the exit code tells.")
@reaching_options
def command(id: str, **given: Any) -> int:  # noqa: A002  # the argument's own name
    """Show the verdict of the verification ID, or the verdict ID, as soon as it is there.

    Exit code: that of the verdict, or 5 where there is none yet.
    """
    reaching = Reaching(**{name: given.pop(name) for name in Reaching.__struct_fields__})
    return asking_again(lambda: _show(id, reaching, **given))


def _show(
    name: str, reaching: Reaching, form: str, output: str | None, record: str | None, bundle: str | None, quiet: bool
) -> int:
    from ..client.remote import Standing
    from ..client.verifying import fetch
    from ..usecases.verify import Judged
    from .output import Output
    from .world import this_machine

    world = this_machine()
    for path in filter(None, (output, record, bundle)):
        world.files.check_writable(path)
    out = Output(world, form=form, path=output, quiet=quiet)
    with reaching.remote(world) as remote:
        known = Standing(name, name) if name.startswith("verdict-") else remote.standing(name)
        standing = remote.wait(known)
        verdict, _ = fetch(remote, standing, None, record=False)
        if record is not None:
            world.files.write(record, remote.record(standing.verdict or ""))
        if bundle is not None:
            _keep_bundle(bundle, remote.bundle(standing.verdict or ""), world)
    out.verdict(Judged(verdict, None))
    out.end([verdict.outcome], verdict.outcome)
    return verdict.outcome.exit_code


def _keep_bundle(path: str, bundle: bytes | None, world: World) -> None:
    if bundle is None:
        world.terminal.note(
            "countersign: no signed verdict is written: the signer signs under published policies alone"
        )
        return
    world.files.write(path, bundle)
