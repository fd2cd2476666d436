"""The package that a requirement expects, as its package URL says it."""

from __future__ import annotations

from attestations.distributions import parse_distribution, version_name
from attestations.faults import FormatFault
from attestations.purls import Purl, parse_purl

from ..faults import PolicyFault

FILE_NAME = "file_name"
"""The one qualifier that is read: which file of a PyPI release is meant."""


def expected_package(text: str) -> Purl:
    """The package that is expected; without a version any will do. A qualifier that nothing checks is refused (T21).

    Raises:
        PolicyFault: ``policy.value``.
    """
    try:
        purl = parse_purl(text)
        if FILE_NAME in purl.qualifiers:
            parse_distribution(purl.qualifiers[FILE_NAME])
    except FormatFault as fault:
        raise _refusal(fault.detail, text, fault.expected) from None
    if set(purl.qualifiers) - ({FILE_NAME} if purl.type == "pypi" else set()):
        raise _refusal("a qualifier that no check looks at", text, f"pkg:pypi/…?{FILE_NAME}=…, or none")
    if purl.type == "pypi" and purl.version and version_name(purl.version) is None:
        raise _refusal("not a version of a Python project", text)
    return purl


def _refusal(detail: str, text: str, expected: str | None = None) -> PolicyFault:
    return PolicyFault("policy.value", detail, expected=expected, actual=text[:120])
