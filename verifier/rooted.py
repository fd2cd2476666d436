"""The roads that lead through a trust root: a certificate, and a pinned key whose signature logs or authorities saw.

They carry the numbers of the steps in `authenticate`, which sets out on them: most of what stands behind them is X.509,
and a signature under a pinned key alone needs none of it.

Spec: countersign design, section 5; Sigstore client specification, "Verification"
"""

from __future__ import annotations

import datetime

from attestations.bundles import Bundle
from attestations.digests import DigestSet

from .authenticated import VerifiedEntry
from .certificates.certificate import Certificate
from .certificates.fulcio import check_leaf
from .certificates.identities import read_signer
from .certificates.paths import Path, build_path
from .certificates.scts import verify_scts
from .closest import Walk, under_any
from .content import Signed, check_one_signature, verify_certified
from .faults import LogFault
from .log import bind, prove_entry
from .pinned import within_windows
from .proof import Proof, Thresholds
from .times import require_times, verified_times
from .trust import TrustedKey, TrustRoot


def witnessed(
    bundle: Bundle,
    signed: tuple[Signed, ...],
    pinned: tuple[TrustedKey, ...],
    trust: tuple[TrustRoot, ...],
    now: datetime.datetime,
) -> Proof:
    """Prove what stands beside a signature under a pinned key: log entries, timestamps, the key's window at each time.

    Raises:
        Fault: the one clear reason why not.
    """
    # 3. Binding
    for entry in bundle.entries:
        bind(entry, signed[0])

    def road(root: TrustRoot, walk: Walk) -> Proof:
        walk.step = 4
        times = verified_times(bundle, signed[0].signature, root, now)
        moments = tuple(time.at for time in times)
        walk.step = 5
        signers = within_windows(signed, pinned, moments or (now,))
        walk.step = 6
        return Proof(signed[0].content, signers, times, _proved_entries(bundle, root, moments or (now,), 0), ())

    return under_any(trust, road)


def certified(
    bundle: Bundle,
    leaf: Certificate,
    helpers: tuple[bytes, ...],
    artifact: DigestSet,
    trust: tuple[TrustRoot, ...],
    requirements: Thresholds,
    now: datetime.datetime,
) -> Proof:
    """Prove who signed under a certificate that an authority of a trust root issued, when, and where that is logged.

    `helpers` are the bundle's further certificates, in DER, for the path. Raises: Fault, the one clear reason why not.
    """
    # 1. Form
    check_one_signature(bundle)
    logs = {entry.log_id for entry in bundle.entries}
    if len(logs) < requirements.logs:
        raise _too_few_logs(requirements.logs, f"entries of {len(logs)} logs")
    # 2. Signature
    signed = verify_certified(bundle, leaf.key, leaf.der, artifact)
    # 3. Binding
    for entry in bundle.entries:
        bind(entry, signed)

    def road(root: TrustRoot, walk: Walk) -> Proof:
        walk.step = 4
        times = verified_times(bundle, signed.signature, root, now)
        require_times(times, threshold=requirements.times, logs_count=requirements.logs > 0)
        moments = tuple(time.at for time in times) or (now,)
        walk.step = 5
        path = _path_at_each(leaf, helpers, root, moments)
        check_leaf(path.leaf)
        ct_logs = verify_scts(path, root, threshold=requirements.scts)
        walk.step = 6
        entries = _proved_entries(bundle, root, moments, requirements.logs)
        return Proof(signed.content, (read_signer(path),), times, entries, ct_logs)

    return under_any(trust, road)


def _path_at_each(
    leaf: Certificate, helpers: tuple[bytes, ...], root: TrustRoot, moments: tuple[datetime.datetime, ...]
) -> Path:
    """A path at every moment (T43): the first moment's, built anew only where it does not hold at another one."""
    path = build_path(leaf, helpers, root, moments[0])
    for moment in moments[1:]:
        if moment not in path.authority.window or not all(each.valid_at(moment) for each in path.chain):
            build_path(leaf, helpers, root, moment)
    return path


def _proved_entries(
    bundle: Bundle, root: TrustRoot, moments: tuple[datetime.datetime, ...], threshold: int
) -> tuple[VerifiedEntry, ...]:
    entries = tuple(prove_entry(entry, root, moments) for entry in bundle.entries)
    logs = {entry.log for entry in entries}
    if len(logs) < threshold:
        raise _too_few_logs(threshold, ", ".join(sorted(logs)))
    return entries


def _too_few_logs(threshold: int, actual: str) -> LogFault:
    return LogFault("log.missing", "too few logs hold the signature", expected=f"at least {threshold}", actual=actual)
