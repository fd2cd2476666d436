"""``countersign admin tuf``: an assured repository of what passed, which any TUF client follows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .administering import office
from .options import example
from .serving import keeping_options
from .signing import pin_options, pin_source

if TYPE_CHECKING:
    from verifier.keys import PublicKey

    from ..effects.keys import Signer

Command = TypeVar("Command", bound=Callable[..., Any])

DIRECTORY = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
KEYS = click.option("--key", "uris", multiple=True, metavar="FILE|URI", help="A key to sign with. Repeatable.")
ROOTS = "A version of the root: a trust document. Repeatable, in their order."
DUE, EXPIRED = 3, 4
"""How `status` and `refresh` end where something is due, or has expired."""

_HOLDS = re.compile(r"(timestamp|snapshot|targets)=([1-9][0-9]{0,4})([hd])", re.ASCII)
_LISTS = tuple(1 << bits for bits in range(1, 13))


@click.group("tuf", epilog=example("countersign admin tuf status public"))
def command() -> None:
    """Publish what passed as an assured TUF repository.

    Any TUF client follows it, and clients that ask several parties (TAP 4) ask it beside the vendor. DIR is that of
    `admin publish`; there is no copy of the files themselves.
    """


def _holding(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    """``ROLE=12h`` or ``ROLE=7d``, in seconds."""
    seconds = {}
    for value in values:
        match = _HOLDS.fullmatch(value)
        if match is None:
            raise click.BadParameter(f"{value!r} is not ROLE=TIME, as in timestamp=12h or snapshot=7d")
        seconds[match[1]] = int(match[2]) * (3600 if match[3] == "h" else 24 * 3600)
    return seconds


def _paths(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """``POLICY=TEMPLATE``."""
    from ..publish.tuf.settings import is_template

    paths = {}
    for value in values:
        policy, _, template = value.partition("=")
        if not policy or not is_template(template):
            raise click.BadParameter(f"{value!r} is not POLICY=PATH with {{name}} in it, as in acme-endpoint={{name}}")
        paths[policy] = template
    return paths


@command.command(
    "init",
    epilog=example("countersign admin tuf init new --root 1.root.json \\\n    --lists-key online.pub --key online.key"),
)
@DIRECTORY
@click.option("--root", "roots", multiple=True, required=True, metavar="FILE", help=ROOTS)
@click.option("--lists-key", "lists_keys", multiple=True, required=True, metavar="FILE", help="A public key of lists.")
@click.option("--lists-threshold", default=1, type=click.IntRange(1, 64), help="How many of these must sign: 1.")
@click.option(
    "--lists", default="256", type=click.Choice([str(count) for count in _LISTS]), metavar="N", help="How many: 256."
)
@click.option("--succinct", is_flag=True, help="Say so in one line (TAP 15), which some clients do not read.")
@click.option("--holds", multiple=True, callback=_holding, metavar="ROLE=TIME", help="How long a role holds: 12h, 7d.")
@click.option("--path", "paths", multiple=True, callback=_paths, metavar="POLICY=PATH", help="What files are called.")
@KEYS
@pin_options
def init(
    directory: Path,
    roots: tuple[str, ...],
    lists_keys: tuple[str, ...],
    lists_threshold: int,
    lists: str,
    uris: tuple[str, ...],
    holds: dict[str, int],
    paths: dict[str, str],
    *,
    succinct: bool,
    **given: Any,
) -> int:
    """Begin a repository in DIR, with the keys of targets, snapshot, timestamp and lists at hand.

    The root is a trust document that gives keys to the roles, made by `admin ceremony add-key --targets`, `--snapshot`
    and `--timestamp`. The lists' keys stand in none: the top list names them. How many lists there are never changes;
    a list of a thousand paths has about half a megabyte. Files are called {vendor}/{product}/{version}/{name}.
    """
    from verifier.updates.tuf.due import Lifetimes

    from ..publish.tuf.settings import RepositorySettings
    from ..usecases.assured_repository import Lists, begin
    from .world import this_machine

    world = this_machine()
    sharing = Lists(_public(lists_keys), lists_threshold, int(lists).bit_length() - 1, succinct)
    settings = RepositorySettings(lifetimes=Lifetimes(**holds), paths=paths)
    count = begin(directory, _read(roots), sharing, _signers(uris, **given), settings, world.clock.now())
    world.terminal.write(f"lists      {count}, empty\nnext: countersign admin tuf publish {directory} --key …\n")
    return 0


@command.command("publish", epilog=example("countersign admin tuf publish public --key online.key"))
@DIRECTORY
@KEYS
@pin_options
@keeping_options
def publish(directory: Path, uris: tuple[str, ...], pin_fd: int | None, pinentry: str | None, **given: Any) -> int:
    """Bring DIR up to what the service has judged: files as `admin publish` writes them, and the lists of them.

    Listed is what passed under a policy of the operator's that is not retired, by a verdict that nothing superseded and
    that the service's own key signed. What is not listed is told, with exit code 3. A run that finds nothing new and
    nothing due writes nothing.
    """
    from verifier.reasons import REASONS

    from ..publish.tuf.keys import Keyring
    from ..render.lines import fault_line
    from ..render.repository import written_text
    from ..signer.documents import Documents
    from ..signer.setup import TRUST
    from ..usecases.service.assure import Ground, list_passed
    from .world import this_machine

    world = this_machine()
    ring = Keyring(_signers(uris, pin_fd, pinentry))
    with office(**given) as opened:
        ground = Ground(opened.database, opened.published, Documents(opened.setup.directory.signer / TRUST))
        listing = list_passed(ground, directory, ring, world.clock.now())
    written = listing.written
    text = written_text(written.lists, written.roles, written.pruned)
    world.terminal.write(f"looked at  {listing.artifacts} artifacts\n{text}")
    for fault in listing.unlisted:
        world.terminal.note(f"not listed: {fault_line(fault, REASONS[fault.reason].remedy)}")
    return DUE if listing.unlisted else 0


@command.command("refresh", epilog=example("countersign admin tuf refresh public --key online.key"))
@DIRECTORY
@click.option("--root", "roots", multiple=True, metavar="FILE", help=ROOTS)
@click.option("--lists-key", "lists_keys", multiple=True, metavar="FILE", help="Let this public key sign the lists.")
@click.option("--lists-threshold", default=1, type=click.IntRange(1, 64), help="How many of these must sign: 1.")
@KEYS
@pin_options
def refresh(
    directory: Path,
    roots: tuple[str, ...],
    lists_keys: tuple[str, ...],
    lists_threshold: int,
    uris: tuple[str, ...],
    **given: Any,
) -> int:
    """Sign anew what is due, without a look at the service; for a scheduler, once an hour.

    --root follows the root to its next versions: where the keys before are at hand as well, no client notices. Exit
    code 3 says that something is due still, which wants other keys; 4, that something has expired.
    """
    from ..render.repository import written_text
    from ..usecases.assured_repository import refresh as refreshed
    from .world import this_machine

    world = this_machine()
    written = refreshed(
        directory,
        _signers(uris, **given),
        world.clock.now(),
        roots=_read(roots),
        keys=_public(lists_keys),
        threshold=lists_threshold,
    )
    world.terminal.write(written_text(written.lists, written.roles, written.pruned))
    return _status(directory)


@command.command("status", epilog=example("countersign admin tuf status public"))
@DIRECTORY
def status(directory: Path) -> int:
    """Show when each role of the repository in DIR must be signed again.

    Exit code 0: nothing is due; 3: something is; 4: something has expired, and clients refuse it.
    """
    return _status(directory)


def _status(directory: Path) -> int:
    from ..render.repository import deadlines_text
    from ..usecases.assured_repository import deadlines_in
    from .world import this_machine

    world = this_machine()
    now: datetime.datetime = world.clock.now()
    deadlines = deadlines_in(directory)
    world.terminal.write(deadlines_text(deadlines, now))
    states = {deadline.state(now) for deadline in deadlines}
    return EXPIRED if "expired" in states else DUE if "due" in states else 0


def _signers(uris: tuple[str, ...], pin_fd: int | None, pinentry: str | None) -> list[Signer]:
    from ..effects.keys import open_signer

    source = pin_source(pin_fd, pinentry)
    return [open_signer(uri, source) for uri in uris]


def _read(paths: tuple[str, ...]) -> tuple[bytes, ...]:
    from attestations.limits import DEFAULT_LIMITS

    from .world import this_machine

    files = this_machine().files
    return tuple(files.read(path, "trust_root", DEFAULT_LIMITS) for path in paths)


def _public(paths: tuple[str, ...]) -> tuple[PublicKey, ...]:
    from ..effects.keys.pins import PromptPin
    from ..usecases.keys import public_keys
    from .world import this_machine

    world = this_machine()
    return tuple(key for path in paths for key in public_keys(path, world.files, PromptPin()))
