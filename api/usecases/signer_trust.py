"""Give a signer its trust documents, and the key that they list."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from attestations.trust_documents import TrustDocument
from verifier.faults import TrustFault

from ..effects.writing import unwritable, write_whole
from ..signer.documents import Documents, follow
from ..signer.setup import SETTINGS, TRUST, Settings, read_settings, settings_file, write_settings

SET_ASIDE = "trust.unattended"
"""Where the documents of a signer that nobody attended are kept when people take over."""


def install(directory: Path, contents: tuple[bytes, ...], key: str | None) -> TrustDocument:
    """Let the signer in `directory` go by the documents `contents`, and sign with the key at the URI `key` if given.

    They follow on those that it has; where nobody attended these, a first version that people signed takes their place.
    The signer goes by them from its next start.

    Raises:
        FormatFault: ``json.*``, ``tuf.*``.
        UpdateFault: ``update.unsigned``.
        TrustFault: ``trust_document.*``.
        SignerFault: ``signer.damaged``.
        OutputFault: ``output.*``.
    """
    settings = read_settings(directory) if (directory / SETTINGS).exists() else None
    first = follow(contents[:1], "trust document")
    if first is None:
        raise ValueError("no document")
    if settings is None:
        if key is None:
            raise TrustFault("ceremony.key", "a signer without a key signs nothing", expected="--key URI")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = Settings(first.terms.base, key)
        document = _add(Documents(directory / TRUST), contents)
        write_settings(directory, settings)
        return document
    if first.terms.base != settings.base:
        detail = "the verifier ids of this service begin otherwise"
        raise TrustFault("trust_document.base", detail, expected=settings.base, actual=first.terms.base)
    document = _continue(directory, contents, first)
    if key is not None:
        write_whole(str(directory / SETTINGS), settings_file(replace(settings, key=key)))
    return document


def _continue(directory: Path, contents: tuple[bytes, ...], first: TrustDocument) -> TrustDocument:
    documents = Documents(directory / TRUST)
    current = documents.current()
    people_take_over = current is not None and current.terms.unattended and not first.terms.unattended
    if people_take_over and first.terms.version == 1:
        follow(contents, "trust document")
        with unwritable(str(directory / SET_ASIDE)):
            (directory / TRUST).rename(directory / SET_ASIDE)
    return _add(documents, contents)


def _add(documents: Documents, contents: tuple[bytes, ...]) -> TrustDocument:
    (*_, last) = [documents.add(content) for content in contents]
    return last
