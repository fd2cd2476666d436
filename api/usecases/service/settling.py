"""Which trust a request is judged with: what its policy names, as it stands when the request is accepted.

    operator's policy    the operator's trust files, and no others: a tenant's own would be a fake root (T71)
    tenant's own policy  the tenant's trust files, then the operator's

A file that a request names and that the policy does not name is refused: it would be ignored where somebody thinks that
it counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, Struct
from sqlalchemy.engine import Connection

from verifier.faults import TrustFault
from verifier.policy.model import PinnedKey, Policy
from verifier.policy.plain import format_time

from ...store import trust_files
from ...store.schema import OPERATOR
from ...store.trust_files import StoredTrust
from .service import Service
from .terms import FileTerm
from .trust_files import keys_in

_BY_DIGEST = "sha256:"


class Settled(Struct, frozen=True):
    """The trust snapshot: roots in the order in which the policy names them, and files of the keys that it pins."""

    roots: tuple[FileTerm, ...]
    keys: tuple[FileTerm, ...]


class Settling:
    """Settles trust for one tenant, under a policy that the operator published, or under one of the tenant's own."""

    def __init__(self, service: Service, connection: Connection, tenant: str, *, published: bool) -> None:
        self._service = service
        self._connection = connection
        self._published = published
        self._owners = (OPERATOR,) if published else tuple(dict.fromkeys((tenant, OPERATOR)))

    def settle(self, policy: Policy, asked: tuple[str | StoredTrust, ...]) -> Settled:
        """The snapshot for `policy`, `asked` being what the request names or brings along besides.

        Raises:
            TrustFault: ``trust.not_published``, ``trust.name_unknown``, ``trust.distrusted``, ``trust.not_named``.
            StoreFault: ``blob.*``.
        """
        given = [self._find(each) if isinstance(each, str) else self._allowed(each) for each in asked]
        for file in given:
            if file.kind == "root" and policy.trust.roots and not self._names(policy, file):
                raise TrustFault("trust.not_named", "the policy does not name this trust root", actual=file.name)
        roots = tuple(self._root(name, given) for name in policy.trust.roots)
        pinned = {str(signer.key) for signer in policy.signers if isinstance(signer, PinnedKey)}
        keys = {file.sha256: file for file in self._keys(pinned, given)}
        return Settled(tuple(map(term_of, roots)), tuple(map(term_of, keys.values())))

    def settle_again(self, policy: Policy, roots: tuple[FileTerm, ...], keys: tuple[FileTerm, ...]) -> Settled:
        """The snapshot as it stands now, for what was judged before with these `roots` and `keys`.

        Nobody is there to be refused: a root that is not to be had is left out, and the verdict says that it is
        missing. What came with the request comes again; files of keys stay, unless they are distrusted.

        Raises:
            StoreFault: ``blob.*``.
        """
        brought = [file for file in (*roots, *keys) if self._came_along(file)]
        settled = [self._root_again(name, brought) for name in policy.trust.roots]
        kept = filter(None, (self._present(_BY_DIGEST + file.sha256) for file in keys))
        pinned = {str(signer.key) for signer in policy.signers if isinstance(signer, PinnedKey)}
        files = {file.sha256: file for file in keys if file in brought}
        files |= {file.sha256: term_of(file) for file in self._keys(pinned, list(kept))}
        return Settled(tuple(filter(None, settled)), tuple(files.values()))

    def _root_again(self, name: str, brought: list[FileTerm]) -> FileTerm | None:
        found = self._present(name)
        if found is not None:
            return term_of(found)
        return next((file for file in brought if name in (file.name, _BY_DIGEST + file.sha256)), None)

    def _came_along(self, file: FileTerm) -> bool:
        """Whether a file came with the request, and nobody keeps it: whoever keeps it says whether it counts."""
        kept = (trust_files.by_sha256(self._connection, owner, file.sha256) for owner in self._owners)
        return not self._published and not any(kept)

    def _present(self, name: str) -> StoredTrust | None:
        try:
            return self._find(name)
        except TrustFault:
            return None

    def _names(self, policy: Policy, file: StoredTrust) -> bool:
        return not {file.name, _BY_DIGEST + file.sha256}.isdisjoint(policy.trust.roots)

    def _root(self, name: str, given: list[StoredTrust]) -> StoredTrust:
        for file in given:
            if file.kind == "root" and name in (file.name, _BY_DIGEST + file.sha256):
                return file
        return self._find(name)

    def _find(self, name: str) -> StoredTrust:
        for owner in self._owners:
            if name.startswith(_BY_DIGEST):
                found = trust_files.by_sha256(self._connection, owner, name.removeprefix(_BY_DIGEST))
            else:
                found = trust_files.present(self._connection, owner, name)
            if found is not None and found.distrusted is not None:
                raise TrustFault("trust.distrusted", "this trust file is not to be relied on any more", actual=name)
            if found is not None:
                return found
        if self._published:
            raise TrustFault("trust.not_published", "the operator publishes no such trust file", actual=name[:80])
        raise TrustFault("trust.name_unknown", "neither you nor the operator have such a trust file", actual=name[:80])

    def _allowed(self, file: StoredTrust) -> StoredTrust:
        """A file that came with the request, where it may count: under a policy of the tenant's own."""
        if self._published:
            raise TrustFault("trust.not_published", "under the operator's policy its own trust alone counts")
        for owner in self._owners:
            known = trust_files.by_sha256(self._connection, owner, file.sha256)
            if known is not None and known.distrusted is not None:
                raise TrustFault(
                    "trust.distrusted", "this trust file is not to be relied on any more", actual=file.name
                )
        return file

    def _keys(self, pinned: set[str], given: list[StoredTrust]) -> Iterator[StoredTrust]:
        yield from (file for file in given if file.kind == "keys")
        if pinned:
            for owner in self._owners:
                for file in trust_files.of_tenant(self._connection, owner):
                    if file.kind == "keys" and file.distrusted is None and not pinned.isdisjoint(self._pins(file)):
                        yield file

    def _pins(self, file: StoredTrust) -> frozenset[str]:
        return keys_in(self._service.blobs.get, file.sha256, file.name)


def term_of(file: StoredTrust) -> FileTerm:
    """How terms refer to a trust file."""
    return FileTerm(file.name, file.sha256, UNSET if file.dated is None else format_time(file.dated))
