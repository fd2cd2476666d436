"""The signature vectors: Wycheproof, CCTV's Ed25519 corner cases, and what securesystemslib signs and refuses."""

from __future__ import annotations

import functools
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

from verifier.keys import PublicKey, load_ed25519, load_pem, load_spki
from verifier.signatures import named, verify

from .cases import Answer, Case, attempt

# What the vectors call a scheme → what we call it. A `-der` or `-mgf1…` suffix states what ours are anyway.
_SCHEMES = {
    "ecdsa-p256-sha256-der": "ecdsa-p256-sha256",
    "ecdsa-p384-sha384-der": "ecdsa-p384-sha384",
    "ecdsa-p521-sha512-der": "ecdsa-p521-sha512",
    "ecdsa-p256-sha256-p1363": "ecdsa-p256-sha256-raw",
    "ecdsa-p384-sha384-p1363": "ecdsa-p384-sha384-raw",
    "ecdsa-p521-sha512-p1363": "ecdsa-p521-sha512-raw",
    "ecdsa-sha2-nistp256": "ecdsa-p256-sha256",
    "ecdsa-sha2-nistp384": "ecdsa-p384-sha384",
    "ecdsa-sha2-nistp521": "ecdsa-p521-sha512",
    "rsassa-pss-sha224": "rsa-pss-sha224-any-salt",
    "rsassa-pss-sha256": "rsa-pss-sha256-any-salt",
    "rsassa-pss-sha384": "rsa-pss-sha384-any-salt",
    "rsassa-pss-sha512": "rsa-pss-sha512-any-salt",
    "rsa-pss-sha256-mgf1-salt32": "rsa-pss-sha256",
    "rsa-pss-sha384-mgf1-salt48": "rsa-pss-sha384",
    "rsa-pss-sha512-mgf1-salt64": "rsa-pss-sha512",
}


def answer(case: Case) -> Answer:
    algorithm = case.params["algorithm"]
    scheme = _SCHEMES.get(algorithm, algorithm.replace("pkcs1v15", "pkcs1"))

    def work() -> None:
        key, signature, message = _vector(case)
        verify(key, signature, message, scheme=named(scheme))

    return attempt(work)


def _vector(case: Case) -> tuple[PublicKey, bytes, bytes]:
    if "case" in case.files:
        return _securesystemslib(_load(case.files["case"]))
    vectors = _load(case.files["vectors"])
    if "number" in case.params:
        row = next(row for row in vectors if row["number"] == case.params["number"])
        return load_ed25519(bytes.fromhex(row["key"])), bytes.fromhex(row["sig"]), row["msg"].encode()
    group = vectors["testGroups"][case.params["group"]]
    row = next(row for row in group["tests"] if row["tcId"] == case.params["tcId"])
    return load_spki(bytes.fromhex(group["publicKeyDer"])), bytes.fromhex(row["sig"]), bytes.fromhex(row["msg"])


def _securesystemslib(row: dict[str, Any]) -> tuple[PublicKey, bytes, bytes]:
    public = row["key"]["keyval"]["public"]
    key = load_ed25519(bytes.fromhex(public)) if row["key"]["scheme"] == "ed25519" else load_pem(public.encode())
    return key, bytes.fromhex(row["signature"]["sig"]), b64decode(row["data_b64"])


@functools.cache
def _load(path: Path) -> Any:
    return json.loads(path.read_bytes())
