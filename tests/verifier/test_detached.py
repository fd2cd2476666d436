"""minisign's and OpenSSH's signatures, held against the programs and libraries that everybody else uses."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestations.bundles import DetachedSignature
from attestations.digests import Digest, DigestSet
from attestations.evidence import Unreadable, read_evidence
from attestations.faults import Fault
from fixtures.world.detached import minisign, minisign_key, ssh_key, sshsig
from fixtures.world.keys import SigningKey, ec_key, ed25519_key, pem, rsa_key
from verifier.detached import verify_detached
from verifier.detached.ssh import load_blob
from verifier.detached.whole import Whole
from verifier.key_files import load_key_file
from verifier.keys import PublicKey

CONTENT = b"what is signed\n"
SHA256 = Digest("sha256", "0" * 64)
KEY = ed25519_key("acme signing")
SSH_KEYS: dict[str, SigningKey] = {
    "ed25519": KEY,
    "p256": ec_key("acme ssh"),
    "p384": ec_key("acme ssh", "p384"),
    "p521": ec_key("acme ssh", "p521"),
    "rsa": rsa_key("acme ssh"),
}


def key_of(data: bytes) -> PublicKey:
    (trusted,) = load_key_file(data, name="vendor.pub", windows={})
    return trusted.key


def ours(signature: bytes, key: PublicKey, content: bytes = CONTENT) -> str:
    """The reason why we refuse, "" where we do not."""
    (item,) = read_evidence("file.sig", signature)
    if isinstance(item, Unreadable):
        return item.fault.reason
    assert isinstance(item.bundle.content, DetachedSignature)
    try:
        verify_detached(
            item.bundle.content, key, Whole((Digest("sha256", hashlib.sha256(content).hexdigest()),), content)
        )
    except Fault as fault:
        return fault.reason
    return ""


def needs(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    return program


@pytest.mark.parametrize("prehashed", [True, False])
def test_py_minisign_takes_what_we_take(prehashed: bool) -> None:
    library = pytest.importorskip("minisign", reason="py-minisign is not installed")
    data = minisign(CONTENT, KEY, prehashed=prehashed)
    public, signature = library.PublicKey.from_bytes(minisign_key(KEY)), library.Signature.from_bytes(data)
    public.verify(CONTENT, signature)
    with pytest.raises(library.VerifyError):
        public.verify(CONTENT + b"!", signature)
    assert ours(data, key_of(minisign_key(KEY))) == ""
    assert ours(data, key_of(minisign_key(KEY)), CONTENT + b"!") == "signature.invalid"


@pytest.mark.parametrize("flag", ["-H", "-l"])
def test_what_minisign_signs_we_take(flag: str, tmp_path: Path) -> None:
    program = needs("minisign")
    (tmp_path / "file").write_bytes(CONTENT)
    subprocess.run([program, "-GWf", "-p", "key.pub", "-s", "key"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([program, "-S", flag, "-s", "key", "-m", "file"], cwd=tmp_path, check=True, capture_output=True)
    key = key_of((tmp_path / "key.pub").read_bytes())
    assert ours((tmp_path / "file.minisig").read_bytes(), key) == ""
    assert ours((tmp_path / "file.minisig").read_bytes(), key, b"") == "signature.invalid"


@pytest.mark.parametrize("prehashed", [True, False])
def test_what_the_world_signs_minisign_takes(prehashed: bool, tmp_path: Path) -> None:
    program = needs("minisign")
    (tmp_path / "file").write_bytes(CONTENT)
    (tmp_path / "file.minisig").write_bytes(minisign(CONTENT, KEY, prehashed=prehashed))
    (tmp_path / "key.pub").write_bytes(minisign_key(KEY))
    subprocess.run([program, "-V", "-p", "key.pub", "-m", "file"], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("name", SSH_KEYS)
@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
def test_sshsig_takes_what_we_take(name: str, hashed: str) -> None:
    library = pytest.importorskip("sshsig", reason="sshsig is not installed")
    key = SSH_KEYS[name]
    data = sshsig(CONTENT, key, hashed=hashed)
    assert ours(data, key_of(ssh_key(key))) == ""
    assert ours(data, key_of(pem(key.spki))) == ""
    assert ours(data, key_of(ssh_key(key)), CONTENT + b"!") == "signature.invalid"
    if name == "ed25519":
        assert library.check_signature(CONTENT, data.decode(), "file").openssh_str() in ssh_key(key).decode()
        with pytest.raises(library.InvalidSignature):
            library.check_signature(CONTENT + b"!", data.decode(), "file")


@pytest.mark.parametrize("name", SSH_KEYS)
def test_ssh_keygen_takes_what_we_take(name: str, tmp_path: Path) -> None:
    program, key = needs("ssh-keygen"), SSH_KEYS[name]
    (tmp_path / "allowed").write_bytes(b"acme " + ssh_key(key))
    (tmp_path / "file.sig").write_bytes(sshsig(CONTENT, key))
    command = [program, "-Y", "verify", "-f", "allowed", "-I", "acme", "-n", "file", "-s", "file.sig"]
    assert subprocess.run(command, check=False, cwd=tmp_path, input=CONTENT, capture_output=True).returncode == 0
    assert subprocess.run(command, check=False, cwd=tmp_path, input=b"other", capture_output=True).returncode != 0
    assert ours((tmp_path / "file.sig").read_bytes(), key_of(ssh_key(key))) == ""


@pytest.mark.parametrize("kind", [("ed25519", "256"), ("ecdsa", "384"), ("rsa", "2048")])
def test_what_ssh_keygen_signs_we_take(kind: tuple[str, str], tmp_path: Path) -> None:
    program = needs("ssh-keygen")
    (tmp_path / "file").write_bytes(CONTENT)
    make = [program, "-q", "-t", kind[0], "-b", kind[1], "-N", "", "-f", "key"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    sign = [program, "-q", "-Y", "sign", "-f", "key", "-n", "file", "file"]
    subprocess.run(sign, cwd=tmp_path, check=True, capture_output=True)
    key = key_of((tmp_path / "key.pub").read_bytes())
    assert ours((tmp_path / "file.sig").read_bytes(), key) == ""
    assert ours((tmp_path / "file.sig").read_bytes(), key, b"") == "signature.invalid"


SAMPLES = {
    "minisign": (minisign(CONTENT, KEY), key_of(minisign_key(KEY))),
    "legacy": (minisign(CONTENT, KEY, prehashed=False), key_of(minisign_key(KEY))),
    "ssh": (sshsig(CONTENT, KEY), key_of(ssh_key(KEY))),
    "ssh, ECDSA": (sshsig(CONTENT, SSH_KEYS["p256"]), key_of(ssh_key(SSH_KEYS["p256"]))),
}


@given(name=st.sampled_from(sorted(SAMPLES)), data=st.data())
def test_t13_no_byte_of_a_signature_can_be_another(name: str, data: st.DataObject) -> None:
    """Whatever still verifies says what the original says, but for remarks, the key's id and white space."""
    signature, key = SAMPLES[name]
    position = data.draw(st.integers(0, len(signature) - 1))
    altered = bytearray(signature)
    altered[position] ^= data.draw(st.integers(1, 255))
    items = read_evidence("file.sig", bytes(altered))
    if len(items) != 1 or isinstance(items[0], Unreadable):
        return
    content = items[0].bundle.content
    if not isinstance(content, DetachedSignature) or ours(bytes(altered), key) != "":
        return
    (original,) = read_evidence("file.sig", signature)
    assert not isinstance(original, Unreadable)
    for field in set(content.__struct_fields__) - {"key_id"}:
        assert getattr(content, field) == getattr(original.bundle.content, field)


