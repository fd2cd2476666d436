"""Trust files: roots and files of keys, by the name that policies call them; the operator's, and a tenant's own.

What is judged under an operator's policy is judged with the operator's trust alone. A tenant's own serves its own
policies, under which nothing is signed.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy.engine import Connection

from attestations.faults import Place
from attestations.limits import DEFAULT_LIMITS
from attestations.strict_json import shown
from verifier.faults import TrustFault
from verifier.request import KeyFile

from ...effects.faults import RequestFault
from ...effects.trust_store import NAME
from ...store import trail, trust_files
from ...store.blobs import Blobs
from ...store.schema import OPERATOR
from ...store.trust_files import StoredTrust
from ..trust import check_usable, fingerprints, is_key_file
from .ground import Ground
from .service import Principal, Service
from .telling import tell

MOST_FILES = 500
"""Trust files that a tenant may have: whoever pins a key has all of its files of keys looked through."""


def publish_trust(
    ground: Ground,
    blobs: Blobs,
    principal: Principal,
    name: str,
    content: bytes,
    dated: datetime.datetime | None = None,
) -> StoredTrust:
    """Have `name` stand for a trust root or for keys, for the tenant; for all, where that is the operator.

    `dated` is when a root was obtained; now, where nobody says. A file that was distrusted stays so.

    Raises:
        RequestFault: ``request.invalid`` (the name).
        TrustFault, FormatFault, LimitFault: what makes the file unusable; ``trust.too_many``.
    """
    if NAME.fullmatch(name) is None:
        raise RequestFault("request.invalid", "no name of a trust file", expected=NAME.pattern, actual=shown(name))
    DEFAULT_LIMITS.check("trust_root", len(content), Place(name))
    check_usable(name, content)
    now = ground.clock.now()
    blobs.put_bytes(content)
    row = StoredTrust(
        tenant=principal.tenant,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        kind="keys" if is_key_file(content) else "root",
        created=now,
        dated=None if is_key_file(content) else dated or now,
    )
    with ground.database.writing() as connection:
        if trust_files.insert(connection, row):
            _check_room(connection, row.tenant)
            detail = {"sha256": row.sha256, "kind": row.kind}
            trail.append(
                connection, row.tenant, actor=principal.actor, act="trust.published", about=name, detail=detail, at=now
            )
        found = [each for each in trust_files.of_tenant(connection, row.tenant) if each.name == name]
    return next(each for each in found if each.sha256 == row.sha256)


def _check_room(connection: Connection, tenant: str) -> None:
    if tenant != OPERATOR and trust_files.count(connection, tenant) > MOST_FILES:
        raise TrustFault("trust.too_many", "the tenant has all its trust files", expected=f"{MOST_FILES} at most")


def distrust(ground: Ground, principal: Principal, sha256: str) -> None:
    """Rely on a trust file of the tenant's no more, for good; what rests on it is verified again without it.

    So a key is revoked: the file that holds it is distrusted, and one without it is published.

    Raises:
        RequestFault: ``request.not_found``.
    """
    now = ground.clock.now()
    with ground.database.writing() as connection:
        found = trust_files.by_sha256(connection, principal.tenant, sha256)
        if found is None:
            raise RequestFault("request.not_found", "no trust file of yours has this digest", actual=shown(sha256))
        if trust_files.distrust(connection, principal.tenant, sha256, now):
            told = {"sha256": sha256, "name": found.name, "kind": found.kind}
            tell(connection, principal.tenant, "trust.distrusted", told, now)
            trail.append(
                connection,
                principal.tenant,
                actor=principal.actor,
                act="trust.distrusted",
                about=found.name,
                detail=told,
                at=now,
            )


class Along(Struct, frozen=True):
    """A trust file that comes along with a request; `dated` is when a root was obtained, None where nobody says."""

    name: str
    content: bytes
    dated: datetime.datetime | None = None


def brought(tenant: str, file: Along, now: datetime.datetime) -> StoredTrust:
    """The file as if the tenant kept it. Whether it can be used is for its verdict to say: only the judge reads it.

    Raises:
        LimitFault: ``limit.trust_root``.
    """
    DEFAULT_LIMITS.check("trust_root", len(file.content), Place(file.name))
    kind = "keys" if is_key_file(file.content) else "root"
    dated = file.dated if kind == "root" else None
    return StoredTrust(tenant, file.name, hashlib.sha256(file.content).hexdigest(), kind, now, dated)


def find_trust(service: Service, principal: Principal, sha256: str) -> tuple[StoredTrust, bytes]:
    """A trust file of the tenant's or the operator's, with its bytes.

    Raises:
        RequestFault: ``request.not_found``.
        StoreFault: ``blob.*``.
    """
    with service.database.reading() as connection:
        owners = (principal.tenant, OPERATOR)
        rows = (trust_files.by_sha256(connection, tenant, sha256) for tenant in owners)
        found = next((row for row in rows if row is not None), None)
    if found is None:
        raise RequestFault("request.not_found", "no trust file of this digest", actual=sha256)
    return found, service.blobs.get(sha256)


def list_trust(ground: Ground, principal: Principal) -> tuple[StoredTrust, ...]:
    """The operator's trust files, and the tenant's own, by name, oldest first."""
    with ground.database.reading() as connection:
        owners = dict.fromkeys((OPERATOR, principal.tenant))
        return tuple(each for tenant in owners for each in trust_files.of_tenant(connection, tenant))


@functools.lru_cache(maxsize=4096)
def keys_in(read: Callable[[str], bytes], sha256: str, name: str) -> frozenset[str]:
    """The fingerprints of a file of keys, as policies pin them. `read` once: the same digest is the same keys.

    Raises:
        StoreFault: ``blob.*``.
    """
    return frozenset(str(each) for each in fingerprints(KeyFile(name, read(sha256))))
