"""The part of SARIF 2.1.0 that we write, each object named as the specification names it.

Names are in camel case on the wire; a member without a value is absent.

Spec: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html, section 3
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Properties = Mapping[str, object]
"""A property bag (section 3.8): what is ours, for those who know us."""


class Message(Struct, frozen=True):
    """Text for people (sections 3.11 and 3.12)."""

    text: str


class ArtifactLocation(Struct, frozen=True):
    """Where a file is, and its number in the run's list (section 3.4)."""

    uri: str
    index: int


class Artifact(Struct, frozen=True, omit_defaults=True):
    """A file: one that was judged, or one of evidence (section 3.24). `length` is in bytes."""

    location: ArtifactLocation
    length: int | None = None
    hashes: Mapping[str, str] | None = None


class Region(Struct, frozen=True, rename="camel"):
    """A place in a file, in bytes from its start (section 3.30)."""

    byte_offset: int


class PhysicalLocation(Struct, frozen=True, rename="camel", omit_defaults=True):
    """A file, and the region of it (section 3.29)."""

    artifact_location: ArtifactLocation
    region: Region | None = None


class LogicalLocation(Struct, frozen=True, rename="camel"):
    """A place by its name; for JSON a pointer (section 3.33)."""

    fully_qualified_name: str


class Location(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where a result was found (section 3.28)."""

    physical_location: PhysicalLocation
    logical_locations: tuple[LogicalLocation, ...] | None = None


class Rule(Struct, frozen=True, rename="camel", omit_defaults=True):
    """A reason or a check, described: a `reportingDescriptor` (section 3.49)."""

    id: str
    short_description: Message
    help: Message | None = None
    properties: Properties | None = None


class Result(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One result of one check (section 3.27). `analysis_target` is what was judged, `locations` what decided it."""

    rule_id: str
    rule_index: int
    kind: str
    level: str
    message: Message
    partial_fingerprints: Mapping[str, str]
    properties: Properties
    analysis_target: ArtifactLocation | None = None
    locations: tuple[Location, ...] = ()


class Driver(Struct, frozen=True):
    """The tool by name and version, with its rules: a `toolComponent` (section 3.19)."""

    name: str
    version: str
    rules: tuple[Rule, ...]


class Tool(Struct, frozen=True):
    """What made the run (section 3.18)."""

    driver: Driver


class Invocation(Struct, frozen=True, rename="camel"):
    """That the tool ran, and what came of it (section 3.20)."""

    execution_successful: bool
    exit_code: int
    exit_code_description: str


class Run(Struct, frozen=True, rename="camel"):
    """One run of the tool (section 3.14)."""

    tool: Tool
    invocations: tuple[Invocation, ...]
    artifacts: tuple[Artifact, ...]
    results: tuple[Result, ...]
    column_kind: str
    properties: Properties


class Log(Struct, frozen=True):
    """The whole file (section 3.13)."""

    schema: str = field(name="$schema")
    version: str
    runs: tuple[Run, ...]
