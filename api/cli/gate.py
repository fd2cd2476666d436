"""``countersign gate``: may these files be installed? And, once they are: they were."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import example, moment

if TYPE_CHECKING:
    from ..gate.states import States
    from ..usecases.verify import Terms
    from .world import World

STATE = click.option("--state", required=True, metavar="DIR", help="Where the gate keeps what was accepted.")

LONGEST = datetime.timedelta(days=60)
"""For how long a gate may look on without holding anything up."""


@click.group("gate", epilog=example("countersign gate check endpoint-7.2.0.exe --policy gate.toml --state gate"))
def command() -> None:
    """Let nothing be installed by mistake.

    A gate is asked before an installation and told after it. It works offline, and lets through what passed alone.
    """


@command.command("init", epilog=example("countersign gate init --state new-gate"))
@STATE
def begin(state: str) -> int:
    """Begin with a state in which nothing was accepted yet.

    What is accepted first is where the sequence begins: look at it well.
    """
    from ..gate.states import States
    from .world import this_machine

    States(Path(state)).begin()
    this_machine().terminal.write(f"begun: {state}\n")
    return 0


@command.command("check", epilog=example("countersign gate check endpoint-7.2.0.exe --policy gate.toml --state gate"))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@STATE
@click.option("--policy", "policy_path", required=True, metavar="FILE", help="What is required (TOML).")
@click.option("-e", "--evidence", multiple=True, metavar="PATH", help="A file of evidence, or a directory of them.")
@click.option("--bundle", multiple=True, metavar="FILE", help="A verdict bundle, besides what is given or found.")
@click.option("--trust", multiple=True, metavar="FILE|NAME", help="Trust roots and keys that the policy names.")
@click.option("--release", metavar="VERSION", help="The version asked about: {version} in the policy.")
@click.option("--now", callback=moment, metavar="TIME", help="The time to decide at, as in 2026-03-02T11:04:00Z.")
@click.option("--observe", is_flag=True, help="Let everything through, and write down what would not have been.")
@click.option("--until", callback=moment, metavar="TIME", help="When --observe ends: in 60 days at most.")
@click.option("-q", "--quiet", is_flag=True, help="Show nothing: the exit code tells.")
def check(
    files: tuple[str, ...],
    state: str,
    policy_path: str,
    evidence: tuple[str, ...],
    bundle: tuple[str, ...],
    trust: tuple[str, ...],
    release: str | None,
    now: datetime.datetime | None,
    observe: bool,
    until: datetime.datetime | None,
    quiet: bool,
) -> int:
    """Decide whether FILEs may be installed together.

    Exit code: 0 allow; 1 block; 3 and 4 hold, since something is missing or could not be decided. Let through on 0 and
    on nothing else. Tell it of the installation with `countersign gate accept`.
    """
    if observe is (until is None):
        raise click.UsageError("--observe and --until TIME belong together")
    from ..gate.check import check as decide_about
    from ..gate.journal import Journal
    from ..gate.screens import decision_screen
    from ..gate.states import States
    from ..usecases.verify import Verification
    from .world import this_machine

    world = this_machine(show_progress=not quiet)
    at = now or world.clock.now()
    if until is not None and until > at + LONGEST:
        raise click.UsageError("--until is more than 60 days ahead: a gate that only looks on guards nothing")
    states = States(Path(state))
    terms = terms_of(policy_path, trust, release, at, states, world)
    verification = Verification(terms, world.files, world.terminal, evidence, along=bundle)
    decision = decide_about([verification.judge(file) for file in files], terms.policy, states)
    observed = until is not None and at < until
    Journal(Path(state)).append(decision, at, observed=observed)
    if not quiet:
        world.terminal.write(decision_screen(decision, world.look, observed=observed))
    return 0 if observed else decision.exit_code


def terms_of(
    policy_path: str, trust: tuple[str, ...], release: str | None, at: datetime.datetime, states: States, world: World
) -> Terms:
    """What the files are judged under: the client's own policy, trust and state."""
    from attestations.limits import DEFAULT_LIMITS

    from ..gate.check import check_asks_for_current
    from ..usecases.policy import read_policy
    from ..usecases.trust import read_trust, settle_trust
    from ..usecases.verify import Terms
    from ..version import VERSION

    policy = read_policy(policy_path, world.files, DEFAULT_LIMITS)
    check_asks_for_current(policy)
    given = settle_trust(policy, read_trust(trust, world.store, world.files, DEFAULT_LIMITS), world.store)
    return Terms(policy, release, given, at, DEFAULT_LIMITS, VERSION, states.present())


@command.command("accept", epilog=example("countersign gate accept endpoint-7.2.0.exe --state gate"))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@STATE
def accept(files: tuple[str, ...], state: str) -> int:
    """Say that FILEs, which were allowed together, are installed.

    From here on nothing older is allowed. A FILE may be given as sha256:…, where it is no longer there.
    """
    from verifier.updates.streams import read_state

    from ..gate.screens import state_screen
    from ..gate.states import States
    from ..usecases.artifacts import by_digest, is_digest, measure
    from .world import this_machine

    world = this_machine(show_progress=False)
    measured = (
        by_digest(file) if is_digest(file) else measure(file, frozenset(), world.files, lambda _: None)
        for file in files
    )
    digests = [artifact.digests.get("sha256") for artifact in measured]
    content = States(Path(state)).accept(tuple(digest.hex for digest in digests if digest is not None))
    world.terminal.write(state_screen(read_state(content, state)))
    return 0


@command.command("show", epilog=example("countersign gate show --state gate"))
@STATE
def show(state: str) -> int:
    """Show what was accepted, by stream."""
    from verifier.updates.streams import read_state

    from ..gate.screens import state_screen
    from ..gate.states import States
    from .world import this_machine

    this_machine().terminal.write(state_screen(read_state(States(Path(state)).present(), state)))
    return 0
