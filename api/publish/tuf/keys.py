"""Who signs: the keys that are at hand, against those that may sign a role and how many of them must."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from attestations.tuf.documents import Root
from attestations.tuf.metadata import Signature
from attestations.tuf.roles import Key, Role
from attestations.tuf.writing import Part, covered_bytes, write_metadata
from verifier.trust_documents import root_key

from ...effects.faults import KeyFault
from ...effects.keys import Signer


class Authority(Struct, frozen=True):
    """Whose keys may sign, by id, and how many must."""

    role: Role
    keys: Mapping[str, Key]


class Keyring:
    """The keys that are at hand."""

    def __init__(self, signers: Iterable[Signer]) -> None:
        self._signers = {root_key(signer.public_key)[0]: signer for signer in signers}

    def enough(self, authority: Authority) -> bool:
        """Whether they can sign for `authority`."""
        return len(self._held(authority)) >= authority.role.threshold

    def check(self, name: str, authority: Authority) -> None:
        """They can sign the role called `name` for `authority`. Raises: KeyFault ``signing.too_few``."""
        held = self._held(authority)
        if len(held) < authority.role.threshold:
            raise KeyFault(
                "signing.too_few",
                f"too few keys at hand to sign {name}",
                expected=f"{authority.role.threshold} of {_listed(authority.role.keyids)}",
                actual=_listed(held) or "none of them",
            )

    def _held(self, authority: Authority) -> list[str]:
        return [keyid for keyid in authority.role.keyids if keyid in self._signers]

    def sign(self, name: str, part: Part, authorities: Sequence[Authority]) -> bytes:
        """The file of the role called `name` that says `part`, signed for the first of `authorities`.

        Where keys at hand may sign for the others too, they do: whoever has not heard of the new ones takes it as well.

        Raises:
            KeyFault: ``signing.too_few``, ``signing.failed``.
        """
        self.check(name, authorities[0])
        covered = covered_bytes(part)
        every = dict.fromkeys(keyid for authority in authorities for keyid in self._held(authority))
        return write_metadata(part, covered, [Signature(keyid, self._signers[keyid].sign(covered)) for keyid in every])


def _listed(keyids: Iterable[str]) -> str:
    return ", ".join(f"sha256:{keyid}" for keyid in keyids)


def authority_of(root: Root, role: str) -> Authority:
    """Who may sign a role that the root gives keys to."""
    return Authority(root.roles[role], root.keys)
