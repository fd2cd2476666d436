"""An update as a policy asks about it: the authenticated manifest, and what the asker accepted before.

    Request.state ─► ReleaseState ┐
    manifest, signers, statement  ┴► advance ─► the check, and the state to keep once it is installed

Spec: countersign design, sections 4 (Current) and 5.4
"""

from __future__ import annotations

import datetime
import hashlib

from attestations.bundles import Envelope
from attestations.digests import Digest
from attestations.faults import Fault

from ..checks.check import Met
from ..faults import UpdateFault
from ..manifests import Manifest, Published
from ..request import Request
from .advance import Asker, Offer, Step, advance
from .streams import ReleaseState, Stream, read_state
from .strength import strength_of


def follow(
    published: Published, manifest: Manifest, max_age: datetime.timedelta | None, request: Request
) -> tuple[Met | None, tuple[Fault, ...]]:
    """That the release of `manifest` follows from what `request.state` says was accepted; or every reason why not."""
    try:
        state = accepted_before(request)
        stream = stream_of(manifest)
    except UpdateFault as fault:
        return None, (fault,)
    step = step_of(published, manifest, max_age, request, state)
    if step.faults:
        return None, step.faults
    before = state.streams.get(stream)
    number = manifest.version.value if manifest.version is not None else ""
    if step.unchanged:
        return Met(f"{number} is what was accepted before", actual=number), ()
    if before is None:
        return Met(f"{number} is the first of its stream here", actual=number), ()
    return Met(f"{number} follows {before.version}", expected=before.version, actual=number), ()


def step_of(
    published: Published,
    manifest: Manifest,
    max_age: datetime.timedelta | None,
    request: Request,
    state: ReleaseState,
) -> Step:
    """Where the release leads from `state`. One artifact of it is asked about: a whole set is its caller's to ask for.

    Raises:
        UpdateFault: ``update.unsaid``.
    """
    authenticated = published.authenticated
    content = authenticated.evidence.bundle.content
    signed = content.payload if isinstance(content, Envelope) else repr(manifest).encode()
    offer = Offer(
        manifest=manifest,
        statement=Digest("sha256", hashlib.sha256(signed).hexdigest()),
        artifacts=(request.artifact,),
        strength=strength_of(signer.algorithm for signer in authenticated.signers),
        whole=False,
    )
    return advance(state, offer, Asker(stream_of(manifest), max_age), request.now)


def accepted_before(request: Request) -> ReleaseState:
    """What the asker accepted before.

    Raises:
        UpdateFault: ``update.no_state``, ``update.state_damaged``.
    """
    if request.state is None:
        raise UpdateFault("update.no_state", "nobody said what was accepted before", expected="--state FILE")
    return read_state(request.state, "state", request.limits)


def stream_of(manifest: Manifest) -> Stream:
    """Whose releases the manifest is one of.

    Raises:
        UpdateFault: ``update.unsaid``, for a manifest that does not say vendor or product.
    """
    if manifest.vendor is None or manifest.product is None:
        raise UpdateFault(
            "update.unsaid", "the manifest does not say of which stream it is", expected="vendor, product"
        )
    said = {name: getattr(manifest, name) for name in Stream.__struct_fields__}
    return Stream(**{name: claim.value if claim is not None else "" for name, claim in said.items()})
