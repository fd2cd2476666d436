"""Which trust a verification uses: what its policy names, out of the store and the files that were given.

Nothing is discovered. A root that a policy names and nobody has is refused, and so is a file that was given and that
the policy does not name: it would be ignored where somebody thinks it counts.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from collections.abc import Iterable

from msgspec import Struct

from attestations.digests import Digest
from attestations.faults import Fault, Place
from attestations.limits import Limits
from attestations.npm_keys import is_npm_keys
from verifier.faults import TrustFault
from verifier.key_files import holds_keys
from verifier.policy.model import PinnedKey, Policy
from verifier.request import KeyFile, TrustFile

from ..effects.clock import Clock
from ..effects.files import Files
from ..effects.paths import shown
from ..effects.trust_source import TrustSource
from ..effects.trust_store import INSTANCES, NAME, Stored, TrustStore

_PEM = b"-----BEGIN "


class Trust(Struct, frozen=True):
    """Trust material as the verifier takes it: roots, and files of keys."""

    roots: tuple[TrustFile, ...]
    keys: tuple[KeyFile, ...]


NO_TRUST = Trust((), ())


def read_trust(given: Iterable[str], store: TrustStore, files: Files, limits: Limits) -> Trust:
    """The trust material that `given` names, each by the name of a stored entry or by the path of a file.

    Names come first, so that no file in the directory we are called in passes for a named root (T71).

    Raises:
        InputFault: ``input.*``.
        TrustFault: ``trust.store_damaged``.
    """
    roots: list[TrustFile] = []
    keys: list[KeyFile] = []
    for name in given:
        entry = store.get(name) if is_name(name) else None
        content = entry.content if entry else files.read(name, "trust_root", limits)
        if is_key_file(content):
            keys.append(KeyFile(shown(name), content))
        else:
            roots.append(TrustFile(shown(name), content, entry.dated if entry else None))
    return Trust(tuple(roots), tuple(keys))


def is_name(text: str) -> bool:
    """Whether `text` can name a stored entry: a path with a separator or a suffix of its own cannot."""
    return NAME.fullmatch(text) is not None


def is_key_file(content: bytes) -> bool:
    """Whether these are keys, in any form that key files have, and no trust root."""
    return is_npm_keys(content) or holds_keys(content) or (_PEM in content and not content.lstrip().startswith(b"{"))


def root_digest(root: TrustFile) -> str:
    """How a policy names a file: ``sha256:…`` of its bytes."""
    return str(Digest("sha256", hashlib.sha256(root.content).hexdigest()))


def settle_trust(policy: Policy, given: Trust, store: TrustStore) -> Trust:
    """What `policy` trusts: its roots, out of `given` or the store; and the keys it pins, out of the same two.

    Raises:
        TrustFault: ``trust.name_unknown``, ``trust.not_named``, ``trust.store_damaged``, ``trust.key_*``.
    """
    by_digest = _named(policy, given)
    roots = tuple(by_digest[name] if name in by_digest else _stored_root(name, store) for name in policy.trust.roots)
    return Trust(roots, _pinned_keys(policy, given.keys, store))


def offer_trust(policy: Policy, given: Trust, store: TrustStore) -> Trust:
    """What goes along to a service that judges under `policy`: what was given, and the keys pinned out of the store.

    Roots that the policy names and nobody gave are the service's to have. Raises as `settle_trust`.
    """
    return Trust(tuple(_named(policy, given).values()), _pinned_keys(policy, given.keys, store))


def _named(policy: Policy, given: Trust) -> dict[str, TrustFile]:
    """The roots that were given, by digest; each is named by the policy."""
    by_digest = {root_digest(root): root for root in given.roots}
    wanted = policy.trust.roots
    for digest, root in by_digest.items():
        if digest not in wanted and root.name not in wanted:
            detail = "the policy does not name this trust root"
            raise TrustFault("trust.not_named", detail, place=Place(root.name), expected=f"roots = [{digest!r}]")
    return by_digest


def _stored_root(name: str, store: TrustStore) -> TrustFile:
    entry = stored(name, store)
    return TrustFile(name, entry.content, entry.dated)


def stored(name: str, store: TrustStore) -> Stored:
    """The entry of that name.

    Raises:
        TrustFault: ``trust.name_unknown``, ``trust.store_damaged``.
    """
    entry = store.get(name) if is_name(name) else None
    if entry is None:
        raise TrustFault("trust.name_unknown", f"{name!r} is neither a stored trust root nor a file that was given")
    return entry


def _pinned_keys(policy: Policy, given: tuple[KeyFile, ...], store: TrustStore) -> tuple[KeyFile, ...]:
    wanted = {signer.key for signer in policy.signers if isinstance(signer, PinnedKey)}
    for file in given:
        with contextlib.suppress(Fault):  # what is wrong with a file is told where its keys are wanted
            wanted -= set(fingerprints(file))
    if not wanted:
        return given
    stored = tuple(KeyFile(entry.name, entry.content) for entry in store.all() if is_key_file(entry.content))
    return (*given, *(file for file in stored if not wanted.isdisjoint(fingerprints(file))))


def fingerprints(file: KeyFile) -> tuple[Digest, ...]:
    """The fingerprint of each key in a file.

    Raises:
        TrustFault: ``trust.key_malformed``, ``trust.key_unsupported``, ``trust.key_missing``.
    """
    from verifier.trust import load_key_file

    return tuple(trusted.key.fingerprint for trusted in load_key_file(file.content, name=file.name, windows={}))


def add_trust(name: str, path: str, store: TrustStore, files: Files, clock: Clock, limits: Limits) -> Stored:
    """Keep the trust root or the keys in the file at `path` under `name`, dated now.

    Raises:
        InputFault: ``input.*``.
        TrustFault: ``trust.name_malformed``, ``trust.name_taken``, and what makes the file unusable.
    """
    if name in INSTANCES:
        raise TrustFault("trust.name_taken", f"{name!r} is a root of the installed library")
    standing = store.get(name)
    content = files.read(path, "trust_root", limits)
    check_usable(shown(path), content)
    if standing is not None and standing.content != content:
        actual = f"sha256:{standing.sha256}"
        raise TrustFault("trust.name_taken", f"{name!r} already names something else", actual=actual)
    entry = Stored(name, content, clock.now(), "added", shown(path))
    store.put(entry)
    return entry


def check_usable(source: str, content: bytes) -> None:
    """Refuse a file that is neither a trust root nor public keys. Raises as `load_trust_root` and `load_key_file`."""
    from verifier.trust import load_trust_root

    if is_key_file(content):
        fingerprints(KeyFile(source, content))
    else:
        load_trust_root(content, name=source, dated=None)


class Refreshed(Struct, frozen=True):
    """What a refresh came to: the entry as it stood and as it stands."""

    before: Stored | None
    after: Stored

    @property
    def changed(self) -> bool:
        return self.before is None or self.before.content != self.after.content


def refresh_trust(name: str, store: TrustStore, source: TrustSource, clock: Clock) -> Refreshed:
    """Bring the named root up to date, and never to something older (T80).

    Raises:
        TrustFault: ``trust.name_unknown``, ``trust.refresh_failed``, ``trust.rollback``, ``trust.malformed``.
    """
    before = store.get(name)
    started: datetime.datetime = clock.now()
    fetched = source.fetch(name)
    check_usable(fetched.source, fetched.content)
    if before is not None and (fetched.version < before.version or started < before.dated):
        raise TrustFault(
            "trust.rollback",
            f"what {fetched.source} gives is older than what is stored",
            expected=f"version {before.version} or newer, after {before.dated:%Y-%m-%d}",
            actual=f"version {fetched.version}, {started:%Y-%m-%d}",
        )
    after = Stored(name, fetched.content, started, "refreshed", fetched.source, fetched.version)
    store.put(after)
    return Refreshed(before, after)
