"""What the lists say of a file: under its digest always, under its name where that is proved and nobody else has it.

    sha256/<hex>                  {"countersign": {"verdicts": {<policy>: …}, "paths": [<its names>]}}
    acme/endpoint/7.1.0/setup.exe {"countersign": {"verdicts": {<policy>: …}}}

Each verdict says its number and digest, as `publish.static` has it, the policy, the level, and the package URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from attestations.faults import Fault, Place
from attestations.tuf.writing import Part, target_part, written_time
from verifier.assurance import Assured

from ...effects.faults import OutputFault
from .edition import Edition
from .settings import DIGESTS, RepositorySettings

CUSTOM = "countersign"


class Standing(Struct, frozen=True):
    """A verdict that stands: what it proves, its number among the files that are published, and their SHA-256."""

    assured: Assured
    number: int
    bundle: str


def digest_path(sha256: str) -> str:
    """The path of a file by its SHA-256 in hex."""
    return f"{DIGESTS}/{sha256}"


def list_file(
    edition: Edition, sha256: str, standing: Iterable[Standing], settings: RepositorySettings
) -> tuple[Fault, ...]:
    """Let `edition` say of the file what its verdicts say, the last under each policy; without any, nothing.

    What comes back is why it does not stand under a name that it has: ``publish.name_taken``.

    Raises:
        InputFault, FormatFault, UpdateFault: where the edition before cannot be read.
    """
    at = digest_path(sha256)
    verdicts = {each.assured.policy.digest.hex: each for each in standing}
    named: dict[str, dict[str, Standing]] = {}
    for policy, each in verdicts.items():
        path = _named(each, settings)
        if path is not None:
            named.setdefault(path, {})[policy] = each
    taken = tuple(_taken(path, sha256) for path in named if not _free(edition, path, sha256))
    paths = sorted(path for path in named if _free(edition, path, sha256))
    for former in _paths(edition.find(at)):
        if former not in paths:
            edition.put(former, None)
    for path in paths:
        edition.put(path, _part(sha256, named[path]))
    edition.put(at, _part(sha256, verdicts, paths) if verdicts else None)
    return taken


def _named(standing: Standing, settings: RepositorySettings) -> str | None:
    assured = standing.assured
    if assured.name is None:
        return None
    words = {name: getattr(assured, name) for name in ("vendor", "product", "version", "name")}
    return settings.path(assured.policy.id, words)


def _free(edition: Edition, path: str, sha256: str) -> bool:
    held = edition.find(path)
    return held is None or held["hashes"] == {"sha256": sha256}


def _taken(path: str, sha256: str) -> Fault:
    detail = "another file that passed stands under this name already, and stays: this one is listed by its digest"
    return OutputFault("publish.name_taken", detail, place=Place(path), actual=f"sha256:{sha256}")


def _paths(target: Mapping[str, Any] | None) -> list[str]:
    paths: list[str] = target["custom"][CUSTOM]["paths"] if target is not None else []
    return paths


def _part(sha256: str, verdicts: Mapping[str, Standing], paths: list[str] | None = None) -> Part:
    said: dict[str, Any] = {"verdicts": {policy: _verdict(each) for policy, each in verdicts.items()}}
    if paths is not None:
        said["paths"] = paths
    size = next(iter(verdicts.values())).assured.size
    return target_part(size, sha256, {CUSTOM: said})


def _verdict(standing: Standing) -> Part:
    assured = standing.assured
    return {
        "number": standing.number,
        "sha256": standing.bundle,
        "policy": assured.policy.id,
        "version": assured.policy.version,
        "level": assured.level,
        "resource": assured.resource,
        "time": written_time(assured.time),
    }
