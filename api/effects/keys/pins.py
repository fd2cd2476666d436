"""Passphrases and PINs: asked of a person at the terminal, of pinentry, or read from a descriptor. Nowhere else.

An argument stands in the list of processes, a variable in the environment of every child: neither is a place for them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote_to_bytes

from ..faults import KeyFault

LONGEST = 1024
"""Bytes of the longest passphrase that a descriptor gives."""


class PinSource(Protocol):
    """Who knows the passphrase or PIN."""

    def pin(self, prompt: str) -> str:
        """The secret that `prompt` asks for, in a line without a colon: ``Passphrase of release.key``.

        Raises:
            KeyFault: ``signing.pin_missing``.
        """
        ...


class NobodyToAsk:
    """There is no person at this process: a key that wants a passphrase does not open here."""

    def pin(self, prompt: str) -> str:
        detail = f"{prompt[:1].lower()}{prompt[1:]} is wanted, and this process asks nobody"
        raise KeyFault("signing.pin_missing", detail)


class PromptPin:
    """A person at the terminal: what is typed is not shown."""

    def pin(self, prompt: str) -> str:
        try:
            Path(_TERMINAL).open("rb+", buffering=0).close()  # else getpass would read standard input, and show it
        except OSError:
            detail = f"nobody to ask: {prompt[:1].lower()}{prompt[1:]} is wanted, and there is no terminal"
            raise KeyFault("signing.pin_missing", detail) from None
        import getpass

        return _given(getpass.getpass(f"{prompt}: "))


_TERMINAL = "CONIN$" if os.name == "nt" else "/dev/tty"


class DescriptorPin:
    """An open descriptor, read once to its end: ``--pin-fd 3 3< passphrase``. One line end at the end is no part."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._read: str | None = None

    def pin(self, prompt: str) -> str:  # noqa: ARG002  # the protocol's; nobody is asked
        if self._read is None:
            self._read = self._line()
        return self._read

    def _line(self) -> str:
        content = b""
        try:
            while len(content) <= LONGEST and (part := os.read(self._descriptor, LONGEST + 1)):
                content += part
        except OSError as error:
            detail = f"descriptor {self._descriptor} cannot be read: {error.strerror}"
            raise KeyFault("signing.pin_missing", detail) from None
        if len(content) > LONGEST:
            raise KeyFault("signing.pin_missing", f"descriptor {self._descriptor} gives more than {LONGEST} bytes")
        try:
            return _given(content.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8"))
        except UnicodeDecodeError:
            raise KeyFault("signing.pin_missing", f"descriptor {self._descriptor} gives no UTF-8") from None


class PinentryPin:
    """A pinentry program, which asks in a window or at the terminal of its own.

    Spec: the Assuan protocol, https://www.gnupg.org/documentation/manuals/assuan/Server-responses.html
    """

    def __init__(self, program: str) -> None:
        self._program = program

    def pin(self, prompt: str) -> str:
        commands = [f"SETPROMPT {_escaped(prompt)}:", "GETPIN", "BYE"]
        terminal = _terminal_name()
        if terminal is not None:
            commands.insert(0, f"OPTION ttyname={terminal}")
        script = "".join(f"{line}\n" for line in commands).encode("utf-8")
        try:
            ran = subprocess.run([self._program], input=script, capture_output=True, check=False)
        except OSError as error:
            raise KeyFault("signing.pin_missing", f"{self._program} does not run: {error.strerror}") from None
        for line in ran.stdout.splitlines():
            if line.startswith(b"D "):
                return _given(unquote_to_bytes(line[2:]).decode("utf-8", "replace"))
        raise KeyFault("signing.pin_missing", f"{self._program} gave none: it was cancelled, or cannot ask here")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _terminal_name() -> str | None:
    try:
        return os.ttyname(2)
    except (OSError, AttributeError):
        return None


def _given(secret: str) -> str:
    if not secret:
        raise KeyFault("signing.pin_missing", "an empty passphrase or PIN was given")
    return secret
