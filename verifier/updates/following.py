"""An update as a policy asks about it: the authenticated manifest, and what the asker accepted before.

    one artifact    follow     Request.state ─► ReleaseState ┐
                               manifest, signers, statement  ┴► advance ─► the check on the verdict
    a whole set     together   every artifact's manifests ─► advance, all files there ─► the state to keep

Spec: countersign design, sections 4 (Current) and 5.4
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from attestations.bundles import Envelope
from attestations.digests import Digest
from attestations.faults import Fault

from ..checks.check import Met
from ..faults import UpdateFault
from ..manifests import Manifest, Published
from ..request import Request
from ..verdict import Artifact
from .advance import Asker, Step, advance, advance_together
from .offers import Offer
from .streams import ReleaseState, Stream, read_state
from .strength import strength_of


def follow(
    published: Published, manifest: Manifest, max_age: datetime.timedelta | None, request: Request
) -> tuple[Met | None, tuple[Fault, ...]]:
    """That the release of `manifest` follows from what `request.state` says was accepted; or every reason why not.

    One artifact of it is asked about: whether the others are there is a question about all of them (`together`).
    """
    try:
        state = accepted_before(request)
        stream = stream_of(manifest)
    except UpdateFault as fault:
        return None, (fault,)
    offer = _offer(published, manifest, (request.artifact,), whole=False)
    step = advance(state, offer, Asker(stream, max_age), request.now)
    if step.faults:
        return None, step.faults
    before = state.streams.get(stream)
    number = manifest.version.value if manifest.version is not None else ""
    if step.unchanged:
        return Met(f"{number} is what was accepted before", actual=number), ()
    if before is None:
        return Met(f"{number} is the first of its stream here", actual=number), ()
    return Met(f"{number} follows {before.version}", expected=before.version, actual=number), ()


def together(asked: Sequence[tuple[Request, Iterable[Published]]]) -> Step:
    """Where all artifacts of `asked`, installed together, lead from the state that each request holds.

    Each request stands with the manifests that it rests on (`engine.manifests_of`). Every file that one of them lists
    must be there. Without requests, or where a request rests on none, the state stays as it is.
    """
    if not asked:
        raise ValueError("a set has a file at least")
    first = asked[0][0]
    try:
        state = accepted_before(first)
    except UpdateFault as fault:
        return Step(None, (fault,))
    offers: dict[Digest, list[tuple[Published, Manifest, Artifact]]] = {}
    for request, found in asked:
        for published in found:
            if isinstance(published.says, Manifest):
                offers.setdefault(statement_digest(published), []).append((published, published.says, request.artifact))
    unsaid: list[Fault] = []
    steps: list[tuple[Offer, Asker]] = []
    for offered in offers.values():
        published, manifest = strongest(each for each, *_ in offered), offered[0][1]
        # An archive holds all packages there are: what is installed of it are those that were asked about.
        files = tuple(dict.fromkeys(file for _, each, _ in offered for file in each.files))
        manifest = replace(manifest, files=files)
        artifacts = tuple(dict.fromkeys(artifact for *_, artifact in offered))
        offer = _offer(published, manifest, artifacts, whole=not manifest.dated)
        try:
            steps.append((offer, Asker(stream_of(manifest))))
        except UpdateFault as fault:
            unsaid.append(fault)
    step = advance_together(state, steps, first.now)
    return Step(None, (*unsaid, *step.faults), made=step.made) if unsaid else step


def strongest(published: Iterable[Published]) -> Published:
    """Of those who signed one manifest, each in an envelope, the one by the strongest scheme."""
    return max(published, key=_strength)


def _strength(published: Published) -> int:
    return strength_of(signer.algorithm for signer in published.authenticated.signers)


def _offer(published: Published, manifest: Manifest, artifacts: tuple[Artifact, ...], *, whole: bool) -> Offer:
    return Offer(
        manifest=manifest,
        statement=statement_digest(published),
        artifacts=artifacts,
        strength=_strength(published),
        whole=whole,
    )


def statement_digest(published: Published) -> Digest:
    """What the next manifest calls this one: the digest of its statement; of a list of checksums, that of the list."""
    if isinstance(published.says, Manifest) and published.says.text is not None:
        return published.says.text
    content = published.authenticated.evidence.bundle.content
    if isinstance(content, Envelope):
        return Digest("sha256", hashlib.sha256(content.payload).hexdigest())
    return published.source.digest


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
