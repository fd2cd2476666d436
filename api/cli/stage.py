"""``countersign stage``: a mirror of what passed."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import example, moment

if TYPE_CHECKING:
    from ..gate.decisions import Decision
    from ..gate.staging import Staging
    from ..gate.states import States
    from ..usecases.verify import Terms
    from .world import World


@click.command(
    "stage",
    epilog=example("countersign stage incoming mirror --policy gate.toml --state gate"),
)
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="TARGET")
@click.option("--state", required=True, metavar="DIR", help="Where the gate keeps what was accepted.")
@click.option("--policy", "policy_path", required=True, metavar="FILE", help="What is required (TOML).")
@click.option("-e", "--evidence", multiple=True, metavar="NAME", help="Evidence in SOURCE: a file, or a directory.")
@click.option("--trust", multiple=True, metavar="FILE|NAME", help="Trust roots and keys that the policy names.")
@click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy.")
@click.option("--now", callback=moment, metavar="TIME", help="The time to decide at, as in 2026-03-02T11:04:00Z.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def command(
    source: str,
    target: str,
    state: str,
    policy_path: str,
    evidence: tuple[str, ...],
    trust: tuple[str, ...],
    release: str | None,
    now: datetime.datetime | None,
    quiet: bool,
) -> int:
    """Serve the files of SOURCE at TARGET/current, if they may be installed.

    They are copied, the copy is judged as by `gate check`, and if all of it is allowed it takes the place of what was
    served, in one step, and is accepted. Else what was served before stays.

    Exit code: 0 served; 1 refuted, 3 and 4 held, and the last good set is still served.
    """
    from ..gate.staging import Staging
    from ..gate.states import States
    from .gate import terms_of
    from .world import this_machine

    world = this_machine(show_progress=not quiet)
    at = now or world.clock.now()
    states, staging = States(Path(state)), Staging(Path(target))
    with staging.alone():
        _accept(staging.served_unaccepted(), staging, states)
        terms = terms_of(policy_path, trust, release, at, states, world)
        taken, name = staging.take(source, world.files)
        decision = _decide(taken, tuple(_inside(taken, each) for each in evidence), terms, states, world)
        _note(decision, at, state)
        if decision.exit_code == 0:
            _promote(staging, taken, name, decision, states)
    if not quiet:
        _tell(decision, staging.served(), world)
    return decision.exit_code


def _tell(decision: Decision, served: str | None, world: World) -> None:
    from ..gate.screens import decision_screen

    world.terminal.write(decision_screen(decision, world.look, observed=False))
    world.terminal.write(f"serving {served}\n" if served is not None else "nothing is served yet\n")


def _inside(taken: Path, name: str) -> str:
    """What was called `name` in the source, in the copy."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise click.UsageError(f"{name!r} is not in SOURCE: evidence is taken and served with the files")
    return str(taken / path)


def _decide(taken: Path, evidence: tuple[str, ...], terms: Terms, states: States, world: World) -> Decision:
    from ..gate.check import check
    from ..usecases.verify import Verification

    verification = Verification(terms, world.files, world.terminal, evidence)
    contents = verification.contents(str(taken))
    return check([verification.judge(file) for file in contents.artifacts], terms.policy, states)


def _note(decision: Decision, at: datetime.datetime, state: str) -> None:
    from ..gate.journal import Journal

    Journal(Path(state)).append(decision, at, observed=False)


def _promote(staging: Staging, taken: Path, name: str, decision: Decision, states: States) -> None:
    """Served first, accepted then; where a run is cut off in between, the next one begins with accepting."""
    digests = (verdict.artifact.digests.get("sha256") for verdict in decision.verdicts)
    artifacts = tuple(digest.hex for digest in digests if digest is not None)
    staging.promote(taken, name, artifacts)
    _accept(artifacts, staging, states)


def _accept(artifacts: tuple[str, ...], staging: Staging, states: States) -> None:
    from verifier.faults import UpdateFault

    if artifacts:
        # What was accepted before the run was cut off is not offered any more, and need not be.
        with contextlib.suppress(UpdateFault):
            states.accept(artifacts)
    staging.accepted()
