"""What an administrator's own configuration of apt takes away from it: found, told, and mended by nobody but them.

    apt's configuration      Acquire::Check-Valid-Until "false"      a frozen mirror is not noticed
    a source                 deb [trusted=yes] …                     whoever serves it may install anything

The gate asks for signatures, dates and sequence itself, whatever apt is told. Where apt is told not to, fewer look.

Spec: apt.conf(5), apt-secure(8), sources.list(5), apt-transport-https(1); attacks, U06
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

from attestations.apt_sources import AptSource
from attestations.faults import Place

from .faults import CheckFault

Configuration = Iterable[tuple[str, str]]
"""Options of apt's as they are in force, name and value, in apt's order: the last of a name counts."""

_YES = frozenset({"yes", "true", "with", "on", "enable"})
_NO = frozenset({"no", "false", "without", "off", "disable"})

LONGEST_SKEW = 60
"""Seconds that a Release may be dated ahead; apt's own default is 10."""

LONGEST_LEASE = 7 * 86_400
"""Seconds for which apt may take a Release for valid, whatever that says itself."""


def _on(value: str) -> bool:
    return value.lower() in _YES or (value.isdecimal() and int(value) != 0)


def _off(value: str) -> bool:
    return value.lower() in _NO or (value.isdecimal() and int(value) == 0)


def _longer_than(seconds: int) -> Callable[[str], bool]:
    return lambda value: value.isdecimal() and int(value) > seconds


class Weakness(Struct, frozen=True):
    """An option that weakens apt where `weakens` says so of its value; what follows, and what it should be."""

    option: re.Pattern[str]
    weakens: Callable[[str], bool]
    follows: str
    expected: str


def _option(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_OTHER_SOFTWARE = "apt takes an archive that names itself otherwise than before"
_UNSIGNED = "apt uses archives that nobody signed"
_WEAKLY = "apt uses archives that are signed, or listed, by what is broken"
_LOSES = "apt goes on using an archive that is no longer signed"
_FROZEN = "apt does not notice that a mirror serves yesterday's archive for ever"
_DATES = "apt takes an archive that is dated in the future"
_PEER = "apt does not ask whom it speaks to"

OPTIONS: tuple[Weakness, ...] = (
    Weakness(_option(r"Acquire::Check-Valid-Until"), _off, _FROZEN, "true"),
    Weakness(_option(r"Acquire::Min-ValidTime(::.+)?"), _longer_than(LONGEST_LEASE), _FROZEN, "not set"),
    Weakness(_option(r"Acquire::Check-Date"), _off, _DATES, "true"),
    Weakness(_option(r"Acquire::Max-FutureTime(::.+)?"), _longer_than(LONGEST_SKEW), _DATES, "10"),
    Weakness(_option(r"Acquire::AllowInsecureRepositories"), _on, _UNSIGNED, "false"),
    Weakness(_option(r"Acquire::AllowWeakRepositories"), _on, _WEAKLY, "false"),
    Weakness(_option(r"Acquire::AllowDowngradeToInsecureRepositories"), _on, _LOSES, "false"),
    Weakness(_option(r"Acquire::AllowReleaseInfoChange(::(Origin|Label|Codename))?"), _on, _OTHER_SOFTWARE, "false"),
    Weakness(_option(r"APT::Get::AllowUnauthenticated"), _on, "apt installs packages that nobody signed", "false"),
    Weakness(
        _option(r"APT::Get::force-yes"), _on, "apt installs without asking, packages that nobody signed too", "false"
    ),
    Weakness(_option(r"APT::Get::allow-downgrades"), _on, "apt goes back to older packages without asking", "false"),
    Weakness(_option(r"APT::Hashes::[^:]+::(Untrusted|Weak)"), _off, _WEAKLY, "not set"),
    Weakness(_option(r"Acquire::https::(.+::)?Verify-(Peer|Host)"), _off, _PEER, "true"),
    Weakness(
        _option(r"Acquire::gpgv::Options(::.*)?"), bool, "apt's check of signatures is told to look away", "not set"
    ),
    Weakness(_option(r"APT::Key::gpgvcommand"), bool, "apt has another program check signatures", "not set"),
)
"""What weakens apt as a whole, or for a host or an archive: each option is named as apt's documentation does."""

SOURCES: tuple[Weakness, ...] = (
    Weakness(_option(r"trusted"), _on, "whoever serves this archive may install anything", "not set"),
    Weakness(_option(r"allow-insecure"), _on, _UNSIGNED, "not set"),
    Weakness(_option(r"allow-weak"), _on, _WEAKLY, "not set"),
    Weakness(_option(r"allow-downgrade-to-insecure"), _on, _LOSES, "not set"),
    Weakness(_option(r"check-valid-until"), _off, _FROZEN, "not set"),
    Weakness(_option(r"valid-until-min"), _longer_than(LONGEST_LEASE), _FROZEN, "not set"),
    Weakness(_option(r"check-date"), _off, _DATES, "not set"),
    Weakness(_option(r"date-max-future"), _longer_than(LONGEST_SKEW), _DATES, "not set"),
)
"""What weakens apt for one source."""


def weaknesses(configuration: Configuration, sources: Iterable[AptSource]) -> tuple[CheckFault, ...]:
    """What weakens apt, each option that does once, with its place: ``client.weakened``."""
    found = [_weakened(OPTIONS, name, value, "apt-config") for name, value in _in_force(configuration)]
    for source in sources:
        found += [_weakened(SOURCES, name, value, source.place) for name, value in source.options.items()]
    return tuple(fault for fault in found if fault is not None)


def _in_force(configuration: Configuration) -> Iterable[tuple[str, str]]:
    """The last value of each option; of a list, whose values all have a name that ends in ``::``, every one."""
    options: dict[tuple[str, int], tuple[str, str]] = {}
    for number, (name, value) in enumerate(configuration):
        options[name.lower(), number if name.endswith("::") else -1] = (name, value)
    return options.values()


def _weakened(table: tuple[Weakness, ...], name: str, value: str, place: str) -> CheckFault | None:
    for weakness in table:
        if weakness.option.fullmatch(name) and weakness.weakens(value):
            return CheckFault(
                "client.weakened",
                weakness.follows,
                place=Place(place),
                expected=f"{name} {weakness.expected}",
                actual=f"{name} {value[:200]}",
            )
    return None
