"""A gate set up by its file: what it says, what it may not say, and several guards in one gate."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from api.effects.files import LocalFiles
from api.gate.settings import ApproverFile, GateSettings, Guard, Tell, read_settings
from attestations.digests import Digest
from attestations.faults import Fault

from .conftest import Program
from .test_gate import AT, POLICY, Fleet, fleet

__all__ = ["fleet"]

HEAD = 'format = "countersign.gate/1"\nstate = "state"\n'
GUARD = '[[guard]]\npolicy = "policies/endpoint.toml"\n'
WHOLE = (
    HEAD
    + """\
observe_until = 2026-04-01T00:00:00Z
waivers = "waivers"

[[guard]]
policy = "policies/endpoint.toml"
trust = ["sigstore", "keys/release.pub", "/etc/keys/other.pub"]
evidence = ["lists"]

[[approver]]
name = "ada"
key = "sha256:{}"
file = "approvers/ada.pub"

[content]
data = ["*.cvd"]

[tell]
syslog = true
textfile = "countersign.prom"
""".format("9f" * 32)
)


def read(folder: Path, text: str) -> GateSettings:
    (folder / "gate.toml").write_text(text)
    return read_settings(str(folder / "gate.toml"), LocalFiles())


def test_a_file_says_all_that_a_gate_is_set_up_with(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    place = str(tmp_path) + "/"
    assert settings.state == place + "state"
    assert settings.waivers == place + "waivers"
    trust = ("sigstore", place + "keys/release.pub", "/etc/keys/other.pub")
    assert settings.guards == (Guard(place + "policies/endpoint.toml", trust, (place + "lists",)),)
    assert settings.approvers == (ApproverFile("ada", place + "approvers/ada.pub", Digest("sha256", "9f" * 32)),)
    assert settings.tell == Tell(syslog=True, textfile=place + "countersign.prom")
    assert settings.data == ("*.cvd",)
    assert settings.observe_until == datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("=", ""),
        (HEAD.replace("/1", "/2") + GUARD, "/format"),
        (HEAD, ""),
        (HEAD + "guard = []", "/guard"),
        (HEAD + "[[guard]]", "/guard/0"),
        (HEAD + "observe = true\n" + GUARD, "/observe"),
        (HEAD + "observe_until = 2026-04-01T00:00:00\n" + GUARD, "/observe_until"),
        (HEAD + 'observe_until = "2026-04-01T00:00:00Z"\n' + GUARD, "/observe_until"),
        (HEAD.replace('"state"', '""') + GUARD, "/state"),
        (HEAD + GUARD + 'trust = "sigstore"', "/guard/0/trust"),
        (HEAD + GUARD + 'key = "x"', "/guard/0/key"),
        (HEAD + GUARD + '[[approver]]\nname = "ada"\nfile = "a"\nkey = "sha256:9F"', ""),
        (HEAD + GUARD + "[tell]\nsyslog = 1", "/tell/syslog"),
        (HEAD + GUARD + '[tell]\nurl = "x"', "/tell/url"),
    ],
)
def test_what_a_file_may_not_say_is_refused_at_its_place(text: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(Fault) as refused:
        read(tmp_path, text)
    assert refused.value.reason == "gate.settings"
    assert refused.value.place.source == str(tmp_path / "gate.toml")
    assert (refused.value.place.pointer or "").startswith(place)


def set_up(fleet: Fleet, *more: str, head: str = "") -> None:
    """Put the gate's settings where the fleet is: one guard on its policy, and what is said besides."""
    guard = '[[guard]]\npolicy = "gate.toml"\ntrust = ["release.key.pub"]\nevidence = ["standing"]\n'
    (fleet.folder / "standing").mkdir(exist_ok=True)
    text = f'format = "countersign.gate/1"\nstate = "gate"\n{head}' + "\n".join((guard, *more))
    (fleet.folder / "settings.toml").write_text(text)


def stand(fleet: Fleet, number: int) -> None:
    """Have the manifest of a release stand by."""
    (fleet.folder / f"manifest-{number}.jsonl").rename(fleet.folder / "standing" / f"manifest-{number}.jsonl")


def check(program: Program, *files: str) -> int:
    return program("gate", "check", "--config", "settings.toml", *files, *AT).code


def test_a_walk_by_settings_alone(fleet: Fleet, program: Program) -> None:
    set_up(fleet)
    files = fleet.release(712, "endpoint", "driver")
    assert check(program, *files) == 3
    stand(fleet, 712)
    assert check(program, *files) == 0
    accepted = program("gate", "accept", "--config", "settings.toml", *files)
    assert accepted.text.startswith("acme/endpoint/stable  7.712.0, number 712")
    assert program("gate", "show", "--config", "settings.toml").text == accepted.text


