"""Whether a requirement for somebody else's verdict can mean anything."""

from __future__ import annotations

import re

from attestations.faults import Place

from ..faults import PolicyFault
from ..levels import STATED
from .model import Policy, VerdictRequirement

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+\Z", re.ASCII)


def check_verdict(policy: Policy, requirement: VerdictRequirement, pointer: str) -> None:
    """A verifier has a URI, its levels are words that summaries state, and it is not the vendor.

    Raises:
        PolicyFault: ``policy.value``, ``policy.level``, ``policy.verdict_own``.
    """
    if not _URI.match(requirement.verifier):
        raise PolicyFault(
            "policy.value",
            "the id of a verifier is a URI",
            place=Place(pointer=f"{pointer}/verifier"),
            expected="as in https://audit.example/verifier/v1",
            actual=requirement.verifier,
        )
    for number, level in enumerate(requirement.levels):
        if not STATED.match(level):
            raise PolicyFault(
                "policy.level",
                "no level that a summary states",
                place=Place(pointer=f"{pointer}/levels/{number}"),
                expected="VI_<TRACK>_<n>, VI_LEVEL_<n> or SLSA_<TRACK>_LEVEL_<n>",
                actual=level,
            )
    vendor = policy.product.vendor if policy.product is not None else None
    if vendor in {policy.signer(name).group for name in requirement.signers}:
        raise PolicyFault(
            "policy.verdict_own",
            "a verdict of the vendor's on itself is nobody else's word",
            place=Place(pointer=f"{pointer}/signers"),
            expected=f"signers of another group than {vendor}",
            actual=vendor,
        )
