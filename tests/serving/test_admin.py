"""`countersign admin` beside a service: what each command does, says, and refuses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main
from api.effects.clock import SystemClock
from api.serving.composing import Office, stored
from api.serving.settings import Setup
from api.signer.published import Published
from api.usecases.service.authentication import authenticate_bearer
from api.usecases.service.service import Principal
from fixtures.recipes.scene import POLICY, WORLD, policy_file
from tests.api.running import Ran

from .begun import BASE, begun

Admin = Callable[..., Ran]


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    """A data directory as the first start leaves it; the commands work on it from the directory above."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERSIGN_DATA", "data")
    return begun(tmp_path / "data")


@pytest.fixture
def admin(setup: Setup, capsysbinary: pytest.CaptureFixture[bytes]) -> Admin:
    """`countersign admin` as a function of its arguments."""

    def run(*arguments: str) -> Ran:
        code = main(["admin", *arguments])
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


def _secret(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()


def _principal(setup: Setup, secret: str) -> Principal:
    with stored(setup) as (database, blobs):
        office = Office(setup, database, blobs, SystemClock(), Published(setup.directory.signer / "published"))
        return authenticate_bearer(office, secret, office.clock.now())


def test_a_tenant_is_let_in_and_shown_out(setup: Setup, admin: Admin, tmp_path: Path) -> None:
    opened = admin("tenant", "new", "acme", "--role", "vendor", "--limit", "pending=7")
    assert (opened.code, "pending=7" in opened.text, "token new NAME --tenant acme" in opened.text) == (0, True, True)
    made = admin("token", "new", "release jobs", "--tenant", "acme", "--scope", "submit", "-o", "token")
    assert (made.code, (tmp_path / "token").stat().st_mode & 0o777) == (0, 0o600)
    secret = _secret(tmp_path / "token")
    assert secret not in made.text
    principal = _principal(setup, secret)
    assert (principal.tenant, principal.roles, principal.scopes) == ("acme", ("vendor",), ("submit",))
    again = admin("token", "new", "another", "--tenant", "acme", "-o", "token")
    assert (again.code, again.reason) == (4, "output.exists")
    listed = admin("token", "list", "--tenant", "acme").text
    (token,) = re.findall(r"token-[0-9a-f]+", listed)
    assert len(listed.splitlines()) == 1
    assert "revoked" in admin("token", "revoke", token, "--tenant", "acme").text
    with pytest.raises(Exception, match=r"token\.revoked"):
        _principal(setup, secret)
    assert admin("tenant", "close", "acme").text.startswith("closed: acme")
    assert "closed" in admin("tenant", "list").text.splitlines()[0]


def test_what_is_published_may_be_signed_and_what_is_withdrawn_not(setup: Setup, admin: Admin, tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(bytes(WORLD.trusted_root()))
    (tmp_path / "policy.toml").write_bytes(policy_file(POLICY).content)
    (tmp_path / "next.toml").write_bytes(policy_file(POLICY.set("/version", 4)).content)
    (root,) = re.findall(r"sha256:[0-9a-f]{64}", admin("trust", "publish", "world", "root.json").text)
    said = admin("policy", "publish", "policy.toml").text
    (digest,) = re.findall(r"sha256:[0-9a-f]{64}", said)
    assert re.search(rf"^verifier {BASE}/verifier/\S+/v3$", said, re.MULTILINE)
    published = Published(setup.directory.signer / "published")
    assert published.policy(digest).policy.version == 3
    assert "published before" in admin("policy", "publish", "policy.toml").text
    assert "in the place of version 3" in admin("policy", "publish", "next.toml").text
    assert "next: " in admin("reverify", "https://audit.example/policies/acme-endpoint").text
    assert "sigstore" in admin("trust", "list").text
    assert admin("trust", "distrust", "world").text.startswith("distrusted: world")
    assert admin("policy", "retire", digest).code == 0
    with pytest.raises(Exception, match="retired"):
        published.policy(digest)
    for nothing in (("policy", "retire", "sha256:" + "0" * 64), ("trust", "distrust", root[:-1]), ("reverify", "x")):
        refused = admin(*nothing)
        assert (refused.code, refused.reason) == (4, "request.not_found")


def test_a_backup_is_the_service_again(setup: Setup, admin: Admin, tmp_path: Path) -> None:
    admin("tenant", "new", "acme", "--role", "vendor")
    tenants, secret = admin("tenant", "list").text, _secret(setup.directory.operator_token)
    assert admin("backup", "copy").text.startswith("copied: ")
    refused = admin("restore", "copy")
    assert (refused.code, refused.reason) == (4, "backup.occupied")
    shutil.move(setup.data / "signer", tmp_path / "signer")
    shutil.rmtree(setup.data)
    assert admin("restore", "copy").text.startswith("restored: ")
    shutil.rmtree(setup.data / "signer")
    shutil.move(tmp_path / "signer", setup.data / "signer")
    assert admin("upgrade").code == 0
    assert admin("tenant", "list").text == tenants
    assert _principal(setup, secret).tenant == "operator"


def test_a_mistyped_directory_does_not_become_a_service(admin: Admin, tmp_path: Path) -> None:
    for command in (("tenant", "list"), ("upgrade",), ("backup", "copy")):
        ran = admin(*command, "--data", "daat")
        assert (ran.code, ran.reason) == (4, "service.data_missing")
    assert not (tmp_path / "daat").exists()


def test_a_password_in_an_argument_is_refused(admin: Admin) -> None:
    ran = admin("tenant", "list", "--database", "postgresql://countersign:secret@db.example/countersign")
    assert (ran.code, "secret" in ran.error, "COUNTERSIGN_DATABASE" in ran.error) == (2, False, True)


def test_a_ci_job_is_let_in_by_its_id_and_shown_out(admin: Admin, tmp_path: Path) -> None:
    admin("tenant", "new", "acme", "--role", "vendor")
    url = "https://token.actions.githubusercontent.com"
    (tmp_path / "issuers.toml").write_text('[[issuer]]\nkind = "github"\naudience = "https://countersign.example"\n')
    asked = ("identity", "new", url, "--tenant", "acme", "--role", "vendor", "--issuers", "issuers.toml", "--claim")
    assert admin(*asked, "ref=refs/heads/main").reason == "identity.unanchored"
    assert admin(*asked, "repository=acme/scanner").reason == "identity.claim_unknown"
    assert admin(*asked, "repository_id").code == 2
    made = admin(*asked, "repository_id=4711", "--claim", "ref=refs/heads/main")
    assert (made.code, "ref=refs/heads/main, repository_id=4711; vendor; read, submit" in made.text) == (0, True)
    (identity,) = re.findall(r"identity-[0-9a-f]+", admin("identity", "list", "--tenant", "acme").text)
    assert admin("identity", "list", "--tenant", "nobody").reason == "tenant.not_found"
    assert "; revoked " in admin("identity", "revoke", identity, "--tenant", "acme").text
    assert admin("identity", "revoke", "identity-0", "--tenant", "acme").reason == "identity.not_found"
