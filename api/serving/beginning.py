"""What a first start makes, and what every start checks: nothing to install, nothing to configure.

    the schema          where nothing is there yet; another version's is refused, with the command that brings it up
    the signer          a key that nobody attends, and what this service's own URIs begin with
    the operator        a tenant, and its first token: DATA/tokens/operator, mode 0600
    trust               the public Sigstore root out of the installed library, published, so that a policy can name it

Each is made where it is not there, so a start that was cut off is finished by the next.
"""

from __future__ import annotations

from pathlib import Path

from ..effects.chance import draw
from ..effects.trust_store import packaged
from ..signer import setup as signer_setup
from ..signer.published import Published
from ..store.blobs import Blobs
from ..store.database import Database
from ..store.faults import StoreFault
from ..usecases.service.ground import Ground
from ..usecases.service.publishing import publish_operators_trust
from ..usecases.service.tenants import begin
from .directory import ServiceDirectory, write_private
from .faults import ServingFault

PUBLIC_ROOT = "sigstore"
"""The trust root that is there from the first start."""


EMPTY = "none"
"""The schema of a database in which nothing was made yet, as `store.schema_old` names it."""


def prepare(database: Database) -> None:
    """Make the schema in a database that has none, or check the one it has.

    Raises:
        StoreFault: ``store.schema_old``, ``store.schema_unknown``, ``store.unavailable``.
    """
    try:
        database.check_schema()
    except StoreFault as fault:
        if fault.reason != "store.schema_old" or fault.actual != EMPTY:
            raise
        database.create()


def begin_operator(ground: Ground, directory: ServiceDirectory) -> Path | None:
    """Open the operator's tenant and write its first token down, where that was not done before; the token's path.

    Raises:
        OutputFault: ``output.unwritable``.
    """
    path = directory.operator_token
    made = begin(ground, lambda secret: write_private(path, secret.encode("ascii") + b"\n"))
    return path if made is not None else None


def begin_signer(directory: ServiceDirectory, wanted: str | None) -> str:
    """Prepare the signer's directory where that was not done before. What this service's URIs begin with.

    It is said by `wanted` at the first start, or made up for good, in a domain that nobody can ever own (RFC 2606): it
    names, and leads nowhere.

    Raises:
        ServingFault: ``service.base_fixed``.
        SignerFault: ``signer.damaged``, ``signer.base``.
    """
    base = signer_setup.prepare(directory.signer, wanted or f"https://{draw(8).hex()}.countersign.invalid").base
    if wanted is not None and wanted.rstrip("/") != base.rstrip("/"):
        detail = "verifier ids of this service begin otherwise, and verdicts carry them"
        raise ServingFault("service.base_fixed", detail, expected=base, actual=wanted)
    return base


def publish_public_root(ground: Ground, blobs: Blobs, published: Published) -> None:
    """Publish the root that the installed library ships, as often as the library ships another."""
    root = packaged(PUBLIC_ROOT)
    if root is not None:
        publish_operators_trust(ground, blobs, published, root.name, root.content, root.dated)
