"""``countersign tuf``: files that several TUF repositories agree on, each checked by our own client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import example, moment

if TYPE_CHECKING:
    import datetime

    from attestations.faults import Fault

    from ..usecases.agreeing import Sources
    from ..usecases.second_client import SecondClient
    from .world import World

MAP = click.option("--map", "map_path", required=True, metavar="FILE", help="Which repositories must agree on what.")
STATE = click.option("--state", required=True, metavar="DIR", help="Where what is trusted of each of them is kept.")
SECOND = click.option(
    "--second-opinion", is_flag=True, help="Ask another client, too: slower, and errors show where they differ."
)
NOW = click.option("--now", callback=moment, metavar="TIME", help="The time to decide at, as in 2026-03-02T11:04:00Z.")


@click.group("tuf", epilog=example("countersign tuf get endpoint-7.1.0.exe --map map.json --state repositories"))
def command() -> None:
    """Take a file that vendor and assurer agree on, out of TUF repositories.

    The map says which repositories there are, which of them must agree on which paths, and which belong to one party
    (TAP 4). What was accepted of a repository is kept, and nothing older is taken later.
    """


@command.command(
    "init",
    epilog=example(
        "countersign tuf init --map map.json --state repositories \\\n"
        "    --root vendor=vendor.json --root assurer=assurer.json"
    ),
)
@MAP
@STATE
@click.option("--root", "roots", multiple=True, metavar="NAME=FILE", help="The first root to trust of a repository.")
@NOW
def begin(map_path: str, state: str, roots: tuple[str, ...], now: datetime.datetime | None) -> int:
    """Trust a first root of each repository, which you were handed over by a road that you trust.

    Every later root follows from it, by the signatures that it asks for.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..effects.alone import alone
    from ..render.repositories import pinned_screen
    from ..usecases.agreeing import pin
    from .world import this_machine

    world = this_machine()
    sources = _sources(map_path, state, now, world)
    given = dict(_named(root, sources) for root in roots)
    contents = {name: world.files.read(path, "trust_root", DEFAULT_LIMITS) for name, path in given.items()}
    with alone(Path(state)):
        world.terminal.write(pinned_screen(pin(sources, contents)))
    return 0


def _named(root: str, sources: Sources) -> tuple[str, str]:
    name, equals, path = root.partition("=")
    if not equals or name not in sources.repositories.repositories:
        known = ", ".join(sources.repositories.repositories)
        raise click.UsageError(f"--root {root!r} is not NAME=FILE with a repository of the map: {known}")
    return name, path


@command.command("refresh", epilog=example("countersign tuf refresh --map map.json --state repositories"))
@MAP
@STATE
@SECOND
@NOW
def refresh(map_path: str, state: str, second_opinion: bool, now: datetime.datetime | None) -> int:
    """Follow every repository to what it says now.

    With --second-opinion, or "engines": 2 in the map, the client of the `tuf` library must come to the same.

    Exit code: 0 all of them are current; 1, 3 or 4 as the worst of what was refused.
    """
    from verifier.outcome import combine
    from verifier.reasons import outcome_of
    from verifier.updates.tuf.tap4 import Refused

    from ..effects.alone import alone
    from ..render.repositories import session_line
    from ..usecases.agreeing import Asked
    from .world import this_machine

    world = this_machine()
    sources = _sources(map_path, state, now, world)
    outcomes = []
    with alone(Path(state)):
        asked = Asked(sources, _second(sources, second_opinion))
        for name in sources.repositories.repositories:
            session = asked.current(name)
            world.terminal.write(session_line(name, session, asked.confirmed.get(name)))
            if isinstance(session, Refused):
                outcomes.append(outcome_of(session.fault.reason))
    return combine(outcomes).exit_code if outcomes else 0


@command.command("get", epilog=example("countersign tuf get endpoint-7.1.0.exe --map map.json --state repositories"))
@click.argument("name", metavar="NAME")
@MAP
@STATE
@click.option("-o", "--output", metavar="FILE", help="Where the file goes; without it, only what is agreed is shown.")
@SECOND
@NOW
def get(
    name: str, map_path: str, state: str, output: str | None, second_opinion: bool, now: datetime.datetime | None
) -> int:
    """Take the file NAME, as all parties that the map asks for list it.

    The repositories are followed to now. Before the file takes its place at FILE, enough parties must list its length
    and every hash that they give; what stood there stays where anything is refused. With --second-opinion, or
    "engines": 2 in the map, the client of the `tuf` library must come to the same of each repository that counts.

    Exit code: 0 agreed on, and fetched; 1 refuted; 3 too few agree, or they contradict one another; 4 not decided.
    """
    from attestations.faults import Fault

    from ..effects.alone import alone
    from ..render.repositories import agreement_screen
    from ..usecases.agreeing import Asked
    from .world import this_machine

    if not _is_text(name):
        raise click.UsageError(f"{name!r} is not UTF-8, as every name in a repository is")
    world = this_machine()
    sources = _sources(map_path, state, now, world)
    if output is not None:
        world.files.check_writable(output)
    with alone(Path(state)):
        asked = Asked(sources, _second(sources, second_opinion))
        try:
            agreement = asked.find(name)
            source = asked.download(agreement, output) if output is not None else None
        except Fault as fault:
            return _refused(fault, world)
    world.terminal.write(agreement_screen(agreement, asked.confirmed, source, output))
    return 0


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _refused(fault: Fault, world: World) -> int:
    """What was found out about repositories is an answer, and has its outcome's exit code."""
    from verifier.reasons import REASONS, outcome_of

    from ..render.lines import fault_line
    from ..render.visible import visible

    world.terminal.write(visible(f"REFUSED  {fault_line(fault, REASONS[fault.reason].remedy)}") + "\n")
    return outcome_of(fault.reason).exit_code


def _second(sources: Sources, wanted: bool) -> SecondClient | None:
    """Whom to ask for a second opinion: nobody, unless a flag or the map wants one."""
    if not wanted and sources.repositories.engines == 1:
        return None
    from ..engines.tuf_asking import TufLibrary
    from ..usecases.second_client import SecondClient

    return SecondClient(TufLibrary(), sources.now, sources.bounds, sources.repositories.engines)


def _sources(map_path: str, state: str, now: datetime.datetime | None, world: World) -> Sources:
    from attestations.limits import DEFAULT_LIMITS
    from attestations.tuf.maps import parse_map
    from verifier.updates.tuf.client import Bounds

    from ..usecases.agreeing import Sources

    repositories = parse_map(world.files.read(map_path, "policy", DEFAULT_LIMITS), source=map_path)
    return Sources(repositories, Path(state), now or world.clock.now(), DEFAULT_LIMITS, Bounds())
