"""Refusals of the world around us: files that are not there, cannot be read or written, or change under our hands.

    Fault
    ├── InputFault      input.* bytes.*      what we were told to read
    ├── OutputFault     output.*             what we were told to write
    ├── KeyFault        signing.*            what we were told to sign with
    ├── EgressFault     egress.*             what others told us to speak to
    ├── RequestFault    request.* service.bug   what we were asked
    └── AccessFault     access.* token.* identity.* login.* tenant.*   who asks, and what they may ask

They say nothing about an artifact, so their outcome is ERROR.
"""

from __future__ import annotations

from attestations.faults import Fault


class InputFault(Fault):
    """Something named on the command line cannot be read as what it should be."""


class OutputFault(Fault):
    """A result cannot be written where it was wanted."""


class KeyFault(Fault):
    """A private key cannot be found, opened or used."""


class AccessFault(Fault):
    """Who asks is not known, or may not ask this."""


class EgressFault(Fault):
    """An address that others chose may not be spoken to, or did not answer as it should."""


class RequestFault(Fault):
    """A request is not of its form, or asks for what is not there."""
