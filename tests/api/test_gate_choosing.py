"""Several archives in one transaction: each package under every policy whose evidence lists it, and one decision."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from api.gate.states import States
from fixtures.recipes.debian import KEY, MALLORY, OTHER, PATH, YESTERDAY
from fixtures.recipes.scene import MOMENT, NOW, fingerprint
from fixtures.world.debian import entry, index, package, release
from fixtures.world.keys import SigningKey
from fixtures.world.openpgp import certificate, clearsigned
from verifier.updates.streams import read_state

from .conftest import Program

pytest.importorskip("pysequoia", reason="OpenPGP needs the extra 'formats'")
HOUR = datetime.timedelta(hours=1)
ACME, DEPOT = package("endpoint", "7.1.0"), package("depot", "1.0")
BOTH, STRAY = package("shared", "3.0"), package("endpoint", "7.9.9")
POLICY = """\
format = "countersign.policy/1"
id = "https://fleet.example/policies/{name}"
version = 1

[signers.archive]
group = "{name}"
key = "{key}"

[[require]]
check = "debian"
signer = "archive"
label = "{name}"
{more}current = true
"""
GUARD = """
[[guard]]
policy = "{name}.toml"
trust = ["{name}.pgp"]
evidence = ["lists/{name}_*"]
"""
KEYS = {"acme": KEY, "depot": OTHER}


class Machine:
    """Two archives, and what was downloaded of them."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder, self.program = folder, program
        (folder / "lists").mkdir()
        settings = 'format = "countersign.gate/1"\nstate = "state"\n'
        for name, key in KEYS.items():
            self.policy(name)
            (folder / f"{name}.pgp").write_bytes(certificate(key, MOMENT))
            settings += GUARD.format(name=name)
        (folder / "gate.toml").write_text(settings)
        States(folder / "state").begin()
        self.serve("acme", 1, ACME, BOTH)
        self.serve("depot", 1, DEPOT, BOTH)
        for name, content in {"acme": ACME, "depot": DEPOT, "both": BOTH, "stray": STRAY}.items():
            (folder / f"{name}.deb").write_bytes(content)

    def policy(self, name: str, more: str = "") -> None:
        text = POLICY.format(name=name, key=fingerprint(KEYS[name]), more=more)
        (self.folder / f"{name}.toml").write_text(text)

    def serve(self, name: str, hour: int, *packages: bytes, key: SigningKey | None = None) -> None:
        listed = index(*(entry(each, *_named(each)) for each in packages))
        text = release({PATH: listed}, YESTERDAY + hour * HOUR, Label=name)
        lists = self.folder / "lists"
        (lists / f"{name}_InRelease").write_bytes(clearsigned(text, key or KEYS[name], MOMENT))
        (lists / f"{name}_main_binary-amd64_Packages").write_bytes(listed)
        (lists / f"{name}_main_i18n_Translation-en").write_bytes(b"Package: translated\n")

    def check(self, *names: str) -> tuple[str, list[str], list[tuple[str, str]]]:
        """What is done, why, and under which policy each file was judged."""
        files = [f"{name}.deb" for name in names]
        self.program("gate", "check", *files, "--config", "gate.toml", "--now", f"{NOW:%FT%TZ}")
        last = json.loads((self.folder / "state" / "decisions.jsonl").read_bytes().splitlines()[-1])
        under = [(each["name"], each["policy"].rpartition("/")[2]) for each in last["artifacts"]]
        return last["action"], last["reasons"], under

    def streams(self) -> list[str]:
        state = read_state(States(self.folder / "state").present(), "state")
        return sorted(stream.product for stream in state.streams)


def _named(content: bytes) -> tuple[str, str]:
    named = {
        ACME: ("endpoint", "7.1.0"),
        DEPOT: ("depot", "1.0"),
        BOTH: ("shared", "3.0"),
        STRAY: ("endpoint", "7.9.9"),
    }
    return named[content]


@pytest.fixture
def machine(here: Path, program: Program) -> Machine:
    return Machine(here, program)


def test_each_package_is_judged_where_it_is_listed_and_all_are_accepted_together(machine: Machine) -> None:
    action, why, under = machine.check("acme", "depot", "both")
    assert (action, why) == ("allow", [])
    listed = [("acme.deb", "acme"), ("depot.deb", "depot"), ("both.deb", "acme"), ("both.deb", "depot")]
    assert under == listed
    files = [f"{name}.deb" for name in ("acme", "depot", "both")]
    assert machine.program("gate", "accept", *files, "--state", "state").code == 0
    assert machine.streams() == ["acme", "depot"]


def test_a_package_that_nobody_lists_holds_everything(machine: Machine) -> None:
    action, why, under = machine.check("acme", "stray")
    assert (action, why, under[0]) == ("hold", ["gate.no_policy"], ("acme.deb", "acme"))
    assert machine.streams() == []


def test_of_two_policies_both_must_be_met(machine: Machine) -> None:
    machine.policy("depot", more='name = "depot"\n')
    assert machine.check("depot")[0] == "allow"
    assert machine.check("both")[:2] == ("block", ["debian.name"])
    assert machine.check("acme")[0] == "allow"


def test_u01_a_release_by_another_key_blocks_its_own_packages_alone(machine: Machine) -> None:
    machine.serve("depot", 1, DEPOT, BOTH, key=MALLORY)
    assert machine.check("acme")[0] == "allow"
    for names in (("depot",), ("both",), ("acme", "depot")):
        assert machine.check(*names)[:2] == ("block", ["signature.invalid"])


def test_u11_an_archive_does_not_speak_for_anothers_packages(machine: Machine) -> None:
    """Whoever serves depot lists acme's name with other bytes: depot's policy is what such a file is judged under."""
    machine.policy("depot", more="name = { pattern = '^(depot|shared)$' }\n")
    machine.serve("depot", 1, DEPOT, STRAY)
    assert machine.check("stray") == ("block", ["debian.name"], [("stray.deb", "depot")])


def test_u03_each_archive_has_a_sequence_of_its_own(machine: Machine) -> None:
    machine.serve("acme", 5, ACME, BOTH)
    machine.check("acme", "depot")
    machine.program("gate", "accept", "acme.deb", "depot.deb", "--state", "state")
    machine.serve("acme", 4, ACME)
    assert machine.check("acme")[:2] == ("block", ["update.rollback"])
    assert machine.check("depot")[0] == "allow"


def test_an_archive_of_which_nothing_is_held_holds_up_its_own_packages_alone(machine: Machine) -> None:
    for path in (machine.folder / "lists").glob("depot_*"):
        path.unlink()
    assert machine.check("acme", "both")[0] == "allow"
    assert machine.check("depot")[:2] == ("hold", ["gate.no_policy"])


def test_a_damaged_index_is_told_as_what_it_is(machine: Machine) -> None:
    path = machine.folder / "lists" / "depot_main_binary-amd64_Packages"
    path.write_bytes(path.read_bytes().replace(b"Version: 1.0", b"Version: 1.1"))
    assert machine.check("depot")[:2] == ("block", ["debian.index_unlisted"])


def test_a_file_is_measured_once_however_many_ask(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.effects.files import LocalFiles

    read: list[str] = []
    whole = LocalFiles.stream

    def counting(self: LocalFiles, path: str, feed: object) -> int:
        read.append(path)
        return whole(self, path, feed)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(LocalFiles, "stream", counting)
    machine.check("acme", "both")
    assert read == ["acme.deb", "both.deb"]
