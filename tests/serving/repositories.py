"""An assured repository as commands speak of it: a root that people made, a key that is online, a first edition."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec.structs import replace

from api.cli import main
from api.effects.keys.files import file_signer
from attestations.faults import Place
from attestations.trust_documents import BELOW, RoleKeys
from tests.ceremony.parties import signed, terms
from verifier.trust_documents import root_key

LATER = datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)


def lay_out_repository(directory: Path) -> None:
    """``1.root.json``, ``online.key`` and ``online.pub``, and a repository in ``public``."""
    private = ec.generate_private_key(ec.SECP256R1())
    key = directory / "online.key"
    key.touch(0o600)
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (directory / "online.pub").write_bytes(public)
    online = RoleKeys(dict([root_key(file_signer(private, Place()).public_key)]), 1)
    said = replace(terms(), expires=LATER, below=dict.fromkeys(BELOW, online))
    (directory / "1.root.json").write_bytes(signed(said, "ann", "bert"))
    words = ("--root", "1.root.json", "--lists-key", "online.pub", "--key", "online.key", "--lists", "4")
    assert main(["admin", "tuf", "init", "public", *words]) == 0
