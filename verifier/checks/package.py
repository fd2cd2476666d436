"""Was it published as the package, and the version, that was asked for? The right bytes under another name are another
release (T10).

    subject of npm's statements     pkg:npm/%40acme/endpoint@7.1.0          a package URL
    subject of PyPI's statements    endpoint-7.1.0-py3-none-any.whl         a file name

Where the statement names the package a second time, as npm's publish attestation does, both must say the same.

Spec: https://github.com/npm/attestation/tree/main/specs/publish/v0.1; PEP 740, "Attestation statement"
"""

from __future__ import annotations

from msgspec import Struct

from attestations.distributions import Distribution, parse_distribution, version_name
from attestations.faults import FormatFault, Place
from attestations.predicates import Publication
from attestations.purls import Purl, parse_purl

from ..faults import CheckFault
from ..policy.packages import FILE_NAME, expected_package
from .check import Attestation, Check, Met

_SUBJECT = Place(pointer="/subject")


class _Named(Struct, frozen=True):
    """What one subject says that the artifact is; `file` where it says so by a distribution's file name."""

    package: str
    version: str
    file: Distribution | None


def check_package(expected: str, attestation: Attestation) -> Met:
    """The artifact is named as the expected package, in one of its names at least.

    Raises:
        CheckFault: ``package.name``, ``package.version``, ``package.file`` (another file of the release),
            ``package.file_name``, ``package.purl`` (a name that is none), ``package.missing``,
            ``package.contradicted``.
    """
    wanted = expected_package(expected)
    faults: list[CheckFault] = []
    for name in dict.fromkeys(subject.name for subject in attestation.subjects if subject.name):
        try:
            named = _read(name, wanted.type)
            _compare(wanted, named, expected, name)
            _one_story(attestation, named)
        except CheckFault as fault:
            faults.append(fault)
        else:
            return Met(f"published as {name}", expected, name, "/subject")
    if faults:
        raise faults[0]
    raise CheckFault("package.missing", "the evidence does not say which package this is", expected=expected)


def _read(name: str, kind: str) -> _Named:
    try:
        if kind == "pypi" and not name.startswith("pkg:"):
            file = parse_distribution(name)
            return _Named(f"pypi:{file.project}", file.version, file)
        purl = parse_purl(name)
        return _Named(purl.package, _version(purl), None)
    except FormatFault as fault:
        raise _fault(fault.reason, fault.detail, fault.expected or "", name) from None


def _version(purl: Purl) -> str:
    """A Python version in its one spelling, any other as it stands."""
    return (version_name(purl.version) if purl.type == "pypi" else None) or purl.version


def _compare(wanted: Purl, named: _Named, expected: str, name: str) -> None:
    if named.package != wanted.package:
        raise _fault("package.name", "published as another package", expected, name)
    if wanted.version and named.version != _version(wanted):
        raise _fault("package.version", "published as another version", expected, name)
    file = wanted.qualifiers.get(FILE_NAME)
    if file is not None and named.file != parse_distribution(file):
        raise _fault("package.file", "published as another file", expected, name)


def _one_story(attestation: Attestation, named: _Named) -> None:
    publication = attestation.predicate
    if not isinstance(publication, Publication):
        return
    for claim, told in ((publication.name, named.package.removeprefix("npm:")), (publication.version, named.version)):
        if claim.value != told:
            raise CheckFault(
                "package.contradicted",
                "the statement names the package in two ways",
                place=Place(pointer=claim.pointer),
                expected=f"{told} as at /subject",
                actual=claim.value,
            )


def _fault(reason: str, detail: str, expected: str, actual: str) -> CheckFault:
    return CheckFault(reason, detail, place=_SUBJECT, expected=expected, actual=actual)


CHECK = Check("package", "package", check_package, "purl-spec; PEP 740")
