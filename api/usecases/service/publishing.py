"""What the operator publishes, in both places: the service's store, to judge under; the signer's folder, to sign under.

The signer's folder comes first when something is published, so that what the service judges can be signed.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from attestations.digests import Digest
from attestations.limits import DEFAULT_LIMITS

from ...effects.faults import RequestFault
from ...signer.published import Published as Folder
from ...signer.published import verifier_id
from ...store import trust_files
from ...store.policies import StoredPolicy
from ...store.schema import OPERATOR
from ...store.trust_files import StoredTrust
from .ground import AT_THE_MACHINE, Ground
from .policies import Published, publish_policy, read_policy_text, retire_policy
from .trust_files import distrust, publish_trust

if TYPE_CHECKING:
    from ...store.blobs import Blobs


def publish_operators_policy(ground: Ground, folder: Folder, base: str, content: bytes) -> Published:
    """Let all be judged under a policy, and verdicts be signed under it as a verifier whose id begins with `base`.

    Raises:
        PolicyFault: ``policy.*``; ``policy.version_taken``.
        SignerFault: ``signer.policy_taken``.
        OutputFault: ``output.unwritable``.
    """
    policy = read_policy_text(content, DEFAULT_LIMITS)
    verifier = verifier_id(base, policy)
    folder.publish_policy(policy, verifier)
    return publish_policy(ground, AT_THE_MACHINE, content, verifier)


def retire_operators_policy(ground: Ground, folder: Folder, digest: Digest) -> StoredPolicy:
    """Judge and sign nothing more under a policy of the operator's.

    Raises:
        RequestFault: ``request.not_found``.
        OutputFault: ``output.unwritable``.
    """
    retired = retire_policy(ground, AT_THE_MACHINE, digest.hex)
    folder.retire_policy(digest)
    return retired


def publish_operators_trust(
    ground: Ground, blobs: Blobs, folder: Folder, name: str, content: bytes, dated: datetime.datetime | None
) -> StoredTrust:
    """Have a name stand for a trust root or for keys, in both places, as of the same date.

    Raises:
        RequestFault: ``request.invalid`` (the name).
        TrustFault, FormatFault, LimitFault: what makes the file unusable.
        OutputFault: ``output.unwritable``.
    """
    stored = publish_trust(ground, blobs, AT_THE_MACHINE, name, content, dated)
    if stored.distrusted is None:
        folder.publish_trust(stored.name, content, stored.dated)
    return stored


def distrust_operators(ground: Ground, folder: Folder, digest: Digest) -> tuple[str, ...]:
    """Rely on a trust file of the operator's no more; the names it had.

    Raises:
        RequestFault: ``request.not_found``.
        OutputFault: ``output.unwritable``.
    """
    with ground.database.reading() as connection:
        found = [each for each in trust_files.of_tenant(connection, OPERATOR) if each.sha256 == digest.hex]
    if not found:
        raise RequestFault("request.not_found", "no trust file of the operator's has this digest", actual=str(digest))
    for file in found:
        folder.distrust(file.name, digest)
    distrust(ground, AT_THE_MACHINE, digest.hex)
    return tuple(file.name for file in found)
