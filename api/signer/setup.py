"""The signer's own directory: where its key is, who it is, what was published to it, what it signed.

    DATA/signer/          0700
        signer.json       who it is: the base of its verifier ids; which key, from when until when
        verdict.key       the key, where it is a file; 0600
        published/        policies and trust files, by the operator        published
        journal.jsonl     every signature                                  journal
        signer.sock       where it is asked; 0600

At the first start of a service on one machine there is nobody to hold a ceremony: the key is made then and there, and
called *unattended* on every verdict.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct

from attestations.faults import Fault
from attestations.strict_json import Node, loads
from verifier.policy.plain import format_time
from verifier.summary import is_uri
from verifier.windows import Window

from ..effects.clock import Clock
from ..effects.keys import PinSource, open_signer
from ..effects.keys.making import write_new
from .countersigner import Countersigner, VerdictKey
from .faults import SignerFault
from .journal import Journal
from .published import Published

FORMAT = "countersign.signer/1"

SETTINGS, KEY, PUBLISHED, JOURNAL, SOCKET = "signer.json", "verdict.key", "published", "journal.jsonl", "signer.sock"


class Settings(Struct, frozen=True):
    """Who the signer is. `base` is the URI that its verifier ids begin with; `window` is when its key may sign.

    `key` is that key's URI, or a bare name: a file in the signer's directory.
    """

    base: str
    key: str
    window: Window
    unattended: bool


def prepare(directory: Path, base: str) -> Settings:
    """The settings in `directory`; where there are none, a new key and settings of a signer that nobody attends.

    Raises:
        SignerFault: ``signer.damaged``.
        OutputFault: ``output.unwritable``.
    """
    if (directory / SETTINGS).exists():
        return read_settings(directory)
    if not is_uri(base):
        raise SignerFault("signer.base", "the base of verifier ids is a URI", actual=base)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (directory / KEY).exists():
        private = ec.generate_private_key(ec.SECP256R1())
        write_new(str(directory / KEY), private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    settings = Settings(base, KEY, Window(None, None), unattended=True)
    write_settings(directory, settings)
    return settings


def write_settings(directory: Path, settings: Settings) -> None:
    """Write the settings of a signer that has none. Raises: OutputFault ``output.*``."""
    start, end = settings.window.start, settings.window.end
    document = {
        "format": FORMAT,
        "base": settings.base,
        "key": settings.key,
        "from": format_time(start) if start is not None else None,
        "until": format_time(end) if end is not None else None,
        "unattended": settings.unattended,
    }
    write_new(str(directory / SETTINGS), json.dumps(document, indent=1).encode("ascii") + b"\n", 0o600)


def read_settings(directory: Path) -> Settings:
    """The settings in `directory`. Raises: SignerFault ``signer.damaged``."""
    path = directory / SETTINGS
    try:
        node = Node(loads(path.read_bytes(), source=SETTINGS), SETTINGS)
        node.only("format", "base", "key", "from", "until", "unattended")
        window = Window(_moment(node.field("from")), _moment(node.field("until")))
        settings = Settings(
            node.field("base").text(), node.field("key").text(), window, node.field("unattended").boolean()
        )
    except (Fault, OSError, ValueError) as error:
        raise SignerFault("signer.damaged", f"{SETTINGS} cannot be used: {error}") from None
    if node.field("format").value != FORMAT or not is_uri(settings.base):
        raise SignerFault("signer.damaged", f"{SETTINGS} is not of a format that is read here", expected=FORMAT)
    return settings


def _moment(node: Node) -> datetime.datetime | None:
    return None if node.value is None else datetime.datetime.fromisoformat(node.text())


def open_countersigner(directory: Path, clock: Clock, pin: PinSource) -> Countersigner:
    """The signer that `directory` says, its key ready; whoever calls it is the only one that does.

    Raises:
        SignerFault: ``signer.damaged``, ``signer.journal_damaged``.
        KeyFault: ``signing.*``.
        InputFault: ``input.*``.
    """
    settings = read_settings(directory)
    uri = settings.key if ":" in settings.key or "/" in settings.key else str(directory / settings.key)
    key = VerdictKey(open_signer(uri, pin), settings.window, settings.unattended)
    return Countersigner(key, Published(directory / PUBLISHED), Journal(directory / JOURNAL), clock)
