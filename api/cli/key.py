"""``countersign key``: make a key to sign releases with, and show what others need to trust it."""

from __future__ import annotations

from typing import Any

import click

from .options import example
from .signing import pin_options, pin_source

ALGORITHMS = ("ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87")
"""Those of `effects.keys.making`, which is too heavy to load for a line of help."""


@click.group("key", epilog=example("countersign key show release.key.pub"))
def command() -> None:
    """Make and show keys that sign releases and verdicts.

    Nothing here makes anybody trust a key: that is what policies are for.
    """


@command.command("new", epilog=example("countersign key new vendor.key --algorithm ed25519"))
@click.argument("path", metavar="FILE")
@click.option(
    "--algorithm",
    type=click.Choice(ALGORITHMS),
    default=ALGORITHMS[0],
    metavar="KIND",
    help=f"What kind of key: {', '.join(ALGORITHMS)}.",
)
@pin_options
def new(path: str, algorithm: str, **given: Any) -> int:
    """Make a private key at FILE, encrypted under a passphrase, and its public key at FILE.pub.

    Only its owner may read FILE. Nothing is ever written over.
    """
    from ..render.keys import key_text
    from ..usecases.keys import new_key
    from .world import this_machine

    key = new_key(path, algorithm, pin_source(**given))
    this_machine().terminal.write(key_text(key))
    return 0


@command.command("show", epilog=example("countersign key show release.key.pub"))
@click.argument("uri", metavar="FILE|URI")
@pin_options
def show(uri: str, **given: Any) -> int:
    """Show a key's fingerprint, what a policy says to pin it, and its public half.

    FILE holds public keys (PEM, or as OpenSSH, minisign or OpenPGP write them) or a private one; URI is a key in a
    token or a cloud, as for signing.
    """
    from ..render.keys import key_text
    from ..usecases.keys import public_keys
    from .world import this_machine

    world = this_machine()
    world.terminal.write("\n".join(map(key_text, public_keys(uri, world.files, pin_source(**given)))))
    return 0