def test_a_mirror_is_fed_by_settings(fleet: Fleet, program: Program) -> None:
    set_up(fleet)
    (name,) = fleet.release(712)
    stand(fleet, 712)
    (fleet.folder / "incoming").mkdir()
    (fleet.folder / name).rename(fleet.folder / "incoming" / name)
    assert program("stage", "incoming", "mirror", "--config", "settings.toml", *AT).code == 0
    assert (fleet.folder / "mirror" / "current" / name).exists()


def test_a_mirror_never_looks_on(fleet: Fleet, program: Program) -> None:
    set_up(fleet, head="observe_until = 2026-04-01T00:00:00Z\n")
    (fleet.folder / "incoming").mkdir()
    (fleet.folder / "incoming" / "endpoint").write_bytes(b"nobody's")
    assert check(program, "incoming") == 0
    assert program("stage", "incoming", "mirror", "--config", "settings.toml", *AT).code == 3
    assert not (fleet.folder / "mirror" / "current").exists()


def test_flags_beside_a_file_are_refused(fleet: Fleet, program: Program) -> None:
    set_up(fleet)
    assert program("gate", "check", "x", "--config", "settings.toml", "--state", "gate").code == 2
    assert program("gate", "check", "x", "--state", "gate").code == 2
    assert program("gate", "show").code == 2


def test_t71_a_name_of_trust_is_never_a_file_of_the_directory_we_are_called_in(fleet: Fleet, program: Program) -> None:
    files = fleet.release(712)
    set_up(fleet)
    settings = fleet.folder / "settings.toml"
    (fleet.folder / "etc").mkdir()
    text = settings.read_text()
    for name in ("gate", "gate.toml", "standing"):
        text = text.replace(f'"{name}"', f'"../{name}"')
    (fleet.folder / "etc" / "settings.toml").write_text(text)
    asked = ("gate", "check", "--config", "etc/settings.toml", *files, "-e", "manifest-712.jsonl", *AT)
    assert program(*asked).code == 4
    assert fleet.decisions()[-1]["reasons"] == ["input.not_found"]
    (fleet.folder / "release.key.pub").rename(fleet.folder / "etc" / "release.key.pub")
    assert program(*asked).code == 0


def _state_gone(fleet: Fleet) -> None:
    (fleet.folder / "gate" / "releases.000001.json").unlink()


def _policy_gone(fleet: Fleet) -> None:
    (fleet.folder / "gate.toml").unlink()


def _evidence_gone(fleet: Fleet) -> None:
    (fleet.folder / "standing").rmdir()


@pytest.mark.parametrize("broken", [_state_gone, _policy_gone, _evidence_gone])
def test_a_gate_that_cannot_judge_holds_and_writes_it_down(
    broken: Callable[[Fleet], None], fleet: Fleet, program: Program
) -> None:
    set_up(fleet)
    files = fleet.release(712)
    broken(fleet)
    assert check(program, *files) == 4
    entry = fleet.decisions()[-1]
    assert (entry["action"], entry["reasons"]) == ("hold", ["input.not_found"])
    assert entry["artifacts"] == [{"name": "endpoint-712"}]
    set_up(fleet, head="observe_until = 2026-04-01T00:00:00Z\n")
    broken_still = check(program, *files)
    assert (broken_still, fleet.decisions()[-1]["observed"]) == (0, True)


def test_a_file_is_judged_under_the_guard_that_lists_it(fleet: Fleet, program: Program) -> None:
    (fleet.folder / "beta.toml").write_text((fleet.folder / "gate.toml").read_text().replace('"stable"', '"beta"'))
    beta = '[[guard]]\npolicy = "beta.toml"\ntrust = ["release.key.pub"]\nevidence = ["beta"]\n'
    set_up(fleet, beta)
    (fleet.folder / "beta").mkdir()
    (stable,) = fleet.release(712)
    stand(fleet, 712)
    (early,) = fleet.release(800, "preview", channel="beta")
    assert check(program, stable, early) == 4
    assert fleet.decisions()[-1]["reasons"] == ["gate.no_policy"]
    (fleet.folder / "manifest-800.jsonl").rename(fleet.folder / "beta" / "manifest-800.jsonl")
    assert check(program, stable, early) == 0
    assert [each["outcome"] for each in fleet.decisions()[-1]["artifacts"]] == ["PASSED", "PASSED"]
    assert program("gate", "accept", "--config", "settings.toml", stable, early).code == 0
    assert len(program("gate", "show", "--config", "settings.toml").text.splitlines()) == 2


def test_policies_of_the_settings_are_named_in_the_journal(fleet: Fleet, program: Program) -> None:
    set_up(fleet)
    files = fleet.release(712)
    stand(fleet, 712)
    check(program, *files)
    (artifact,) = fleet.decisions()[-1]["artifacts"]
    assert artifact["policy"] == "https://fleet.example/policies/endpoint"
    assert POLICY.splitlines()[1].endswith(f'"{artifact["policy"]}"')