def test_a_legacy_signature_of_minisigns_is_not_verified_over_digests() -> None:
    (item,) = read_evidence("file.minisig", minisign(CONTENT, KEY, prehashed=False))
    assert not isinstance(item, Unreadable)
    assert isinstance(item.bundle.content, DetachedSignature)
    with pytest.raises(Fault) as caught:
        verify_detached(item.bundle.content, key_of(minisign_key(KEY)), DigestSet((SHA256,)))
    assert caught.value.reason == "signature.needs_bytes"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ssh-ed25519 AAAA\n", "trust.key_malformed"),
        (b"ssh-dss AAAAB3NzaC1kc3MAAAAA\n", "trust.key_unsupported"),
        (b"RW" + b"A" * 54 + b"\n", "trust.key_unsupported"),
        (b"# nothing but a remark\n", "trust.key_missing"),
        (ssh_key(KEY) + b"some words\n", "trust.key_missing"),
    ],
)
def test_key_files_that_hold_no_key_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Fault) as caught:
        key_of(data)
    assert caught.value.reason == reason


def test_one_key_in_three_spellings_is_one_key() -> None:
    assert len({key_of(data).fingerprint for data in (minisign_key(KEY), ssh_key(KEY), pem(KEY.spki))}) == 1


@pytest.mark.parametrize("form", [0x00, 0x02, 0x06, 0x42])
def test_a_point_in_another_form_is_no_ssh_key(form: int) -> None:
    """OpenSSH writes points uncompressed alone; the library raises what is no error of a value for all others."""
    blob = base64.b64decode(ssh_key(SSH_KEYS["p256"]).split()[1])
    changed = blob[:-65] + bytes([form]) + blob[-64:]
    with pytest.raises(Fault) as met:
        load_blob(changed)
    assert met.value.reason == "key.malformed"
    assert load_blob(blob).algorithm == "ecdsa-p256"
