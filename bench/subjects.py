"""What is verified: a public release out of the corpus where it is beside the tree, else one of a made-up world."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from fixtures.world import World
from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load

BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Subject:
    """An artifact, its Sigstore bundle, and who signed it. `trusted_root` is None where Sigstore's own root holds."""

    told: str
    artifact: Path
    bundle: Path
    identity: str
    issuer: str
    trusted_root: Path | None

    def ours(self) -> list[str]:
        """Our command line."""
        trust = ["--trust", str(self.trusted_root)] if self.trusted_root else []
        expected = ["--identity", self.identity, "--issuer", self.issuer]
        return [str(BIN / "countersign"), "verify", str(self.artifact), "-e", str(self.bundle), *expected, *trust]

    def theirs(self) -> list[str]:
        """The same question, asked of the `sigstore` command."""
        trust = ["--trust-config", str(self.trusted_root.with_name("trust-config.json"))] if self.trusted_root else []
        expected = ["--cert-identity", self.identity, "--cert-oidc-issuer", self.issuer]
        command = [str(BIN / "sigstore"), *trust, "verify", "identity", "--offline", "--bundle", str(self.bundle)]
        return [*command, *expected, str(self.artifact)]


def subject(folder: Path) -> Subject:
    """The subject; `folder` is for what has to be made."""
    return _real() if SHARED.exists() else _made(folder)


def _real() -> Subject:
    folder = unpacked()
    case = next(filter(_is_whole_and_public, load(folder / "cases.jsonl", folder / "data")))
    params = case.params
    return Subject(
        "a real public release, its bundle logged in Sigstore's public log",
        case.files["artifact"],
        case.files["bundle"],
        params["identity"],
        params["issuer"],
        None,
    )


def _is_whole_and_public(case: Case) -> bool:
    """A row that both programs can be asked on the command line: file, bundle, identity, issuer, the public roots."""
    named = case.params.get("identity") and case.params.get("issuer")
    whole = {"artifact", "bundle"} <= case.files.keys() and case.stage == "end-to-end"
    good = (case.family, case.expect, case.real) == ("sigstore-bundle", "pass", "public-good")
    return good and whole and bool(named)


def _made(folder: Path) -> Subject:
    world = World.at(datetime.datetime(2026, 3, 2, 11, 4, tzinfo=datetime.UTC))
    release = world.build("endpoint-7.1.0.exe", tag="v7.1.0")
    artifact, bundle, root = folder / release.name, folder / "bundle.json", folder / "trusted_root.json"
    artifact.write_bytes(release.content)
    bundle.write_bytes(bytes(release.signature()))
    root.write_bytes(bytes(world.trusted_root()))
    config = {
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": json.loads(root.read_bytes()),
        "signingConfig": {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"},
    }
    root.with_name("trust-config.json").write_text(json.dumps(config), encoding="utf-8")
    identity = release.workflow.identity
    return Subject("a release of a made-up world", artifact, bundle, str(identity.name.value), identity.issuer, root)
