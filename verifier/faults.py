"""Refusals that need cryptography, trust or policy; the base and the code table: `attestations.faults`, `reasons.toml`.

Fault
└── VerificationFault
    ├── SignatureFault      signature.*  key.*          a signature, or the key it wants
    ├── CertificateFault    certificate.* sct.*         a certificate path, its profile, its timestamps in CT
    ├── TimeFault           time.*                      a timestamp, or a moment outside a window
    ├── LogFault            log.* checkpoint.*          a log entry, its proof, its binding
    ├── TrustFault          trust.*                     the trust root itself
    ├── PolicyFault         policy.*                    the policy itself
    ├── RecordFault         record.*                    a record of a verification
    ├── VerdictFault        verdict.* vsa.* svr.*       a verdict as others get it: its summary, its bundle
    ├── UpdateFault         update.*                    an update does not follow from what was accepted before
    ├── WaiverFault         waiver.*                     what excuses a reason for a while
    └── CheckFault          everything a check refuses  (subject.*, signer.*, builder.*, source.*, …)
"""

from __future__ import annotations

from attestations.faults import Fault


class VerificationFault(Fault):
    """A refusal by the verifier."""


class SignatureFault(VerificationFault):
    """A signature does not verify, or its key cannot be used."""


class CertificateFault(VerificationFault):
    """A certificate is not what its role asks for, or leads to no trusted authority."""


class TimeFault(VerificationFault):
    """A time does not verify, or lies outside the window it must lie in."""


class LogFault(VerificationFault):
    """A log entry, checkpoint or proof does not verify or does not belong to this signature."""


class TrustFault(VerificationFault):
    """The trust root cannot be used."""


class PolicyFault(VerificationFault):
    """The policy cannot be used."""


class RecordFault(VerificationFault):
    """A record cannot be read, or does not say what it must."""


class VerdictFault(VerificationFault):
    """A verdict cannot be put into words that others may rely on, or such words do not say what they must."""


class OpinionFault(VerificationFault):
    """Engines do not agree, or not enough of them were asked."""


class UpdateFault(VerificationFault):
    """An update is not signed, not current, not whole, or does not follow from what was accepted before."""


class WaiverFault(VerificationFault):
    """A waiver does not hold: who signed it, what it excuses, or for how long."""


class CheckFault(VerificationFault):
    """A check refuses what was authenticated."""
