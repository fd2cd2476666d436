"""Releases: declared by their vendor, once. Another release under a key that is taken is refused, whatever it says."""

from __future__ import annotations

from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from ...effects.chance import draw_id
from ...effects.faults import RequestFault
from ...store import catalogue
from ...store import evidence as stored_evidence
from ...store.catalogue import Release
from ...store.rows import Page
from .catalogue import SCHEMES, absent, check_word, invalid, note, owned_product
from .ground import Ground
from .labels import check_label, check_sha256
from .service import Principal
from .telling import tell

MOST_ARTIFACTS = 1000
MOST_EVIDENCE = 1000


class ReleaseKey(Struct, frozen=True):
    """What a release is called."""

    vendor: str
    product: str
    channel: str
    platform: str
    variant: str
    version: str


class Declared(Struct, frozen=True):
    """A release, and whether this very request declared it."""

    release: Release
    created: bool


def declare_release(
    ground: Ground, principal: Principal, key: ReleaseKey, *, artifacts: tuple[str, ...], evidence: tuple[str, ...]
) -> Declared:
    """Declare a release of the tenant's vendor. The same again changes nothing; another under its key is refused.

    `artifacts` are SHA-256, of bytes that need not be here; `evidence` are SHA-256 of what the tenant has handed in.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``, ``release.exists``.
    """
    _check_key(key)
    _check_files(artifacts, evidence)
    now = ground.clock.now()
    with ground.database.writing() as connection:
        _check_declared(connection, principal, key)
        for sha256 in evidence:
            _check_evidence(connection, principal, sha256)
        made = Release(
            id=draw_id("release"),
            tenant=principal.tenant,
            artifacts=artifacts,
            evidence=evidence,
            created=now,
            **structs.asdict(key),
        )
        if not catalogue.insert_release(connection, made):
            return _standing(connection, made)
        told = {"release": made.id, "key": list(made.key), "artifacts": list(artifacts)}
        tell(connection, principal.tenant, "release.declared", told, now)
        note(connection, ground, principal, "release.declared", made.id, told)
    return Declared(made, True)


def _standing(connection: Connection, wanted: Release) -> Declared:
    standing = catalogue.release_by_key(connection, wanted.key)
    if standing is not None and standing.tenant == wanted.tenant and standing.artifacts == wanted.artifacts:
        return Declared(standing, False)
    raise RequestFault(
        "release.exists",
        "a release with other artifacts was declared under this key",
        expected=", ".join(standing.artifacts[:3]) if standing is not None else "",
        actual=", ".join(wanted.artifacts[:3]),
    )


def add_evidence(ground: Ground, principal: Principal, release: str, files: tuple[tuple[str, str], ...]) -> Release:
    """Add evidence (names and SHA-256) to a release of the tenant's; verdicts about its artifacts are given anew.

    Raises:
        RequestFault: ``request.invalid``, ``request.not_found``.
    """
    sha256s = tuple(sha256 for _, sha256 in files)
    _check_files(("0" * 64,), sha256s)
    now = ground.clock.now()
    with ground.database.writing() as connection:
        for _, sha256 in files:
            _check_evidence(connection, principal, sha256)
        before = catalogue.release(connection, principal.tenant, release)
        after = catalogue.add_evidence(connection, principal.tenant, release, sha256s)
        if before is None or after is None:
            raise absent("release", release)
        if len(after.evidence) > MOST_EVIDENCE:
            raise invalid("a release has too much evidence", "/evidence", f"{MOST_EVIDENCE} at most", "more")
        for name, sha256 in files:
            if sha256 not in before.evidence:
                told = {
                    "release": release,
                    "name": check_label(name, "/evidence"),
                    "sha256": sha256,
                    "artifacts": list(after.artifacts),
                }
                tell(connection, principal.tenant, "evidence.added", told, now)
        note(connection, ground, principal, "evidence.added", release, {"evidence": list(sha256s)})
    return after


def find_release(ground: Ground, principal: Principal, release: str) -> Release:
    """The tenant's release of that id.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        found = catalogue.release(connection, principal.tenant, release)
    if found is None:
        raise absent("release", release)
    return found


def list_releases(
    ground: Ground, principal: Principal, cursor: str | None, size: int, **wanted: str | None
) -> Page[Release]:
    """The tenant's releases with these fields of the key, newest first."""
    with ground.database.reading() as connection:
        return catalogue.releases_of(connection, principal.tenant, cursor, size, **wanted)


def _check_declared(connection: Connection, principal: Principal, key: ReleaseKey) -> None:
    """Refuse a key whose product or channel is not declared, or whose version is not of the product's scheme."""
    product = owned_product(connection, principal, key.vendor, key.product)
    if not SCHEMES[product.version_scheme](key.version):
        raise invalid("not a version of the product's scheme", "/version", product.version_scheme, key.version)
    if key.channel not in [channel.id for channel in catalogue.channels_of(connection, key.vendor, key.product)]:
        raise absent("channel", key.channel)


def _check_evidence(connection: Connection, principal: Principal, sha256: str) -> None:
    stored = stored_evidence.by_sha256(connection, principal.tenant, sha256)
    if stored is None:
        raise RequestFault("evidence.unknown", "no such evidence was handed in", actual=sha256)
    if stored.withdrawn is not None:
        raise RequestFault("evidence.withdrawn", "this evidence was withdrawn", actual=sha256)


def _check_key(key: ReleaseKey) -> None:
    for name in ReleaseKey.__struct_fields__:
        check_word(getattr(key, name), f"/{name}")


def _check_files(artifacts: tuple[str, ...], sha256s: tuple[str, ...]) -> None:
    if not 1 <= len(artifacts) <= MOST_ARTIFACTS or len(set(artifacts)) < len(artifacts):
        raise invalid("a release has artifacts, each once", "/artifacts", f"1 to {MOST_ARTIFACTS}", f"{len(artifacts)}")
    if len(sha256s) > MOST_EVIDENCE or len(set(sha256s)) < len(sha256s):
        raise invalid("too much evidence, or one twice", "/evidence", f"{MOST_EVIDENCE} at most", f"{len(sha256s)}")
    for number, sha256 in enumerate(artifacts):
        check_sha256(sha256, f"/artifacts/{number}")
    for number, sha256 in enumerate(sha256s):
        check_sha256(sha256, f"/evidence/{number}")
