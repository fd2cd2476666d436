"""Where a named trust root is refreshed from: the TUF repository of its project.

`tuf` does the work: it starts from the root metadata that the installed `sigstore` library ships, or from newer ones
it verified before, follows the chain of roots, and refuses metadata that is older than any it has seen (T80).

Spec: The Update Framework, client workflow, https://theupdateframework.github.io/specification/latest/#detailed-client-workflow
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from attestations.strict_json import Node, loads
from verifier.faults import TrustFault

from .trust_store import INSTANCES, packaged_anchor

if TYPE_CHECKING:
    from tuf.ngclient.fetcher import FetcherInterface

TARGET = "trusted_root.json"


class Fetched(Struct, frozen=True):
    """A trust root as its project publishes it now, and the version of the signed list (TUF targets) that names it."""

    content: bytes
    version: int
    source: str


class TrustSource(Protocol):
    """Something that knows the present trust root of a name."""

    def fetch(self, name: str) -> Fetched:
        """The present trust root of that name, verified."""
        ...


class TufSource:
    """TUF repositories on the network.

    `directory` keeps what was verified, so that nothing older is taken later. `anchor` gives the root metadata to start
    from, by the name of the instance.
    """

    def __init__(
        self,
        directory: Path,
        fetcher: FetcherInterface | None = None,
        anchor: Callable[[str], bytes | None] = packaged_anchor,
    ) -> None:
        self._directory = directory
        self._fetcher = fetcher
        self._anchor = anchor

    def fetch(self, name: str) -> Fetched:
        """The present trust root of that name.

        Raises:
            TrustFault: ``trust.name_unknown``, ``trust.refresh_failed``.
        """
        bootstrap = self._anchor(name)
        if bootstrap is None:
            raise TrustFault("trust.name_unknown", f"{name!r} has no repository to refresh it from")
        from tuf.api.exceptions import DownloadError, RepositoryError

        try:
            return self._refresh(name, bootstrap)
        except (DownloadError, RepositoryError, OSError) as error:
            detail = f"{INSTANCES[name]}: {_meaning(error)}"
            raise TrustFault("trust.refresh_failed", detail) from None

    def _refresh(self, name: str, bootstrap: bytes) -> Fetched:
        import tempfile

        from tuf.ngclient.config import UpdaterConfig
        from tuf.ngclient.updater import Updater

        metadata = self._directory / f"tuf-{name}"
        metadata.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as targets:
            updater = Updater(
                metadata_dir=str(metadata),
                metadata_base_url=INSTANCES[name],
                target_dir=targets,
                target_base_url=f"{INSTANCES[name]}/targets/",
                fetcher=self._fetcher,
                config=UpdaterConfig(app_user_agent="countersign"),
                bootstrap=bootstrap,
            )
            updater.refresh()
            target = updater.get_targetinfo(TARGET)
            if target is None:
                raise TrustFault("trust.refresh_failed", f"{INSTANCES[name]} publishes no {TARGET}")
            content = Path(updater.download_target(target)).read_bytes()
        targets_metadata = Node(loads((metadata / "targets.json").read_bytes()))
        return Fetched(content, targets_metadata.field("signed").field("version").integer(), INSTANCES[name])


def _meaning(error: Exception) -> str:
    """The first line of what went wrong, by its innermost cause: what wraps it says only that something did."""
    while error.__cause__ is not None and isinstance(error.__cause__, Exception):
        error = error.__cause__
    text = str(error) or type(error).__name__
    return text.splitlines()[0][:200]
