"""`countersign admin tuf`: from a ceremony to a repository that any client follows, and what is said on the way."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import Updater  # type: ignore[attr-defined]  # it is theirs to give
from tuf.ngclient.fetcher import FetcherInterface

from api.cli import main
from api.effects.keys import open_signer
from api.effects.keys.making import make_key
from api.effects.keys.pins import NobodyToAsk, PromptPin
from api.serving.composing import opened_office
from api.serving.settings import Setup
from api.signer.envelopes import BUNDLE, Judged, sign_statements
from api.signer.published import verifier_id
from api.store import verdicts
from api.store.schema import OPERATOR
from fixtures.recipes.manifest import MANIFEST, MANIFEST_POLICY, asked, stating
from fixtures.recipes.scene import RELEASE
from tests.api.running import Ran
from tests.store import values
from tests.verifier.judging import request_of
from verifier.engine import judge
from verifier.gather import sha256
from verifier.policy.plain import digest
from verifier.report import render_report

from .begun import BASE, begun

POLICY = MANIFEST_POLICY.set("/product/resource", "pkg:generic/acme/endpoint@{version}").set("/trust/max_age", "36500d")
MANIFEST_OF_NOW = MANIFEST.set("/expires", "2099-01-01T00:00:00Z")
KEYS = ("targets", "snapshot", "timestamp", "lists")
ALL = tuple(word for name in KEYS for word in ("--key", f"{name}.key"))


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setup:
    """A service, and keys of two people and of every role, in the directory where commands are given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERSIGN_DATA", "data")
    monkeypatch.setattr("api.effects.keys.encryption.ITERATIONS", 1000)
    monkeypatch.setattr(PromptPin, "pin", lambda _self, _prompt: "correct horse")
    for name in ("ann", "bert", *KEYS):
        key = make_key("ecdsa-p256", "correct horse")
        (tmp_path / f"{name}.key").write_bytes(key.private)
        (tmp_path / f"{name}.key.pub").write_bytes(key.public)
    return begun(tmp_path / "data")


