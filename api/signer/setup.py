"""The signer's own directory: where its key is, who it is, what was published to it, what it signed.

    DATA/signer/          0700
        signer.json       who it is: the base of its verifier ids; which key
        verdict.key       the key, where it is a file; 0600
        root.key          of a signer that nobody attends: the root key, beside it; 0600
        trust/            the trust documents: which key may sign, and when     documents
        published/        policies and trust files, by the operator            published
        journal.jsonl     every signature                                      journal
        signer.sock       where it is asked; 0600

At the first start of a service on one machine there is nobody to hold a ceremony: both keys are made then and there,
and called *unattended*, in the trust document and with every verdict. The document is renewed while it lasts.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct
from msgspec.structs import replace

from attestations.faults import Fault
from attestations.strict_json import Node, loads
from attestations.trust_documents import Terms, TrustDocument, covered_bytes, write_trust_document
from attestations.tuf.metadata import Signature
from verifier.summary import is_uri
from verifier.trust_documents import root_key, verdict_key
from verifier.windows import Window

from ..effects.clock import Clock, SystemClock
from ..effects.keys import PinSource, Signer, open_signer
from ..effects.keys.files import open_file
from ..effects.keys.making import write_new
from ..effects.keys.pins import NobodyToAsk
from .countersigner import Countersigner, VerdictKey
from .documents import Documents
from .faults import SignerFault
from .journal import Journal
from .published import Published

FORMAT = "countersign.signer/1"

SETTINGS, KEY, ROOT_KEY, SOCKET = "signer.json", "verdict.key", "root.key", "signer.sock"
PUBLISHED, JOURNAL, TRUST = "published", "journal.jsonl", "trust"

LASTS = datetime.timedelta(days=365)
"""How long a document that nobody attends holds."""

RENEWED = datetime.timedelta(days=120)
"""How long before its end it is renewed, at the next start."""


class Settings(Struct, frozen=True):
    """Who the signer is. `base` is the URI that its verifier ids begin with.

    `key` is its key's URI, or a bare name: a file in the signer's directory.
    """

    base: str
    key: str


def prepare(directory: Path, base: str, clock: Clock | None = None) -> Settings:
    """The settings in `directory`; where there are none, new keys and settings of a signer that nobody attends.

    Each piece is made where it is not there, so that what was cut off is finished by the next start.

    Raises:
        SignerFault: ``signer.damaged``, ``signer.base``.
        OutputFault: ``output.unwritable``.
    """
    if (directory / SETTINGS).exists():
        settings = read_settings(directory)
    elif not is_uri(base) or base.endswith("/"):
        raise SignerFault("signer.base", "the base of verifier ids is a URI that ends in no slash", actual=base)
    else:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_key(directory / KEY)
        _make_key(directory / ROOT_KEY)
        settings = Settings(base, KEY)
    _attend(directory, settings, (clock or SystemClock()).now())
    if not (directory / SETTINGS).exists():
        write_settings(directory, settings)
    return settings


def _make_key(path: Path) -> None:
    if not path.exists():
        private = ec.generate_private_key(ec.SECP256R1())
        write_new(str(path), private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)


def _attend(directory: Path, settings: Settings, now: datetime.datetime) -> None:
    """Of a signer that nobody attends: write its first trust document, and the next one before that ends."""
    documents = Documents(directory / TRUST)
    current = documents.current()
    if current is not None and (not current.terms.unattended or current.terms.expires - now > RENEWED):
        return
    root = open_file(str(directory / ROOT_KEY), NobodyToAsk())
    if current is None:
        key = verdict_key(open_file(str(directory / KEY), NobodyToAsk()).public_key, now, None)
        roots = dict([root_key(root.public_key)])
        terms = Terms(
            1, now + LASTS, settings.base, unattended=True, roots=roots, threshold=1, verdict_keys=(key,)
        )  # unattended, it is
    else:
        terms = replace(current.terms, version=current.terms.version + 1, expires=now + LASTS)
    documents.add(write_trust_document(terms, [_signature(terms, root)]))


def _signature(terms: Terms, root: Signer) -> Signature:
    return Signature(root.public_key.fingerprint.hex, root.sign(covered_bytes(terms)))


def write_settings(directory: Path, settings: Settings) -> None:
    """Write the settings of a signer that has none. Raises: OutputFault ``output.*``."""
    write_new(str(directory / SETTINGS), settings_file(settings), 0o600)


def settings_file(settings: Settings) -> bytes:
    """The file that holds `settings`."""
    document = {"format": FORMAT, "base": settings.base, "key": settings.key}
    return json.dumps(document, indent=1).encode("ascii") + b"\n"


def read_settings(directory: Path) -> Settings:
    """The settings in `directory`. Raises: SignerFault ``signer.damaged``."""
    path = directory / SETTINGS
    try:
        node = Node(loads(path.read_bytes(), source=SETTINGS), SETTINGS)
        node.only("format", "base", "key")
        settings = Settings(node.field("base").text(), node.field("key").text())
    except (Fault, OSError) as error:
        raise SignerFault("signer.damaged", f"{SETTINGS} cannot be used: {error}") from None
    if node.get("format") is None or node.field("format").value != FORMAT or not is_uri(settings.base):
        raise SignerFault("signer.damaged", f"{SETTINGS} is not of a format that is read here", expected=FORMAT)
    return settings


def open_countersigner(directory: Path, clock: Clock, pin: PinSource) -> Countersigner:
    """The signer that `directory` says, its key ready; whoever calls it is the only one that does.

    Raises:
        SignerFault: ``signer.damaged``, ``signer.journal_damaged``, ``signer.key_unlisted``.
        KeyFault: ``signing.*``.
        InputFault: ``input.*``.
    """
    settings = read_settings(directory)
    uri = settings.key if ":" in settings.key or "/" in settings.key else str(directory / settings.key)
    document = Documents(directory / TRUST).current()
    if document is None or document.terms.base != settings.base:
        raise SignerFault("signer.damaged", "there is no trust document of this signer's")
    key = listed(document, open_signer(uri, pin))
    return Countersigner(key, Published(directory / PUBLISHED), Journal(directory / JOURNAL), clock)


def listed(document: TrustDocument, signer: Signer) -> VerdictKey:
    """The key as `document` lets it sign: in its window, and no longer than the document holds.

    Raises:
        SignerFault: ``signer.key_unlisted``, also for a key that was compromised.
    """
    for key in document.terms.verdict_keys:
        if key.fingerprint == signer.public_key.fingerprint and key.compromised is None:
            last = document.terms.expires - datetime.timedelta(seconds=1)
            window = Window(key.start, last if key.until is None else min(key.until, last))
            return VerdictKey(signer, window, document.terms.unattended)
    raise SignerFault(
        "signer.key_unlisted",
        "the trust document does not let this key sign verdicts",
        expected=", ".join(str(key.fingerprint) for key in document.terms.verdict_keys) or "no key at all",
        actual=str(signer.public_key.fingerprint),
    )
