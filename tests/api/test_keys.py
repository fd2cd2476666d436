"""Private keys in files: made, opened, refused; and what they sign verifies."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from api.cli.key import ALGORITHMS
from api.effects.faults import KeyFault, OutputFault
from api.effects.keys import encryption, open_signer, sign_envelope
from api.effects.keys.files import FileSigner
from api.effects.keys.making import ALGORITHMS as MADE
from api.effects.keys.making import make_key, write_new
from api.effects.keys.pins import DescriptorPin, PinentryPin, PromptPin
from attestations.dsse import pae, parse_envelope
from attestations.limits import DEFAULT_LIMITS
from attestations.pem import parse_pem
from attestations.strict_json import Node, loads
from verifier.keys import load_pem
from verifier.signatures import verify

from .conftest import Program
from .running import ROOT

SECRET = "correct horse battery"
POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes and descriptors by number are POSIX's")


class Known:
    """Somebody who knows the secret, and counts how often they are asked."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = list(secrets)
        self.prompts: list[str] = []

    def pin(self, prompt: str) -> str:
        self.prompts.append(prompt)
        return self.secrets.pop(0)


def stored(here: Path, algorithm: str = "ecdsa-p256") -> str:
    (here / "release.key").write_bytes(make_key(algorithm, SECRET).private)
    return "release.key"


def descriptor(content: bytes) -> int:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


def refused(act: Callable[[], object]) -> str:
    with pytest.raises((KeyFault, OutputFault)) as caught:
        act()
    return caught.value.reason


def test_what_can_be_made_is_what_help_offers() -> None:
    assert tuple(MADE) == ALGORITHMS


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_envelope_signed_under_any_kind_of_key_verifies(here: Path, algorithm: str) -> None:
    signer = open_signer(f"file:{stored(here, algorithm)}", Known(SECRET))
    envelope = parse_envelope(Node(loads(sign_envelope("text/plain", b"hello", signer)), ""), DEFAULT_LIMITS)
    (signature,) = envelope.signatures
    assert signer.public_key.algorithm == algorithm
    assert signature.keyid == signer.public_key.fingerprint.hex
    held = verify(signer.public_key, signature.value, pae("text/plain", b"hello"), scheme=None)
    assert held == signer.scheme


