"""What the operator chose when a repository was begun, beside its metadata: how long roles hold, what files are called.

    {"format": "countersign.repository/1", "lifetimes": {"timestamp": 86400, …}, "paths": {"acme-endpoint": "{name}"}}

A path is made of vendor and product, as the policy has them, of the release's version and the file's name. Where a
vendor has a repository too, both must call a file the same, if clients are to ask both (TAP 4): so it can be chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from attestations.faults import Place
from verifier.updates.tuf.due import Lifetimes

from ...decoding import UNDECODABLE
from ...effects.faults import InputFault
from ...effects.paths import meaning, shown
from ...effects.writing import write_whole

FILE = "repository.json"
FORMAT = "countersign.repository/1"
USUAL = "{vendor}/{product}/{version}/{name}"

_PLACEHOLDER = re.compile(r"\{(vendor|product|version|name)\}")
_SEGMENT = re.compile(r"(?! )[A-Za-z0-9._+~=@ -]*[A-Za-z0-9_+~=@-]", re.ASCII)
_LONGEST = 200


class RepositorySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`paths` by a policy's id: how the files that passed under it are called; without, as in `USUAL`."""

    format: str = FORMAT
    lifetimes: Lifetimes = Lifetimes()
    paths: Mapping[str, str] = {}

    def path(self, policy: str, words: Mapping[str, str]) -> str | None:
        """What a file is called that passed under `policy`, out of the words that stand for the placeholders.

        None where that is no path that every file system takes (T83, U19).
        """
        path = _PLACEHOLDER.sub(lambda match: words[match[1]], self.paths.get(policy, USUAL))
        sound = len(path) <= _LONGEST and all(map(_SEGMENT.fullmatch, path.split("/")))
        return path if sound and not path.startswith(f"{DIGESTS}/") else None


DIGESTS = "sha256"
"""Paths that begin so name a file by its SHA-256: every one has such a path."""


def is_template(text: str) -> bool:
    """Whether `text` makes paths: of placeholders that are known, the file's name among them."""
    left = _PLACEHOLDER.sub("x", text)
    return "{name}" in text and all(map(_SEGMENT.fullmatch, left.split("/")))


_DECODER = msgspec.json.Decoder(RepositorySettings)


def read_settings(directory: Path) -> RepositorySettings:
    """The settings in `directory`. Raises: InputFault ``input.not_found``, ``input.unreadable``."""
    path = directory / FILE
    try:
        settings = _DECODER.decode(path.read_bytes())
    except FileNotFoundError:
        detail = "no assured repository was begun here"
        raise InputFault("input.not_found", detail, place=Place(shown(str(path)))) from None
    except (OSError, *UNDECODABLE) as error:
        raise InputFault("input.unreadable", meaning(error), place=Place(shown(str(path)))) from None
    if settings.format != FORMAT or not all(map(is_template, settings.paths.values())):
        detail = "settings of another format, or a path without {name}"
        raise InputFault("input.unreadable", detail, place=Place(shown(str(path))), expected=FORMAT)
    return settings


def write_settings(directory: Path, settings: RepositorySettings) -> None:
    """Write them. Raises: OutputFault ``output.unwritable``."""
    content = msgspec.json.format(msgspec.json.encode(settings), indent=1)
    write_whole(str(directory / FILE), content + b"\n")
