"""``countersign trust``: which trust roots and keys are known by name, and how current they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import digest, example

if TYPE_CHECKING:
    from attestations.digests import Digest
    from attestations.trust_documents import TrustDocument

    from ..effects.trust_store import Stored
    from .world import World


@click.group("trust", epilog=example("countersign trust show"))
def command() -> None:
    """Show, refresh, add and carry trust roots and keys.

    A policy names what it trusts; these are the names it can use. Nothing here is used unless a policy or a flag
    names it.
    """


@command.command("show", epilog=example("countersign trust show sigstore"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
def show(names: tuple[str, ...]) -> int:
    """Show each trust root and key file by name, with its date and digest."""
    from ..usecases.trust import stored
    from .world import this_machine

    world = this_machine()
    entries = [stored(name, world.store) for name in names] if names else world.store.all()
    for number, entry in enumerate(entries):
        world.terminal.write(("\n" if number else "") + _text(entry, world))
    return 0


@command.command("update", epilog=example("countersign trust update sigstore"))
@click.argument("names", nargs=-1, metavar="[NAME]...")
def update(names: tuple[str, ...]) -> int:
    """Fetch the present roots, by default of all that have a repository. Needs the network; never goes back."""
    from ..effects.trust_source import TufSource
    from ..effects.trust_store import INSTANCES
    from ..usecases.trust import refresh_trust
    from .world import this_machine

    world = this_machine()
    source = TufSource(world.store.directory)
    for name in names or INSTANCES:
        refreshed = refresh_trust(name, world.store, source, world.clock)
        news = "new" if refreshed.changed else "unchanged"
        world.terminal.write(f"{name}: {news}, current as of {refreshed.after.dated:%Y-%m-%d %H:%M UTC}\n")
    return 0


@command.command("add", epilog=example("countersign trust add acme vendor.pub.pem"))
@click.argument("name")
@click.argument("path", metavar="FILE")
def add(name: str, path: str) -> int:
    """Keep a trust root (TrustedRoot JSON) or public keys (PEM) under NAME, for policies to name."""
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.trust import add_trust
    from .world import this_machine

    world = this_machine()
    entry = add_trust(name, path, world.store, world.files, world.clock, DEFAULT_LIMITS)
    world.terminal.write(_text(entry, world))
    return 0


@command.command("export", epilog=example("countersign trust export trust.json sigstore"))
@click.argument("path", metavar="FILE")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def export(path: str, names: tuple[str, ...]) -> int:
    """Write trust roots and keys, by default all, to FILE for a machine without a network.

    Prints FILE's SHA-256. Tell it to whoever imports FILE by a way that FILE itself does not take.
    """
    from ..usecases.trust_export import export_trust
    from .world import this_machine

    world = this_machine()
    exported = export_trust(path, names, world.store, world.files)
    world.terminal.write(f"{exported.fingerprint}\n\n" + _texts(exported.entries, world))
    return 0


@command.command("import", epilog=example("countersign trust import trust.json"))
@click.argument("path", metavar="FILE")
@click.option(
    "--fingerprint",
    callback=digest,
    metavar="sha256:HEX",
    help="What `trust export` printed: FILE must be that very file.",
)
def import_(path: str, fingerprint: Digest | None) -> int:
    """Keep what `trust export` wrote to FILE: all of it, or nothing if anything is damaged or older than what is held.

    Without --fingerprint, compare the SHA-256 that is printed with the one that `trust export` printed.
    """
    from attestations.limits import DEFAULT_LIMITS

    from ..usecases.trust_export import import_trust
    from .world import this_machine

    world = this_machine()
    imported = import_trust(path, fingerprint, world.store, world.files, world.clock, DEFAULT_LIMITS)
    same = "".join(f"\n{entry.name}: unchanged\n" for entry in imported.unchanged)
    world.terminal.write(
        f"{imported.fingerprint}\n" + ("\n" if imported.kept else "") + _texts(imported.kept, world) + same
    )
    return 0


@command.command("pin", epilog=example("countersign trust pin 1.root.json"))
@click.argument("sources", metavar="FILE|URL...", nargs=-1, required=True)
@click.option("--as", "name", metavar="NAME", help="What to pin it as: by default the host of the service's URIs.")
@click.option("--fingerprint", callback=digest, metavar="sha256:HEX", help="The fingerprint that you were told.")
@click.option("--replace", is_flag=True, help="Pin it anew, whatever is pinned under that name.")
def pin(sources: tuple[str, ...], name: str | None, fingerprint: Digest | None, *, replace: bool) -> int:
    """Pin a service's trust document, which says whose signatures its verdicts bear.

    The first time, compare the fingerprint with one that you were told by another way than the document came: give it,
    or type yes. Later versions are taken where the pinned one vouches for them; give all since, in their order. From a
    URL (https), those in between are fetched from beside it.
    """
    from ..effects import consent
    from ..render.ceremony import document_text
    from ..usecases.trust_pin import name_of
    from ..usecases.trust_pin import pin as pinned
    from .pinning import contents_of, pins_of
    from .world import this_machine

    world = this_machine()
    pins = pins_of(world)
    contents = contents_of(sources, name, pins, world, replace=replace)
    shown: list[str] = []

    def confirm(document: TrustDocument, told: Digest) -> bool:
        shown.append(document_text(document))
        world.terminal.write(shown[0])
        return consent.typed_yes(f"Were you told {told}, by another way than this came?")

    known = name or name_of(contents[-1])
    done = pinned(known, contents, pins, fingerprint, confirm, world.clock.now(), replace=replace)
    if not shown:
        world.terminal.write(document_text(done.document))
    world.terminal.write(f"{'pinned' if done.changed else 'unchanged'}     {done.name}\n")
    return 0


def _texts(entries: tuple[Stored, ...], world: World) -> str:
    return "\n".join(_text(entry, world) for entry in entries)


def _text(entry: Stored, world: World) -> str:
    from ..render.trust import entry_text

    now = world.clock.now()
    return entry_text(entry.name, entry.sha256, entry.dated, entry.origin, entry.source, now, world.look)
