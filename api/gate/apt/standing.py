"""Whether the gate stands in apt as it was installed, and whether apt asks it.

environment · copy · launcher and configuration · apt's configuration as it is in force, wherever it comes from
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from msgspec import Struct

from attestations.faults import Fault, Place
from attestations.limits import DEFAULT_LIMITS
from verifier.outcome import Outcome
from verifier.reasons import outcome_of

from ...usecases.policy import read_policy
from ..check import check_asks_for_current, check_names_its_streams
from ..gate import Effects, Gate
from ..settings import read_settings
from .faults import AptFault
from .hooks import asking, telling
from .installation import Installation, Installed
from .repair import wrong_environment, wrong_hooks, wrong_kept


class Stands(Struct, frozen=True):
    """One thing that has to be right. `fault` is None where it is, and `says` what can be said of it then."""

    what: str
    says: str
    fault: Fault | None


def is_wrong(stands: Stands) -> bool:
    """Whether a thing is not right; what merely weakens apt is told, and is for its administrator to decide."""
    return stands.fault is not None and outcome_of(stands.fault.reason) is not Outcome.PASSED


def standing(
    installation: Installation, installed: Installed, configuration: tuple[tuple[str, str], ...]
) -> Iterator[Stands]:
    """Each thing that has to be right, of the installation, and of apt's configuration as it is in force."""
    digest = installed.environment
    yield Stands(
        "environment",
        f"whole, and it starts: version {installed.version}, {digest[:12]}",
        wrong_environment(installation, installed),
    )
    yield Stands("kept copy", "whole", wrong_kept(installation, installed))
    wrong = wrong_hooks(installation, installed)
    yield Stands("hooks", "as they were written", wrong[0] if wrong else None)
    yield Stands("apt", "asks before it unpacks, and tells afterwards", unasked(installation, installed, configuration))


def gate_stands(config: str, effects: Effects, at: datetime.datetime) -> Stands:
    """Whether the gate of this file can be asked at `at` (aware, UTC), and whether it enforces."""
    try:
        settings = read_settings(config, effects.files)
        gate = Gate(settings, effects)
        observes = gate.observes(at)
        for guard in settings.guards:
            policy = read_policy(guard.policy, effects.files, DEFAULT_LIMITS)
            check_asks_for_current(policy, guard.policy)
            if len(settings.guards) > 1:
                check_names_its_streams(policy, guard.policy)
        accepted = len(gate.state().streams)
    except Fault as fault:
        return Stands("gate", "", fault)
    until = f"{settings.observe_until:%Y-%m-%d %H:%M} UTC" if observes else ""
    says = f"OBSERVES until {until}: it lets everything through, and writes down what it would not" if observes else ""
    return Stands("gate", says or f"enforces; policies: {len(settings.guards)}, streams accepted: {accepted}", None)


def unasked(installation: Installation, installed: Installed, configuration: Iterable[tuple[str, str]]) -> Fault | None:
    """Why apt, with this configuration, does not ask the gate, or not in full; None where it does."""
    launcher = str(installation.launcher)
    options = {(name.lower(), value) for name, value in configuration}
    wanted = (
        ("DPkg::Pre-Install-Pkgs::", asking(launcher, installed.config)),
        ("DPkg::Post-Invoke::", telling(launcher, installed.config)),
        (f"DPkg::Tools::Options::{launcher}::Version", "3"),
    )
    for name, value in wanted:
        if (name.lower(), value) not in options:
            values = [value for option, value in options if option == name.lower()]
            detail = "apt's configuration, as it is in force, does not have it: another file of it takes it away"
            return AptFault(
                "apt.unasked",
                detail,
                place=Place(f"apt-config, {name}"),
                expected=value,
                actual=", ".join(values) or "nothing",
            )
    return None
