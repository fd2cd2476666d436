"""The first gate for a machine's apt: which archives, by which keys, as apt itself and gpgv see them."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import lzma
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main
from api.effects.apt_helper import HELPER, expanded
from api.effects.files import LocalFiles
from api.gate.apt.archives import Archive, archives, list_name
from api.gate.apt.first_policy import first_gate
from api.gate.apt.keyrings import called
from api.gate.apt.sources import weakened
from api.gate.lists import standing
from attestations.apt_sources import parse_sources
from attestations.faults import Fault
from fixtures.recipes.debian import KEY, MALLORY, OTHER, PATH
from fixtures.recipes.scene import MOMENT, fingerprint
from fixtures.world.debian import entry, index, package, release
from fixtures.world.keys import SigningKey
from fixtures.world.openpgp import certificate, clearsigned

pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")
NOW = datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC)
DATED = NOW - datetime.timedelta(days=1)
LISTS = Path("/var/lib/apt/lists")
REAL = sorted(LISTS.glob("*_dists_*_InRelease"))
needs_apt = pytest.mark.skipif(shutil.which("apt-config") is None, reason="apt is not there")
needs_archive = pytest.mark.skipif(
    not REAL or shutil.which("gpgv") is None, reason="no lists of a Debian archive, or no gpgv; apt-get update"
)
Main = Callable[..., tuple[int, str, str]]


class Root:
    """The root of a system with apt, which no program needs to be run for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (
            "etc/apt/sources.list.d",
            "etc/apt/trusted.gpg.d",
            "usr/share/keyrings",
            "var/lib/apt/lists/partial",
        ):
            (folder / name).mkdir(parents=True)
        self.put("usr/share/keyrings/acme.asc", certificate(KEY, MOMENT))
        self.put("etc/apt/trusted.gpg.d/others.asc", certificate(OTHER, MOMENT))

    def put(self, name: str, content: bytes | str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def source(self, text: str, name: str = "sources.list") -> None:
        self.put(f"etc/apt/{name}", text)

    def holds(self, beginning: str, *packages: bytes, key: SigningKey = KEY, **says: str) -> None:
        """What apt holds of an archive after an update."""
        listed = index(*map(entry, packages)) if packages else b"Package: none\n"
        text = release({PATH: listed}, DATED, None, **says)
        self.put(f"var/lib/apt/lists/{beginning}InRelease", clearsigned(text, key, MOMENT))
        self.put(f"var/lib/apt/lists/{beginning}main_binary-amd64_Packages", listed)

    def archives(self) -> tuple[tuple[Archive, ...], list[str]]:
        found, refused = archives(self.configuration, self.folder, LocalFiles(), NOW)
        return found, [fault.reason for fault in refused]

    @property
    def configuration(self) -> tuple[tuple[str, str], ...]:
        return (("Dir", str(self.folder)), ("APT::Architecture", "amd64"), ("APT::Architectures::", "amd64"))


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path / "machine")


