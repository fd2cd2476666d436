"""Others to ask the same: real bundles and timestamps from the corpus, and `openssl`."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.corpus.__main__ import SHARED, unpacked
from tests.corpus.cases import Case, load
from verifier.trust import TrustRoot, load_trust_root

from .making import Wanted

OPENSSL = shutil.which("openssl")

absent = pytest.mark.skipif(
    not SHARED.exists() and os.environ.get("CI") != "true", reason="the corpus of real cases is not beside this tree"
)
without_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")


def pem(*wanted: Wanted) -> bytes:
    """The certificates as PEM, one after the other."""
    return b"".join(x509.load_der_x509_certificate(each.der()).public_bytes(Encoding.PEM) for each in wanted)


def openssl(folder: Path, *command: str) -> bool:
    """Whether `openssl` with these arguments ends well, run in `folder`."""
    assert OPENSSL is not None
    done = subprocess.run([OPENSSL, *command], cwd=folder, capture_output=True, check=False, timeout=60)
    return done.returncode == 0


@cache
def cases() -> tuple[Case, ...]:
    folder = unpacked()
    return tuple(load(folder / "cases.jsonl", folder / "data"))


def found(value: Any, name: str) -> Iterator[Any]:
    """Every value under the key `name`, however deep."""
    if isinstance(value, dict):
        if name in value:
            yield value[name]
        for inner in value.values():
            yield from found(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from found(inner, name)


def documents(path: Path) -> Iterator[Any]:
    """The JSON documents of a file: one, or one a line; none where it holds something else."""
    try:
        text = path.read_text(encoding="utf-8")
        yield from [json.loads(text)] if text.lstrip().startswith("{\n") else map(json.loads, text.splitlines())
    except ValueError:
        return


@cache
def real_chains() -> tuple[tuple[tuple[bytes, ...], Path], ...]:
    """Every certificate chain in a genuine Sigstore bundle that is expected to verify, with its trust root's file."""
    chains: dict[tuple[tuple[bytes, ...], Path], None] = {}
    for case in cases():
        if case.expect != "pass" or case.contested or "trusted_root" not in case.files:
            continue
        for path in case.files.values():
            for document in documents(path) if path.is_file() and path.stat().st_size < 1 << 20 else ():
                for material in found(document, "verificationMaterial"):
                    chain = _chain(material)
                    if chain:
                        chains[chain, case.files["trusted_root"]] = None
    return tuple(chains)


def _chain(material: dict[str, Any]) -> tuple[bytes, ...]:
    listed = (material.get("x509CertificateChain") or {}).get("certificates", [])
    single = [material["certificate"]] if material.get("certificate") else []
    return tuple(base64.b64decode(each["rawBytes"]) for each in (*listed, *single))


@cache
def trust_of(path: Path) -> TrustRoot:
    return load_trust_root(path.read_bytes(), name=path.name, dated=None)


@cache
def real_tokens() -> tuple[tuple[bytes, bytes, Path], ...]:
    """Every genuine timestamp of a bundle: the response, the signature it is over, the trust root's file."""
    tokens: dict[tuple[bytes, bytes, Path], None] = {}
    for case in cases():
        if case.family != "sigstore-bundle" or case.contested or "trusted_root" not in case.files:
            continue
        for document in documents(case.files["bundle"]):
            signed = [*found(document, "signature"), *found(document, "sig")]
            for token in found(document, "signedTimestamp"):
                tokens[base64.b64decode(token), base64.b64decode(signed[0]), case.files["trusted_root"]] = None
    return tuple(tokens)