def test_a_stolen_file_takes_long_to_try(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The iterations stand in the file, where the specification has them; no tool is told them otherwise."""
    quick = encryption.ITERATIONS
    assert bytes.fromhex("0202") + quick.to_bytes(2, "big") in der(stored(here))
    monkeypatch.undo()
    assert encryption.ITERATIONS >= 600_000
    path = str(here / stored(here))
    assert bytes.fromhex("0203") + encryption.ITERATIONS.to_bytes(3, "big") in der(path)
    assert open_signer(path, Known(SECRET)).public_key.algorithm == "ecdsa-p256"


def der(path: str) -> bytes:
    (block,) = parse_pem(Path(path).read_bytes())
    assert block.label == "ENCRYPTED PRIVATE KEY"
    return block.content


def test_a_passphrase_is_asked_for_once_and_by_the_name_of_the_file(here: Path) -> None:
    pin = Known(SECRET)
    signer = open_signer(stored(here), pin)
    signer.sign(b"one")
    signer.sign(b"two")
    assert pin.prompts == ["Passphrase of release.key"]


def test_a_wrong_passphrase_opens_nothing(here: Path) -> None:
    assert refused(lambda: open_signer(stored(here), Known("wrong"))) == "signing.pin_wrong"


def plain(here: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | dsa.DSAPrivateKey) -> str:
    path = here / "plain.key"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return "plain.key"


@POSIX
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_an_open_key_that_others_may_read_is_refused(here: Path, mode: int) -> None:
    path = plain(here, ec.generate_private_key(ec.SECP256R1()))
    assert open_signer(path, Known()).public_key.algorithm == "ecdsa-p256"
    Path(path).chmod(mode)
    assert refused(lambda: open_signer(path, Known())) == "signing.key_exposed"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\n",
        b"A" * 70_000,
    ],
    ids=["empty", "no key in it", "public", "two", "large"],
)
def test_what_is_no_private_key_is_refused(here: Path, content: bytes) -> None:
    (here / "release.key").write_bytes(content)
    (here / "release.key").chmod(0o600)
    assert refused(lambda: open_signer("release.key", Known())) == "signing.key_malformed"


@pytest.mark.parametrize(
    "key",
    [
        lambda: ec.generate_private_key(ec.SECP256K1()),
        lambda: rsa.generate_private_key(65537, 1024),
        lambda: dsa.generate_private_key(2048),
    ],
    ids=["curve", "weak", "algorithm"],
)
def test_a_key_that_no_verifier_takes_signs_nothing(here: Path, key: Callable[[], rsa.RSAPrivateKey]) -> None:
    path = plain(here, key())
    assert refused(lambda: open_signer(path, Known())) == "signing.key_unsupported"


def test_a_signature_that_does_not_verify_is_given_to_nobody(here: Path) -> None:
    good = open_signer(stored(here), Known(SECRET))
    broken = FileSigner(good.public_key, good.scheme, lambda message: good.sign(message + b"!"))
    assert refused(lambda: broken.sign(b"message")) == "signing.failed"


@pytest.mark.parametrize("uri", ["ftp://host/key", "env:KEY", "gnupg:ABCD"])
def test_a_scheme_that_is_not_known_is_refused(uri: str) -> None:
    assert refused(lambda: open_signer(uri, Known())) == "signing.uri"


def test_a_descriptor_gives_its_line_without_the_end_of_it() -> None:
    pin = DescriptorPin(descriptor(b"a secret with spaces \r\n"))
    assert pin.pin("once") == pin.pin("twice") == "a secret with spaces "


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 1025, b"\xff\n"], ids=["nothing", "empty", "long", "no text"])
def test_a_descriptor_that_gives_no_secret_is_refused(content: bytes) -> None:
    assert refused(lambda: DescriptorPin(descriptor(content)).pin("")) == "signing.pin_missing"


def test_a_descriptor_that_is_not_open_is_refused() -> None:
    reading = descriptor(b"")
    os.close(reading)
    assert refused(lambda: DescriptorPin(reading).pin("")) == "signing.pin_missing"


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.effects.keys.pins._TERMINAL", "no/such/terminal")
    assert refused(lambda: PromptPin().pin("Passphrase of x")) == "signing.pin_missing"


def pinentry(here: Path, answer: str) -> str:
    """A program that keeps what it was told, and answers."""
    path = here / "pinentry"
    path.write_text(
        f"#!{sys.executable}\nimport sys\nopen('asked', 'w').write(sys.stdin.read())\nsys.stdout.write({answer!r})\n"
    )
    path.chmod(0o700)
    return str(path)


@POSIX
def test_pinentry_is_asked_and_its_answer_decoded(here: Path) -> None:
    program = pinentry(here, "OK Pleased to meet you\nOK\nD 100%25 %C3%BC\nOK\n")
    assert PinentryPin(program).pin("PIN of 50% A") == "100% ü"
    assert "SETPROMPT PIN of 50%25 A:\nGETPIN\n" in (here / "asked").read_text()


@POSIX
@pytest.mark.parametrize("answer", ["OK\nERR 83886179 cancelled\n", "D \n", ""])
def test_pinentry_that_is_cancelled_gives_none(here: Path, answer: str) -> None:
    assert refused(lambda: PinentryPin(pinentry(here, answer)).pin("PIN")) == "signing.pin_missing"
    assert refused(lambda: PinentryPin("no-such-pinentry").pin("PIN")) == "signing.pin_missing"


@POSIX
def test_a_new_key_is_its_owners_alone_and_shown_with_the_policy_that_pins_it(here: Path, program: Program) -> None:
    secret = str(descriptor(SECRET.encode()))
    ran = program("key", "new", "release.key", "--algorithm", "ed25519", "--pin-fd", secret)
    assert (ran.code, ran.errors) == (0, b"")
    assert stat.S_IMODE((here / "release.key").stat().st_mode) == 0o600
    signer = open_signer("release.key", Known(SECRET))
    assert f'key = "{signer.public_key.fingerprint}"' in ran.text
    assert program("key", "show", "release.key.pub").text == ran.text
    again = str(descriptor(SECRET.encode()))
    assert program("key", "show", "release.key", "--pin-fd", again).text == ran.text


@pytest.mark.parametrize("taken", ["release.key", "release.key.pub"])
def test_nothing_is_written_over(here: Path, program: Program, taken: str) -> None:
    (here / taken).write_bytes(b"precious")
    ran = program("key", "new", "release.key", "--pin-fd", "99")
    assert (ran.code, ran.reason) == (4, "output.exists")
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {taken: b"precious"}
    assert refused(lambda: write_new(taken, b"new", 0o600)) == "output.exists"


def test_a_link_that_leads_nowhere_is_not_followed(here: Path) -> None:
    (here / "release.key").symlink_to(here / "elsewhere")
    assert refused(lambda: write_new("release.key", b"new", 0o600)) == "output.exists"
    assert not (here / "elsewhere").exists()


def test_an_unfit_passphrase_makes_no_key(here: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = program("key", "new", "release.key", "--pin-fd", str(descriptor(b"short\n")))
    assert (ran.code, ran.reason) == (4, "signing.pin_unfit")
    typed = iter(["one passphrase", "another passphrase"])
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: next(typed))
    assert program("key", "new", "release.key").reason == "signing.pin_unfit"
    assert list(here.iterdir()) == []


def test_a_damaged_public_key_is_told_as_such(here: Path, program: Program) -> None:
    (here / "bad.pub").write_bytes(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    assert program("key", "show", "bad.pub").reason == "trust.key_malformed"


@POSIX
def test_a_passphrase_is_typed_unseen_at_the_terminal(here: Path) -> None:
    """In a session of its own, whose terminal is ours to type at."""
    ours, theirs = os.openpty()
    begin = "import os, sys; os.setsid(); os.open(sys.argv[1], os.O_RDWR); os.execv(sys.executable, sys.argv[2:])"
    command = [sys.executable, "-m", "countersign", "key", "new", "release.key"]
    process = subprocess.Popen(
        [sys.executable, "-c", begin, os.ttyname(theirs), *command],
        env={"PYTHONPATH": str(ROOT), "PATH": ""}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )  # fmt: skip
    seen = b""
    for prompt in (b"New passphrase of release.key: ", b"The same again: "):
        while not seen.endswith(prompt):
            seen += os.read(ours, 1024)
        os.write(ours, SECRET.encode() + b"\n")
    output, _ = process.communicate(timeout=60)
    os.close(theirs)
    os.close(ours)
    assert (process.returncode, SECRET.encode() in seen + output) == (0, False)
    assert open_signer("release.key", Known(SECRET)).public_key.algorithm == "ecdsa-p256"


@pytest.mark.parametrize("algorithm", ["ecdsa-p256", "ecdsa-p384", "ed25519"])
def test_another_implementation_of_dsse_takes_what_we_sign(here: Path, algorithm: str) -> None:
    signer = open_signer(stored(here, algorithm), Known(SECRET))
    envelope: Any = Envelope.from_dict(json.loads(sign_envelope("application/vnd.in-toto+json", b"{}", signer)))
    key = SSlibKey.from_crypto(signer.public_key.handle, keyid=signer.public_key.fingerprint.hex)
    assert list(envelope.verify([key], 1)) == [key.keyid]
    envelope.payload = b"[]"
    with pytest.raises(VerificationError):
        envelope.verify([key], 1)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("algorithm", ["ecdsa-p256", "ed25519", "rsa"])
def test_openssl_opens_what_we_make_with_the_passphrase_alone(here: Path, algorithm: str) -> None:
    path = stored(here, algorithm)
    command = ["openssl", "pkey", "-in", path, "-passin", "stdin", "-pubout"]
    opened = subprocess.run(command, input=SECRET.encode(), capture_output=True, check=True).stdout
    (here / "release.key.pub").write_bytes(opened)
    assert load_pem(opened) == open_signer(path, Known(SECRET)).public_key
    assert subprocess.run(command, input=b"wrong", capture_output=True, check=False).returncode != 0


def test_two_sources_of_the_secret_are_one_too_many(program: Program) -> None:
    assert program("key", "show", "x", "--pin-fd", "3", "--pinentry", "pinentry").code == 2


@pytest.mark.parametrize("form", ["minisign-over-the-file/vendor.pub", "ssh-over-the-file/vendor.pub"])
def test_public_keys_of_other_forms_are_shown_with_what_pins_them(program: Program, form: str) -> None:
    path = ROOT / "fixtures" / "vectors" / "detached" / form
    ran = program("key", "show", str(path))
    assert (ran.code, ran.errors) == (0, b"")
    pinned = re.search(r'^key = ".*"$', path.with_name("policy.toml").read_text(), re.MULTILINE)
    assert pinned is not None
    assert pinned[0] in ran.text
