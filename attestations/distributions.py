"""File names of Python's distributions: which project, which version, which build of it.

    wheel   {project}-{version}[-{build}]-{python}-{abi}-{platform}.whl
    sdist   {project}-{version}.tar.gz  (.zip)

Two names are of one distribution where they differ only in what the specifications hold to be one spelling: the case
and the separators of a project's name, the forms of a version, and the order of tags in a compressed set (T10).

Spec: https://packaging.python.org/en/latest/specifications/binary-distribution-format/, source-distribution-format,
name-normalization, version-specifiers
"""

from __future__ import annotations

import re

from msgspec import Struct

from .faults import FormatFault
from .strict_json import shown

LONGEST = 255
"""Characters of the longest file name that is read: what file systems hold."""

_SEPARATORS = re.compile(r"[-_.]+")
_WHEEL_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?\Z")
_SDIST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_BUILD = re.compile(r"([0-9]+)(.*)\Z")
_TAG = re.compile(r"[A-Za-z0-9_]+\Z")
_VERSION = re.compile(
    r"v?(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>[0-9]+)?)?"
    r"(?:-(?P<bare_post>[0-9]+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>[0-9]+)?)?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>[0-9]+)?)?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\Z"
)
_PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


class Distribution(Struct, frozen=True):
    """A distribution by its name: `project` and `version` in their one spelling, the rest as sorted sets.

    `tags` are the three sets of a wheel's tags, none for an sdist; `form` is the ending of the name.
    """

    project: str
    version: str
    build: str
    tags: tuple[tuple[str, ...], ...]
    form: str


def project_name(name: str) -> str:
    """A project's name in its one spelling."""
    return _SEPARATORS.sub("-", name).lower()


def version_name(version: str) -> str | None:
    """A version in its one spelling, None where it is no version."""
    parts = _VERSION.match(version.lower()) if version.isascii() and len(version) <= LONGEST else None
    if parts is None:
        return None
    release = [str(int(number)) for number in parts["release"].split(".")]
    while len(release) > 1 and release[-1] == "0":
        release.pop()
    text = ".".join(release)
    if int(parts["epoch"] or 0):
        text = f"{int(parts['epoch'])}!{text}"
    if parts["pre"]:
        text += f"{_PRE.get(parts['pre'], parts['pre'])}{int(parts['pre_number'] or 0)}"
    if parts["post"] or parts["bare_post"]:
        text += f".post{int(parts['post_number'] or parts['bare_post'] or 0)}"
    if parts["dev"]:
        text += f".dev{int(parts['dev_number'] or 0)}"
    return f"{text}+{_local(parts['local'])}" if parts["local"] else text


def _local(local: str) -> str:
    return ".".join(str(int(part)) if part.isdigit() else part for part in _SEPARATORS.split(local))


def parse_distribution(name: str) -> Distribution:
    """Read the file name of a wheel or an sdist.

    Raises:
        FormatFault: ``package.file_name``.
    """
    for form, read in ((".whl", _wheel), (".tar.gz", _sdist), (".zip", _sdist)):
        if name.endswith(form) and len(name) <= LONGEST:
            found = read(name.removesuffix(form), form)
            if found is not None:
                return found
    raise FormatFault(
        "package.file_name",
        "not the file name of a Python distribution",
        expected="{project}-{version}-{python}-{abi}-{platform}.whl, or {project}-{version}.tar.gz",
        actual=shown(name),
    )


def _wheel(stem: str, form: str) -> Distribution | None:
    parts = stem.split("-")
    if len(parts) not in (5, 6):
        return None
    version = version_name(parts[1])
    build = _BUILD.match(parts[2]) if len(parts) == 6 else None
    tags = tuple(tuple(sorted(set(part.lower().split(".")))) for part in parts[-3:])
    sound = (
        _WHEEL_NAME.match(parts[0]) and "__" not in parts[0] and all(_TAG.match(tag) for each in tags for tag in each)
    )
    if version is None or not sound or (len(parts) == 6 and build is None):
        return None
    number = f"{int(build[1])}{build[2]}" if build is not None else ""
    return Distribution(project_name(parts[0]), version, number, tags, form)


def _sdist(stem: str, form: str) -> Distribution | None:
    name, _, text = stem.rpartition("-")
    version = version_name(text)
    if version is None or not _SDIST_NAME.match(name):
        return None
    return Distribution(project_name(name), version, "", (), form)