@pytest.fixture
def admin(setup: Setup, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    """`countersign admin` as a function of its arguments."""

    def run(*arguments: str) -> Ran:
        code = main(["admin", *arguments])
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def repository(admin: Callable[..., Ran]) -> Path:
    """A repository in ``public``, its root made by two people at a ceremony."""
    admin("ceremony", "init", "draft", "--base", "https://assured.example")
    for name in ("ann", "bert"):
        admin("ceremony", "add-key", "draft", f"{name}.key.pub", "--root")
    for name in KEYS[:3]:
        admin("ceremony", "add-key", "draft", f"{name}.key.pub", f"--{name}")
    shown = admin("ceremony", "show", "draft")
    assert re.search(r"^timestamp    1 of 1 sign$", shown.text, re.MULTILINE), shown
    draft = re.findall(r"sha256:[0-9a-f]{64}", shown.text)[-1]
    for name in ("ann", "bert"):
        admin("ceremony", "sign", "draft", "--key", f"{name}.key", "--person", name, "--draft", draft)
    assert admin("ceremony", "assemble", "draft").code == 0
    begun = admin(
        "tuf", "init", "public", "--root", "draft/1.root.json", "--lists-key", "lists.key.pub", "--lists", "2", *ALL
    )
    assert (begun.code, begun.errors) == (0, b""), begun
    assert "2, empty" in begun.text
    return Path("public")


def pass_one(setup: Setup, *, key: str = "data/signer/verdict.key", name: str = "one") -> None:
    """Have a verdict of now stand in the service's database, signed with `key`."""
    request = request_of(asked(stating(MANIFEST_OF_NOW), policy=POLICY), now=datetime.datetime.now(datetime.UTC))
    verdict = judge(request)
    report = render_report(verdict)
    judged = Judged(verdict, report, request.policy, request.release, {sha256(request.evidence[0].content).hex})
    verifier = verifier_id(BASE, request.policy)
    signed = sign_statements(judged, open_signer(key, NobodyToAsk()), verifier)
    with opened_office(setup) as office:
        office.published.publish_policy(request.policy, verifier)
        with office.database.writing() as connection:
            owner = values.tenant(connection) if name == "one" else "acme"
            values.accepted(connection, name, owner=owner)
            row = values.verdict(
                name,
                artifact=RELEASE.sha256,
                policy=digest(request.policy).hex,
                policy_tenant=OPERATOR,
                report=report,
                bundle=signed.files[BUNDLE],
            )
            verdicts.insert(connection, row)


class Served(FetcherInterface):
    """The files of a directory, at any address."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path("public/metadata") / url.rpartition("/")[2]
        if not path.is_file():
            raise DownloadHTTPError(path.name, 404)
        yield path.read_bytes()


def test_what_passed_is_listed_for_any_client(setup: Setup, admin: Callable[..., Ran], repository: Path) -> None:
    pass_one(setup)

    ran = admin("tuf", "publish", "public", *ALL)

    assert (ran.code, ran.errors) == (0, b""), ran
    assert ran.text.splitlines()[0] == "looked at  1 artifacts"
    assert ran.text.splitlines()[-1] == "signed     snapshot, timestamp"
    root = Path("draft/1.root.json").read_bytes()
    Path("client").mkdir()
    client = Updater("client", "http://assured.example/", fetcher=Served(), bootstrap=root)
    found = client.get_targetinfo(f"acme/endpoint/7.1.0/{RELEASE.name}")
    assert found is not None
    assert found.hashes == {"sha256": RELEASE.sha256}
    (said,) = found.custom["countersign"]["verdicts"].values()
    assert (repository / f"verdicts/{digest_of()}/sha256/{RELEASE.sha256}/{said['number']}.json").is_file()
    assert "nothing" in admin("tuf", "publish", "public", *ALL).text


def test_a_gate_without_a_network_brings_what_is_listed(
    setup: Setup, admin: Callable[..., Ran], repository: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    pass_one(setup)
    admin("tuf", "publish", "public", *ALL)

    assert main(["gate", "sync", "--from", "public", "--into", "brought", "--root", "draft/1.root.json"]) == 0

    assert b"1" in capsysbinary.readouterr().out
    name = f"verdicts/{digest_of()}/sha256/{RELEASE.sha256}/1.json"
    assert (Path("brought") / name).read_bytes() == (repository / name).read_bytes()


def digest_of() -> str:
    return digest(request_of(asked(stating(MANIFEST_OF_NOW), policy=POLICY)).policy).hex


def test_what_is_not_listed_is_told_with_why(setup: Setup, admin: Callable[..., Ran], repository: Path) -> None:
    pass_one(setup, key="data/signer/root.key")

    ran = admin("tuf", "publish", "public", *ALL)

    assert ran.code == 3
    assert b"not listed: " in ran.errors
    assert b"assured.unproved" in ran.errors
    assert RELEASE.sha256.encode() in ran.errors.replace(b"\n", b"")


def test_the_status_tells_a_scheduler_when(
    admin: Callable[..., Ran], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    assert admin("tuf", "status", "public").code == 0

    def later(**by: float) -> None:
        monkeypatch.setattr("api.effects.clock.SystemClock.now", lambda _self: now + datetime.timedelta(**by))

    later(hours=13)
    due = admin("tuf", "status", "public")
    assert due.code == 3
    assert "timestamp  version 1, until" in due.text
    assert "DUE; sign it again by countersign admin tuf refresh" in due.text
    later(days=5)
    expired = admin("tuf", "status", "public")
    assert (expired.code, "EXPIRED: clients refuse it" in expired.text) == (4, True)
    mended = admin("tuf", "refresh", "public", "--key", "timestamp.key")
    assert (mended.code, mended.text.splitlines()[1]) == (3, "signed     timestamp")  # the snapshot waits for its key
    assert admin("tuf", "refresh", "public", *ALL).code == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("init", "public", "--root", "draft/1.root.json", "--lists-key", "lists.key.pub", *ALL), "output.not_empty"),
        (("init", "other", "--root", "draft/1.root.json", "--lists-key", "lists.key.pub"), "signing.too_few"),
        (
            ("init", "other", "--root", "data/signer/trust/1.root.json", "--lists-key", "lists.key.pub"),
            "publish.roles",
        ),
        (("status", "nowhere"), "input.not_found"),
        (("refresh", "public", "--root", "nowhere"), "input.not_found"),
        (("publish", "public"), "signing.too_few"),
    ],
    ids=["begun", "no keys", "no roles", "nowhere", "no root", "no key to publish"],
)
def test_what_cannot_be_done_says_so(
    setup: Setup, admin: Callable[..., Ran], repository: Path, words: tuple[str, ...], reason: str
) -> None:
    pass_one(setup)
    ran = admin("tuf", *words)

    assert (ran.code, ran.reason) == (4, reason), ran


@pytest.mark.parametrize("words", [("--holds", "root=1d"), ("--holds", "timestamp=0h"), ("--path", "p={version}")])
def test_flags_that_mean_nothing_are_refused(admin: Callable[..., Ran], words: tuple[str, ...]) -> None:
    ran = admin("tuf", "init", "other", "--root", "x", "--lists-key", "lists.key.pub", *words)

    assert ran.code == 2
