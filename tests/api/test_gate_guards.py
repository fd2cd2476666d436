"""Several guards in one gate: no one's signer takes another's place, and what all refute is let through by nobody."""

from __future__ import annotations

import pytest

from api.effects.files import LocalFiles
from api.effects.keys.making import make_key
from api.gate import states
from api.usecases.artifacts import Measured, measure
from attestations.faults import Fault
from attestations.limits import DEFAULT_LIMITS
from tests.values import replace
from verifier.verdict import Artifact

from .test_gate import AT, POLICY, SECRET, Fleet, fleet
from .test_gate_settings import set_up, stand

__all__ = ["fleet"]

OTHER = '[[guard]]\npolicy = "other.toml"\ntrust = ["other.key.pub"]\nevidence = ["others"]\n'
APPROVERS = '[[approver]]\nname = "Erika"\nfile = "erika.pub"\n\n[[approver]]\nname = "Max"\nfile = "max.pub"\n'


def guarded(fleet: Fleet, *, open_to: str = "", more: str = "", head: str = "") -> None:
    """Two guards: the fleet's own, and one for another vendor's key, whose policy leaves out the line `open_to`."""
    made = make_key("ecdsa-p256", SECRET)
    (fleet.folder / "other.key").write_bytes(made.private)
    (fleet.folder / "other.key.pub").write_bytes(made.public)
    policy = POLICY.format(fingerprint=made.key.fingerprint).replace('"acme"', '"depot"')
    (fleet.folder / "other.toml").write_text(policy.replace(open_to, ""))
    (fleet.folder / "others").mkdir()
    set_up(fleet, OTHER + more, head=head)


def check(fleet: Fleet, *files: str) -> tuple[int, list[str]]:
    code = fleet.program("gate", "check", "--config", "settings.toml", *files, *AT).code
    return code, fleet.decisions()[-1]["reasons"]


@pytest.mark.parametrize("line", ['vendor = "depot"\n', 'product = "endpoint"\n'])
def test_u11_of_several_guards_none_leaves_open_whose_releases_it_is_about(line: str, fleet: Fleet) -> None:
    """Else whoever signs under it counts another vendor's numbers on, and nothing of that vendor's follows any more."""
    guarded(fleet, open_to=line)
    mine = fleet.release(712)
    stand(fleet, 712)
    assert check(fleet, *mine) == (4, ["policy.stream_open"])


def test_two_vendors_under_two_guards_pass(fleet: Fleet) -> None:
    guarded(fleet)
    mine = fleet.release(712)
    stand(fleet, 712)
    (fleet.folder / "theirs").write_bytes(b"theirs")
    words = ("--vendor", "depot", "--product", "endpoint", "--version", "1.0", "--channel", "stable")
    signing = ("--sequence", "9000", "--key", "other.key", "-o", "others/manifest.jsonl")
    assert fleet.program("attest", "manifest", "theirs", *words, *signing).code == 0
    assert check(fleet, *mine, "theirs") == (0, [])


def test_what_no_guard_knows_is_waived_under_the_policy_of_none(fleet: Fleet) -> None:
    """Under one guard altered bytes are refuted and never waived; that there is another guard changes nothing."""
    guarded(fleet, more=APPROVERS, head='waivers = "waivers"\n')
    mine = fleet.release(712)
    stand(fleet, 712)
    (fleet.folder / mine[0]).write_bytes(b"altered")
    assert check(fleet, *mine) == (4, ["gate.no_policy"])
    new = ("waiver", "new", *mine, "--policy", "gate.toml", "--reason", "gate.no_policy", "--why", "it must")
    ran = fleet.program(*new, "-o", "waiver.json")
    assert (ran.code, ran.reason) == (4, "waiver.reason")


def test_a_file_that_changes_between_two_guards_is_no_file_of_either(fleet: Fleet) -> None:
    """A second guard may ask for another digest, and the file is read again: for both it is the same bytes or none."""
    path = fleet.folder / "endpoint"
    path.write_bytes(b"signed by one")
    files, measured = LocalFiles(), Measured()

    def asked(*algorithms: str) -> Artifact:
        wanted = frozenset(algorithms)
        return measured.artifact(str(path), wanted, lambda: measure(str(path), wanted, files, lambda _: None))

    one = asked("sha256")
    assert asked("sha256", "sha512").digests.get("sha256") == one.digests.get("sha256")
    path.write_bytes(b"signed by the other")
    with pytest.raises(Fault) as refused:
        asked("sha256", "sha384")
    assert refused.value.reason == "bytes.changed"


def test_a_state_that_could_not_be_read_again_allows_nothing_into_it(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever mints streams without an end would else have all of a gate's updates held."""
    guarded(fleet)
    mine = fleet.release(712)
    stand(fleet, 712)
    with monkeypatch.context() as patch:
        patch.setattr(states, "DEFAULT_LIMITS", replace(DEFAULT_LIMITS, record=100))
        assert check(fleet, *mine) == (4, ["limit.record"])
    assert check(fleet, *mine) == (0, [])
