"""Keys in a token (SoftHSM), and the URIs that name them. Each use is a process of its own: a module lives as long."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from api.effects.faults import KeyFault
from api.effects.keys import open_signer
from api.effects.keys.files import PrivateKey
from api.effects.keys.pkcs11_uri import SYSTEM_MODULE, parse_pkcs11_uri

from .conftest import Program
from .running import ROOT, Ran

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
MODULE = next((path for path in MODULES if Path(path).exists()), None)
PIN = b"123456"

NEEDS_TOKEN = pytest.mark.skipif(
    MODULE is None or shutil.which("softhsm2-util") is None or importlib.util.find_spec("pkcs11") is None,
    reason="SoftHSM or python-pkcs11 is not installed",
)

KEYS: Mapping[str, Callable[[], PrivateKey]] = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
}


class Token:
    """A token of one's own, in a folder."""

    def __init__(self, home: Path) -> None:
        (home / "tokens").mkdir()
        self.configuration = home / "softhsm.conf"
        self.configuration.write_text(f"directories.tokendir = {home / 'tokens'}\nlog.level = ERROR\n")
        self.home = home
        self.tool("--init-token", "--free", "--label", "acme", "--so-pin", "12345678")

    def tool(self, *arguments: str) -> None:
        command = ["softhsm2-util", *arguments, "--pin", PIN.decode()]
        subprocess.run(command, env={"SOFTHSM2_CONF": str(self.configuration)}, check=True, capture_output=True)

    def keep(self, key: PrivateKey, label: str, identifier: str) -> None:
        """Put a key, made elsewhere for the test, into the token."""
        path = self.home / "key.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.tool("--import", str(path), "--token", "acme", "--label", label, "--id", identifier)
        path.unlink()

    def run(self, *arguments: str, pin: bytes = PIN) -> Ran:
        """The program, which reads the PIN from its standard input."""
        command = [sys.executable, "-W", "error", "-m", "countersign", *arguments, "--pin-fd", "0"]
        known = {"PYTHONPATH": str(ROOT), "SOFTHSM2_CONF": str(self.configuration), "COLUMNS": "80", "PATH": ""}
        ran = subprocess.run(command, cwd=self.home, env=known, input=pin, capture_output=True, check=False)
        return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def token(here: Path) -> Token:
    return Token(here)


def uri(attributes: str) -> str:
    return f"pkcs11:{attributes}?module-path={MODULE}"


@NEEDS_TOKEN
@pytest.mark.parametrize("kind", KEYS)
def test_what_a_token_signs_verifies_under_its_public_key(token: Token, program: Program, kind: str) -> None:
    key = KEYS[kind]()
    token.keep(key, "release", "a1")
    (token.home / "app.exe").write_bytes(b"the program")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (token.home / "release.pub").write_bytes(public)
    ran = token.run("attest", "manifest", "app.exe", "--vendor", "acme", "--product", "app", "--version", "1",
                    "--key", uri("token=acme;object=release"), "-o", "app.exe.intoto.jsonl")  # fmt: skip
    assert (ran.code, ran.output, ran.errors) == (0, b"wrote app.exe.intoto.jsonl: a signed statement\n", b"")
    assert program("verify", "app.exe", "--key", "release.pub").code == 0
    shown = token.run("key", "show", uri("id=%A1"))
    assert (shown.code, shown.errors, public in shown.output) == (0, b"", True)


@NEEDS_TOKEN
def test_a_token_that_is_not_as_asked_is_refused(token: Token) -> None:
    token.keep(KEYS["p256"](), "release", "a1")
    token.keep(KEYS["p256"](), "release", "a2")
    show = ("key", "show")
    assert token.run(*show, uri("token=acme;object=release;id=%A1")).code == 0
    assert token.run(*show, uri("token=acme;object=release;id=%A1"), pin=b"000000").reason == "signing.pin_wrong"
    assert token.run(*show, uri("token=acme;object=release")).reason == "signing.key_missing"
    assert token.run(*show, uri("token=acme;object=other")).reason == "signing.key_missing"
    assert token.run(*show, uri("token=other;object=release")).reason == "signing.token"
    assert token.run(*show, uri("serial=0;object=release")).reason == "signing.token"
    assert token.run(*show, uri("slot-id=1;object=release")).reason == "signing.token"
    nowhere = token.run(*show, "pkcs11:object=release?module-path=/no/such/module.so")
    assert (nowhere.code, nowhere.reason) == (4, "signing.token")


def test_a_token_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    assert refused("pkcs11:object=release") == "signing.unavailable"


class Silent:
    """Nobody knows the PIN, and nobody may be asked."""

    def pin(self, prompt: str) -> str:
        raise AssertionError(prompt)


def refused(text: str) -> str:
    with pytest.raises(KeyFault) as caught:
        open_signer(text, Silent())
    return caught.value.reason


def test_a_uri_says_which_key_in_which_token_by_which_module() -> None:
    key = parse_pkcs11_uri("pkcs11:token=My%20token;serial=01;object=a%3bb;id=%00%ff;type=private?module-path=/m.so")
    assert (key.module, key.token, key.serial, key.object, key.id) == ("/m.so", "My token", "01", "a;b", b"\x00\xff")
    assert parse_pkcs11_uri("pkcs11:id=x;slot-id=7").module == SYSTEM_MODULE
    assert parse_pkcs11_uri("pkcs11:id=x;slot-id=7").slot == 7


@pytest.mark.parametrize(
    "text",
    ["pkcs11:object=a?pin-value=1234", "pkcs11:object=a?pin-source=file:/pin", "pkcs11:object=a;pin-value=1234"],
)
def test_a_pin_in_a_uri_is_refused(text: str) -> None:
    assert refused(text) == "signing.pin_in_uri"


@pytest.mark.parametrize(
    "text",
    [
        "pkcs11:",
        "pkcs11:token=acme",
        "pkcs11:object=",
        "pkcs11:object=a;object=b",
        "pkcs11:object=a;type=public",
        "pkcs11:object=a;x-vendor=1",
        "pkcs11:object=a;",
        "pkcs11:object",
        "pkcs11:object=%zz",
        "pkcs11:object=a b",
        "pkcs11:object=%ff",
        "pkcs11:object=a;slot-id=-1",
        "pkcs11:object=a?module-name=softhsm2",
        "pkcs11:object=a?module-path=softhsm2.so",
        "pkcs11:object=a?module-path=../softhsm2.so",
    ],
)
def test_a_uri_that_leaves_open_what_is_meant_is_refused(text: str) -> None:
    assert refused(text) == "signing.uri"


@given(st.text(st.sampled_from("pkcs11:object=id;&?%a0/.-tken"), max_size=60))
def test_any_other_text_is_refused_with_a_reason(text: str) -> None:
    try:
        key = parse_pkcs11_uri(f"pkcs11:{text}")
    except KeyFault as fault:
        assert fault.reason in {"signing.uri", "signing.pin_in_uri"}
    else:
        assert key.object or key.id
