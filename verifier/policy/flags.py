"""The command line's identity and key flags as a policy: the same object, the same digest as if it were a file."""

from __future__ import annotations

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Place

from ..faults import PolicyFault
from .model import (
    Exact,
    Expected,
    PinnedIdentity,
    PinnedKey,
    Policy,
    ProvenanceRequirement,
    Requirement,
    SignedRequirement,
    SignerRule,
    TrustRule,
)
from .sound import check_policy

FLAGS_ID = "flags"
"""The id of a policy that was given by flags: nobody published it."""


class FlagValues(Struct, frozen=True):
    """What was given on the command line; texts are exact. `keys` are fingerprints of the given key files' keys.

    `roots` are the trust roots to use: names, or ``sha256:…`` of files given.
    """

    identity: str | None = None
    issuer: str | None = None
    keys: tuple[Digest, ...] = ()
    source: str | None = None
    tag: str | None = None
    branch: str | None = None
    commit: str | None = None
    builder: str | None = None
    roots: tuple[str, ...] = ()
    package: str | None = None


def policy_from_flags(flags: FlagValues) -> Policy:
    """The policy that flags stand for: provenance where any flag speaks of the build, else a signature.

    Several keys are several signers of one group: any of them may have signed, and they count as one party.

    Raises:
        PolicyFault: ``policy.identity_missing`` (nobody is expected: T20, T22), ``policy.issuer_missing`` (T23),
            ``policy.signer`` (an issuer without an identity, or identity and keys together), and what
            `check_policy` raises.
    """
    signers = _signers(flags)
    policy = Policy(
        id=FLAGS_ID,
        version=1,
        trust=TrustRule(roots=flags.roots),
        signers=tuple(sorted(signers, key=lambda signer: signer.name)),
        requirements=(_requirement(flags, tuple(signer.name for signer in signers)),),
    )
    check_policy(policy)
    return policy


def _signers(flags: FlagValues) -> tuple[SignerRule, ...]:
    if flags.identity is not None and flags.keys:
        raise PolicyFault(
            "policy.signer",
            "an identity and a key together leave open which must have signed",
            expected="--identity with --issuer, or --key; both need a policy file",
        )
    if flags.identity is not None and flags.issuer is None:
        raise PolicyFault(
            "policy.issuer_missing",
            "an identity means nothing without the issuer that vouches for it",
            expected="--issuer",
        )
    if flags.identity is None and flags.issuer is not None:
        raise PolicyFault(
            "policy.signer", "an issuer vouches for many; say which identity is expected", expected="--identity"
        )
    if flags.issuer == "":
        # A file may ask for a certificate that states no issuer; on a command line it is a variable that was not set.
        raise PolicyFault(
            "policy.issuer_malformed", "the issuer is empty", place=Place(pointer="/signers/signer/issuer")
        )
    if flags.identity is not None and flags.issuer is not None:
        return (PinnedIdentity("signer", "signer", Exact(flags.identity), flags.issuer),)
    if flags.keys:
        return tuple(PinnedKey(f"key-{index}", "signer", key) for index, key in enumerate(dict.fromkeys(flags.keys), 1))
    raise PolicyFault(
        "policy.identity_missing",
        "nobody is expected to have signed, so anybody could have",
        expected="--identity with --issuer, or --key, or --policy",
    )


def _requirement(flags: FlagValues, signers: tuple[str, ...]) -> Requirement:
    build = (flags.source, flags.tag, flags.branch, flags.commit, flags.builder)
    if all(value is None for value in build):
        return SignedRequirement(signers, package=flags.package)
    return ProvenanceRequirement(
        signers,
        source=_exact(flags.source),
        tag=_exact(flags.tag),
        branch=_exact(flags.branch),
        commit=_exact(flags.commit),
        builder=_exact(flags.builder),
        package=flags.package,
    )


def _exact(text: str | None) -> Expected | None:
    return Exact(text) if text is not None else None
