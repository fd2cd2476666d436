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
from ...store import policies, trust_files
from ...store.policies import StoredPolicy
from ...store.schema import OPERATOR
from ...store.trust_files import StoredTrust
from .ground import AT_THE_MACHINE, Ground
from .policies import Published, publish_policy, read_policy_text, retire_policy
from .trust_files import distrust, publish_trust

if TYPE_CHECKING:
    from ...store.blobs import Blobs

_DIGEST = "sha256:"


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


def operators_policy(ground: Ground, named: str) -> StoredPolicy:
    """The policy of the operator's that is `named` by its digest, ``sha256:…``, or by its id: its present version.

    Raises:
        RequestFault: ``request.not_found``.
    """
    with ground.database.reading() as connection:
        if named.startswith(_DIGEST):
            found = policies.by_digest(connection, OPERATOR, named.removeprefix(_DIGEST))
        else:
            found = policies.present(connection, OPERATOR, named)
    if found is None:
        raise RequestFault("request.not_found", "no policy of the operator's is called so", actual=named[:100])
    return found


def retire_operators_policy(ground: Ground, folder: Folder, named: str) -> StoredPolicy:
    """Judge and sign nothing more under the policy of the operator's that is `named` so.

    Raises:
        RequestFault: ``request.not_found``.
        OutputFault: ``output.unwritable``.
    """
    policy = operators_policy(ground, named)
    retired = retire_policy(ground, AT_THE_MACHINE, policy.digest)
    folder.retire_policy(Digest("sha256", policy.digest))
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


def distrust_operators(ground: Ground, folder: Folder, named: str) -> tuple[str, ...]:
    """Rely no more on the trust file that is `named` by its digest, or by the name that it stands for; its names.

    Raises:
        RequestFault: ``request.not_found``.
        OutputFault: ``output.unwritable``.
    """
    with ground.database.reading() as connection:
        present = None if named.startswith(_DIGEST) else trust_files.present(connection, OPERATOR, named)
        sha256 = present.sha256 if present is not None else named.removeprefix(_DIGEST)
        found = [each for each in trust_files.of_tenant(connection, OPERATOR) if each.sha256 == sha256]
    if not found:
        raise RequestFault("request.not_found", "no trust file of the operator's is called so", actual=named[:100])
    for file in found:
        folder.distrust(file.name, Digest("sha256", sha256))
    distrust(ground, AT_THE_MACHINE, sha256)
    return tuple(file.name for file in found)
