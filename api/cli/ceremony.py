"""``countersign admin ceremony``: people make a trust document together, each at a machine of their own."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import digest, example, moment
from .signing import pin_options, pin_source

if TYPE_CHECKING:
    from attestations.digests import Digest

    from ..usecases.ceremony import Draft

DIRECTORY = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))


@click.group("ceremony", epilog=example("countersign admin ceremony show draft"))
def command() -> None:
    """Make the service's trust document: m of n people say which keys sign its verdicts.

    DIR goes round, on paper or a stick; no key leaves its machine, and nothing here needs a network. The document is a
    TUF root; each version is signed by the threshold of the one before and by its own.
    """


@command.command("init", epilog=example("countersign admin ceremony init new --base https://audit.example"))
@DIRECTORY
@click.option("--base", metavar="URI", help="What the service's verifier ids begin with; for the first version.")
@click.option("--after", metavar="FILE", help="The version that this one follows on; it begins with all that it says.")
@click.option("--threshold", type=click.IntRange(1, 64), help="How many of the root keys must sign: by default 2.")
@click.option("--expires", callback=moment, metavar="TIME", help="Until when it holds: by default a year from now.")
def init(
    directory: Path, base: str | None, after: str | None, threshold: int | None, expires: datetime.datetime | None
) -> int:
    """Begin the first version, or with --after the next one, in DIR."""
    from ..usecases.ceremony import begin_ceremony, follow_ceremony
    from .world import this_machine

    world = this_machine()
    until = expires or world.clock.now() + datetime.timedelta(days=365)
    if (base is None) is (after is None):
        raise click.UsageError("give --base for a first version, or --after for the next one")
    if after is not None:
        draft = follow_ceremony(directory, Path(after).read_bytes(), threshold, until)
    else:
        draft = begin_ceremony(directory, base or "", threshold or 2, until)
    return _show(draft, "next: countersign admin ceremony add-key, for every root key and verdict key")


@command.command("add-key", epilog=example("countersign admin ceremony add-key draft ann.key.pub --root"))
@DIRECTORY
@click.argument("path", metavar="FILE")
@click.option("--root", "kind", flag_value="root", help="A person's: it signs trust documents.")
@click.option("--verdict", "kind", flag_value="verdict", help="The service's: it signs verdicts.")
@click.option("--targets", "kind", flag_value="targets", help="It signs which roles the assured repository has.")
@click.option("--snapshot", "kind", flag_value="snapshot", help="It signs the assured repository's snapshots.")
@click.option("--timestamp", "kind", flag_value="timestamp", help="It signs the assured repository's timestamps.")
@click.option("--threshold", type=click.IntRange(1, 64), help="How many keys of its role below the root must sign.")
@click.option("--from", "start", callback=moment, metavar="TIME", help="From when a verdict key may sign: now.")
@click.option("--until", callback=moment, metavar="TIME", help="Until when; by default as long as it is listed.")
def add_key(
    directory: Path,
    path: str,
    kind: str | None,
    threshold: int | None,
    start: datetime.datetime | None,
    until: datetime.datetime | None,
) -> int:
    """Add the public key in FILE to the draft in DIR."""
    from ..effects.keys.pins import PromptPin
    from ..usecases.ceremony import add_role_key, add_root, add_verdict_key
    from ..usecases.keys import public_keys
    from .world import this_machine

    world = this_machine()
    keys = public_keys(path, world.files, PromptPin())
    if kind is None or len(keys) != 1:
        raise click.UsageError("give one public key, and say what it signs: --root, --verdict or a role below the root")
    if kind == "root":
        draft = add_root(directory, keys[0])
    elif kind != "verdict":
        draft = add_role_key(directory, kind, keys[0], threshold)
    else:
        draft = add_verdict_key(directory, keys[0], start or world.clock.now(), until)
    return _show(draft, "next: another key, or countersign admin ceremony sign, at each person's machine")


@command.command("end-key", epilog=example("countersign admin ceremony end-key draft bert.key.pub"))
@DIRECTORY
@click.argument("key", metavar="FILE|FINGERPRINT")
@click.option("--at", callback=moment, metavar="TIME", help="When a verdict key ends: by default now.")
@click.option("--compromised", is_flag=True, help="Others may have it: nothing that it ever signed counts any more.")
def end_key(directory: Path, key: str, at: datetime.datetime | None, *, compromised: bool) -> int:
    """Take a root key out of the draft in DIR, or let a verdict key end."""
    from ..effects.keys.pins import PromptPin
    from ..usecases.ceremony import end_key as ended
    from ..usecases.keys import public_keys
    from .world import this_machine

    world = this_machine()
    known = digest(click.get_current_context(), click.Argument(["key"]), key) if key.startswith("sha256:") else None
    fingerprint = known or public_keys(key, world.files, PromptPin())[0].fingerprint
    draft = ended(directory, fingerprint, at or world.clock.now(), compromised=compromised)
    return _show(draft, "next: countersign admin ceremony sign")


@command.command("show", epilog=example("countersign admin ceremony show draft"))
@DIRECTORY
def show(directory: Path) -> int:
    """Show the draft in DIR: what it says, its digest to read out, and who has signed."""
    from ..usecases.ceremony import read_draft

    return _show(read_draft(directory), "")


@command.command("sign", epilog=example("countersign admin ceremony sign draft --key release.key --person Ann"))
@DIRECTORY
@click.option("--key", "uri", required=True, metavar="FILE|URI", help="Your root key: a file, pkcs11:… .")
@click.option("--person", required=True, metavar="NAME", help="Your name, as it shall stand in the transcript.")
@click.option(
    "--draft", callback=digest, metavar="DIGEST", help="The digest that was read out to you; else you are asked."
)
@pin_options
def sign(directory: Path, uri: str, person: str, draft: Digest | None, **given: Any) -> int:
    """Sign the draft in DIR, and that you were there. Your file in DIR/signatures goes back to the others."""
    from ..effects.consent import typed_yes
    from ..effects.keys import open_signer
    from ..usecases.ceremony import read_draft, sign_draft
    from .world import this_machine

    world = this_machine()
    if draft is None:
        seen = read_draft(directory)
        _show(seen, "")
        if not typed_yes(f"Is {seen.digest} the draft that was read out to you?"):
            raise click.UsageError("give the digest that was read out to you by --draft, or type yes at the terminal")
        draft = seen.digest
    path = sign_draft(directory, person, open_signer(uri, pin_source(**given)), draft, world.clock.now())
    return _show(read_draft(directory), f"signed: give {path.name} to the others, into their {path.parent.name}")


@command.command("assemble", epilog=example("countersign admin ceremony assemble complete"))
@DIRECTORY
def assemble(directory: Path) -> int:
    """Make the document and the transcript out of the signatures in DIR, where they are enough."""
    from ..render.ceremony import document_text
    from ..usecases.ceremony import assemble as assembled
    from .world import this_machine

    document = assembled(directory)
    this_machine().terminal.write(
        document_text(document)
        + f"next: countersign admin ceremony install {directory / f'{document.terms.version}.root.json'}\n"
    )
    return 0


@command.command("check", epilog=example("countersign admin ceremony check 1.root.json --transcript transcript.json"))
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@click.option("--transcript", metavar="FILE", help="Who says that they made the last of them.")
def check(paths: tuple[str, ...], transcript: str | None) -> int:
    """Check trust documents, each vouched for by the one before, and who was there when the last was made."""
    from ..render.ceremony import attendance_text, document_text
    from ..usecases.ceremony_check import check_ceremony
    from .world import this_machine

    world = this_machine()
    document, witnesses = check_ceremony(paths, transcript, world.files)
    world.terminal.write(document_text(document) + "".join(map(attendance_text, witnesses)))
    return 0


@command.command(
    "install", epilog=example("countersign admin ceremony install 1.root.json --data new --key release.key")
)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The service's directory.")
@click.option("--key", "uri", metavar="FILE|URI", help="The verdict key that the document lists: a file, pkcs11:… .")
def install(paths: tuple[str, ...], data: Path, uri: str | None) -> int:
    """Let the service's signer go by these trust documents, from its next start."""
    from ..render.ceremony import document_text
    from ..usecases.ceremony_check import documents_in
    from ..usecases.signer_trust import install as installed
    from .world import this_machine

    world = this_machine()
    uri = str(Path(uri).resolve()) if uri is not None and Path(uri).exists() else uri
    document = installed(data / "signer", documents_in(paths, world.files), uri)
    world.terminal.write(f"{document_text(document)}next: start the signer again, and publish the document\n")
    return 0


def _show(draft: Draft, after: str) -> int:
    from ..render.ceremony import draft_text
    from .world import this_machine

    text = draft_text(draft.terms, draft.digest, draft.signed, draft.due)
    this_machine().terminal.write(text + (f"{after}\n" if after else ""))
    return 0
