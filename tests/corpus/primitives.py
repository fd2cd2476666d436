"""The signature vectors: Wycheproof, CCTV's Ed25519 corner cases, and what securesystemslib signs and refuses."""

from __future__ import annotations

import functools
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

from verifier.keys import PublicKey, load_ed25519, load_pem, load_spki
from verifier.signatures import named, verify

from .cases import Answer, Case, attempt

_SALT = re.compile(r"(rsa-pss-sha(\d+))-mgf1-salt(\d+)")
_CURVES = {"nistp256": "p256-sha256", "nistp384": "p384-sha384", "nistp521": "p521-sha512"}


def scheme(algorithm: str) -> str:
    """Our name of what the vectors call `algorithm`."""
    if salted := _SALT.fullmatch(algorithm):
        return salted[1] if int(salted[3]) * 8 == int(salted[2]) else algorithm
    if algorithm.startswith("rsassa-pss-"):
        return f"rsa-pss-{algorithm.removeprefix('rsassa-pss-')}-any-salt"
    if algorithm.startswith("ecdsa-sha2-"):
        return f"ecdsa-{_CURVES[algorithm.removeprefix('ecdsa-sha2-')]}"
    return algorithm.replace("pkcs1v15", "pkcs1").removesuffix("-der").replace("-p1363", "-raw")


def answer(case: Case) -> Answer:
    def work() -> None:
        wanted = named(scheme(case.params["algorithm"]))
        key, signature, message = _vector(case)
        verify(key, signature, message, scheme=wanted)

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
