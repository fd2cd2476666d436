"""A directory of files that never change: verdicts by policy and artifact, policies, the trust document.

    verdicts/<policy>/sha256/<artifact>/<n>.json      the nth verdict that passed: a verdict bundle
    policies/<policy>.json                            the policy in its plain form, and its verifier id
    trust/<n>.root.json                               each version of the trust document
    trust/root.json                                   the newest of them: the one file that is ever replaced

Digests are SHA-256 in hex, the policy's of its canonical form. Which verdict is current, a file cannot say of itself:
its age can (`verdict check --max-age`), and so can the repository that lists it.

Spec: countersign design, section 7
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

from attestations.faults import Place

from ..effects.faults import OutputFault
from ..effects.paths import shown
from ..effects.writing import unwritable, write_whole

_HEX = re.compile(r"[0-9a-f]{64}\Z")


class StaticSite:
    """The directory at `directory`, made when something is first put there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put_verdict(self, policy: str, artifact: str, bundle: bytes) -> bool:
        """Publish the verdict under the next number that is free; whether it was not there before. Digests are hex.

        Raises:
            OutputFault: ``output.unwritable``.
        """
        if not (_HEX.match(policy) and _HEX.match(artifact)):
            raise ValueError("a policy's and an artifact's SHA-256 in hex")
        place = Path("verdicts") / policy / "sha256" / artifact
        for number in itertools.count(1):
            # Not by the order in the database: what commits late would claim a number that others hold.
            name = place / f"{number}.json"
            if self._held(name) in (None, bundle):
                return self._put(name, bundle)
        raise AssertionError

    def number_of(self, policy: str, artifact: str, bundle: bytes) -> int:
        """The number under which the verdict is published. Raises: ValueError, where it is not."""
        place = Path("verdicts") / policy / "sha256" / artifact
        for number in itertools.count(1):
            held = self._held(place / f"{number}.json")
            if held == bundle:
                return number
            if held is None:
                raise ValueError("a verdict that was published")
        raise AssertionError

    def put_policy(self, policy: str, content: bytes) -> bool:
        """Publish the policy; whether it was not there before.

        Raises:
            OutputFault: ``output.unwritable``, ``publish.changed``.
        """
        if not _HEX.match(policy):
            raise ValueError("a policy's SHA-256 in hex")
        return self._put(Path("policies") / f"{policy}.json", content)

    def put_documents(self, contents: tuple[bytes, ...]) -> int:
        """Publish every version of the trust document; how many were not there before.

        Raises:
            OutputFault: ``output.unwritable``, ``publish.changed``.
        """
        new = sum(self._put(Path("trust") / f"{n}.root.json", content) for n, content in enumerate(contents, start=1))
        latest = self._directory / "trust" / "root.json"
        if contents and (not latest.is_file() or latest.read_bytes() != contents[-1]):
            write_whole(str(latest), contents[-1])
        return new

    def _held(self, path: Path) -> bytes | None:
        target = self._directory / path
        with unwritable(str(target)):
            return target.read_bytes() if target.exists() else None

    def _put(self, path: Path, content: bytes) -> bool:
        """Give `content` its place, whole and for good.

        Raises:
            OutputFault: ``output.unwritable``; ``publish.changed``: another content stands there.
        """
        held = self._held(path)
        if held is not None and held != content:
            detail = "another content was published there before, and stays"
            raise OutputFault("publish.changed", detail, place=Place(shown(str(path))))
        if held is None:
            target = self._directory / path
            with unwritable(str(target)):
                target.parent.mkdir(parents=True, exist_ok=True)
                scratch = target.with_name(f".{os.urandom(8).hex()}")
                try:
                    with scratch.open("xb") as file:
                        file.write(content)
                        file.flush()
                        os.fsync(file.fileno())
                    scratch.rename(target)
                finally:
                    scratch.unlink(missing_ok=True)
        return held is None