@pytest.fixture
def run(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Main:
    """The program: its exit code, and what it said."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("home")))

    def running(*words: str) -> tuple[int, str, str]:
        code = main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def pinned(archive: Archive) -> list[str]:
    return [str(key.key.fingerprint) for _, key in archive.keys]


SOURCE = "deb [signed-by=/usr/share/keyrings/acme.asc] https://apt.acme.example stable main\n"
HELD = "apt.acme.example_dists_stable_"


def test_of_a_keyring_the_keys_that_signed_are_pinned(root: Root) -> None:
    root.put("usr/share/keyrings/acme.asc", certificate(KEY, MOMENT))
    root.put("usr/share/keyrings/more.asc", certificate(OTHER, MOMENT))
    root.source(SOURCE.replace("acme.asc", "acme.asc,/usr/share/keyrings/more.asc"))
    root.holds(HELD)
    ((archive,), refused) = root.archives()
    assert (pinned(archive), refused) == ([str(fingerprint(KEY))], [])
    assert [str(key.key.fingerprint) for _, key in archive.others] == [str(fingerprint(OTHER))]
    policy = first_gate((archive,), NOW)["policies/apt.acme.example-stable.toml"].decode()
    assert f"#   {fingerprint(OTHER)}" in policy
    assert "which the source names (Signed-By)" in policy


def test_before_an_update_the_keys_of_the_named_keyring_are_pinned(root: Root) -> None:
    root.source(SOURCE)
    ((archive,), _) = root.archives()
    assert pinned(archive) == [str(fingerprint(KEY))]
    assert (
        b"apt holds nothing of the archive yet" in first_gate((archive,), NOW)["policies/apt.acme.example-stable.toml"]
    )


@pytest.mark.parametrize(
    ("source", "held_by"),
    [
        ("deb https://apt.acme.example stable main", None),
        ("deb [trusted=yes] https://apt.acme.example stable main", MALLORY),
        (SOURCE, MALLORY),
        ("deb [signed-by=acme] https://apt.acme.example stable main", KEY),
        (f"deb [signed-by={'ab' * 20}] https://apt.acme.example stable main", KEY),
    ],
)
def test_an_archive_whose_key_is_not_known_is_not_guarded(root: Root, source: str, held_by: SigningKey | None) -> None:
    root.source(source)
    if held_by is not None:
        root.holds(HELD, key=held_by)
    assert root.archives() == ((), ["apt.unpinned"])


def test_one_unguarded_archive_keeps_no_other_from_being_guarded(root: Root) -> None:
    root.source(f"{SOURCE}deb https://elsewhere.example stable main\n")
    root.source("deb [signed-by=/nowhere.gpg] https://third.example stable main\n", "sources.list.d/third.list")
    found, refused = root.archives()
    assert ([archive.uri for archive in found], refused) == (
        ["https://apt.acme.example"],
        ["apt.unpinned", "input.not_found"],
    )


def test_a_key_within_a_source_becomes_a_file(root: Root) -> None:
    block = "".join(f" {line or '.'}\n" for line in certificate(KEY, MOMENT).decode().splitlines())
    stanza = "Types: deb\nURIs: https://apt.acme.example\nSuites: stable\nComponents: main\nSigned-By:\n"
    root.source(stanza + block, "sources.list.d/acme.sources")
    root.holds(HELD)
    ((archive,), _) = root.archives()
    contents = first_gate((archive,), NOW)
    assert 'trust = ["keys/apt.acme.example-stable.asc"]' in contents["gate.toml"].decode()
    assert contents["keys/apt.acme.example-stable.asc"].startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n")
    assert pinned(archive) == [str(fingerprint(KEY))]


def test_a_fingerprint_chooses_among_all_keys(root: Root) -> None:
    root.put("etc/apt/trusted.gpg.d/acme.asc", certificate(KEY, MOMENT))
    root.holds(HELD, key=OTHER)
    root.source("deb https://apt.acme.example stable main\n")
    ((archive,), _) = root.archives()
    assert (pinned(archive), archive.named) == ([str(fingerprint(OTHER))], False)
    named = called(archive.keys[0][1])[0]
    root.source(f"deb [signed-by={named.upper()}] https://apt.acme.example stable main\n")
    ((archive,), _) = root.archives()
    assert (pinned(archive), archive.named) == ([str(fingerprint(OTHER))], True)


def test_a_password_in_an_address_is_written_nowhere(root: Root) -> None:
    root.source(SOURCE.replace("https://", "https://user:secret@"))
    root.source("deb https://user:secret@third.example stable main\n", "sources.list.d/third.list")
    root.holds(HELD)
    found, refused = archives(root.configuration, root.folder, LocalFiles(), NOW)
    written = b"".join(first_gate(found, NOW).values()).decode() + "".join(
        f"{fault} {fault.actual}" for fault in refused
    )
    assert ("apt.acme.example" in written, "third.example" in written, "secret" in written) == (True, True, False)


def test_entries_of_one_archive_are_one_guard(root: Root) -> None:
    root.source(SOURCE)
    root.source(SOURCE.replace("main", "extra").replace("[", "[arch=arm64 "), "sources.list.d/more.list")
    root.source(SOURCE.replace("deb ", "deb-src "), "sources.list.d/source.list")
    ((archive,), _) = root.archives()
    assert (archive.components, archive.architectures) == (("main", "extra"), ("amd64", "arm64"))
    policy = tomllib.loads(first_gate((archive,), NOW)["policies/apt.acme.example-stable.toml"].decode())
    assert policy["require"][0]["component"] == {"pattern": "^(main|extra)$"}


@pytest.mark.parametrize(
    ("says", "wanted"),
    [
        ({"Valid-Until": "Fri, 20 Mar 2026 09:00:00 UTC"}, {"codename": "seven", "max_age": None}),
        ({"Codename": "stable"}, {"codename": "stable", "max_age": "120d"}),
        ({}, {"suite": "stable", "max_age": "120d"}),
        ({"Origin": '"} #\\'}, {"origin": '"} #\\'}),
    ],
)
def test_what_a_release_says_of_itself_is_asked_for(root: Root, says: dict[str, str], wanted: dict[str, str]) -> None:
    suite = "seven" if "Valid-Until" in says else "stable"
    root.source(SOURCE.replace("stable", suite))
    root.holds(HELD.replace("stable", suite), key=KEY, **says)
    ((archive,), _) = root.archives()
    (policy,) = [content for path, content in first_gate((archive,), NOW).items() if path.startswith("policies/")]
    asked = tomllib.loads(policy.decode())["require"][0]
    assert {name: asked.get(name) for name in wanted} == wanted


def test_an_archive_at_rest_is_told_and_left_to_the_administrator(root: Root) -> None:
    root.source(SOURCE)
    root.holds(HELD)
    found, _ = archives(root.configuration, root.folder, LocalFiles(), NOW)
    late = NOW + datetime.timedelta(days=300)
    policy = first_gate(found, late)["policies/apt.acme.example-stable.toml"].decode()
    assert "This one is 301 days old" in policy
    assert '# max_age = "120d"' in policy
    assert "max_age" not in tomllib.loads(policy)["require"][0]


def test_each_key_of_a_first_gate_stands_under_a_remark(root: Root) -> None:
    root.source(SOURCE)
    root.holds(HELD)
    for path, content in first_gate(root.archives()[0], NOW).items():
        lines = content.decode().splitlines()
        blocks = "\n".join(lines).split("\n\n")
        assert all(block.startswith(("#", "[[require]]")) for block in blocks), path


@needs_apt
def test_a_first_gate_lets_through_what_it_was_written_for(root: Root, tmp_path: Path, run: Main) -> None:
    shutil.rmtree(root.folder / "etc/apt/trusted.gpg.d")
    root.source(f"{SOURCE}deb [signed-by=/usr/share/keyrings/acme.asc] https://third.example seven main\n")
    good, third, stray = package(version="7.1.0"), package("third"), package(version="7.9.9")
    root.holds(HELD, good, third)
    root.holds("third.example_dists_seven_", third)
    for name, content in {"good": good, "third": third, "stray": stray}.items():
        (tmp_path / f"{name}.deb").write_bytes(content)
    gate = tmp_path / "gate"
    code, shown, said = run("gate", "init", "apt", "--root", str(root.folder), "--into", str(gate))
    assert (code, said) == (0, "")
    assert shown.endswith(f"gate apt install --config {gate}/gate.toml --root {root.folder}\n")
    files = {name: str(tmp_path / f"{name}.deb") for name in ("good", "third", "stray")}
    check = ("gate", "check", "--config", str(gate / "gate.toml"), "--now", f"{NOW:%FT%TZ}")
    code, said, _ = run(*check, files["good"])
    assert code == 0, said
    last = json.loads((gate / "state" / "decisions.jsonl").read_bytes().splitlines()[-1])
    assert [artifact["policy"].rpartition("/")[2] for artifact in last["artifacts"]] == ["apt.acme.example-stable"]
    code, said, _ = run(*check, files["stray"])
    assert (code, "gate.no_policy" in said) == (4, True)
    assert run("gate", "init", "apt", "--root", str(root.folder), "--into", str(gate))[0] == 4


def test_u06_what_weakens_a_machine_is_told_with_its_place(root: Root) -> None:
    root.source("deb [trusted=yes] https://apt.acme.example stable main\n")
    root.source("rpm x\n", "sources.list.d/broken.list")
    found = weakened((*root.configuration, ("Acquire::Check-Valid-Until", "false")))
    assert [fault.reason for fault in found] == ["client.weakened", "client.weakened", "apt.source"]
    assert str(found[1].place) == f"{root.folder}/etc/apt/sources.list:1"


URIS = """\
deb http://user:word@apt.acme.example:8080/a_b/~c stable main
deb https://a.example/x%20y ./
deb file:/srv/repo /
deb http://b.example/debian/ stable/updates main
deb [arch=amd64] http://c.example/+plus/(x) sid main
deb mirror+file:/etc/apt/mirrors.txt stable main
"""


@needs_apt
def test_what_apt_holds_is_named_as_apt_names_it(root: Root, tmp_path: Path) -> None:
    root.source(URIS)
    root.put("var/lib/dpkg/status", b"")
    (tmp_path / "apt.conf").write_text(
        f'Dir "{root.folder}";\nDir::State::status "{root.folder}/var/lib/dpkg/status";\n'
    )
    variables = os.environ | {"APT_CONFIG": str(tmp_path / "apt.conf"), "LC_ALL": "C.UTF-8"}
    command = ["apt-get", "update", "--print-uris"]
    told = subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout
    theirs = {line.rpartition("'")[2].split()[0] for line in told.splitlines() if "/InRelease'" in line}
    ours = {
        f"{list_name(source.uris[0], source.suites[0])}InRelease"
        for source in parse_sources(URIS.encode(), "sources.list")
    }
    assert ours == theirs


@needs_archive
def test_real_archives_are_pinned_to_the_keys_that_gpgv_names(tmp_path: Path) -> None:
    found, _ = archives((("APT::Architecture", "amd64"),), Path("/"), LocalFiles(), datetime.datetime.now(datetime.UTC))
    assert found
    for archive in found:
        (inrelease,) = [path for path in standing([archive.lists]) if path.endswith("InRelease")]
        for ring in {ring for ring, _ in archive.keys}:
            keyring = tmp_path / "ring.gpg"
            shutil.copy(ring.path, keyring)
            command = ["gpgv", "--status-fd", "1", "--keyring", str(keyring), inrelease]
            said = subprocess.run(command, check=False, capture_output=True, text=True).stdout
            theirs = {line.split()[-1].lower() for line in said.splitlines() if "VALIDSIG" in line}
            assert {called(key)[0] for each, key in archive.keys if each == ring} == theirs


@needs_archive
@needs_apt
def test_a_guard_takes_what_apt_says_that_it_holds(tmp_path: Path) -> None:
    form = ["apt-get", "indextargets", "--format", "$(IDENTIFIER) $(FILENAME)"]
    told = subprocess.run(form, check=True, capture_output=True, text=True).stdout
    theirs = {line.partition(" ")[2] for line in told.splitlines() if line.startswith("Packages ")}
    found, _ = archives((("APT::Architecture", "amd64"),), Path("/"), LocalFiles(), datetime.datetime.now(datetime.UTC))
    ours = {path for archive in found for path in standing([archive.lists]) if "_Packages" in path}
    assert {Path(path).name.split(".lz4")[0] for path in ours} <= {Path(path).name.split(".lz4")[0] for path in theirs}


def lz4(content: bytes) -> bytes:
    """`content` in a frame of LZ4's, its blocks stored as they are. Spec: LZ4 Frame Format 1.6.1"""
    blocks = [content[start : start + 65536] for start in range(0, len(content), 65536)]
    stored = b"".join((len(block) | 1 << 31).to_bytes(4, "little") + block for block in blocks)
    return bytes.fromhex("04224d184040c0") + stored + bytes(4)


PACKED: dict[str, Callable[[bytes], bytes]] = {".lz4": lz4, ".gz": gzip.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("suffix", PACKED)
def test_an_index_is_read_however_apt_keeps_it(root: Root, tmp_path: Path, run: Main, suffix: str) -> None:
    if suffix == ".lz4" and not Path(HELPER).exists():
        pytest.skip("apt-helper is not there")
    root.source(SOURCE)
    good = package(version="7.1.0")
    root.holds(HELD, good)
    plain = root.folder / f"var/lib/apt/lists/{HELD}main_binary-amd64_Packages"
    plain.with_name(plain.name + suffix).write_bytes(PACKED[suffix](plain.read_bytes()))
    plain.unlink()
    root.put("../good.deb", good)
    for path, content in first_gate(root.archives()[0], NOW).items():
        root.put(f"../gate/{path}", content)
    settings = str(tmp_path / "gate" / "gate.toml")
    assert run("gate", "init", "--config", settings)[0] == 0
    code, said, _ = run("gate", "check", str(tmp_path / "good.deb"), "--config", settings, "--now", f"{NOW:%FT%TZ}")
    assert code == 0, said


def test_what_apt_cannot_expand_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "Packages.lz4"
    broken.write_bytes(b"\x04\x22\x4d\x18" + hashlib.sha256(b"").digest())
    with pytest.raises(Fault) as refused:
        expanded(str(broken), 1 << 20)
    assert refused.value.reason == "debian.compression"
