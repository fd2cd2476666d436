"""Groups whose commands are loaded when they are wanted, each the attribute ``command`` of a module."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are the modules of `members`: the command's name → its module's, beside this one."""

    def __init__(self, *arguments: Any, members: Mapping[str, str], **given: Any) -> None:
        super().__init__(*arguments, **given)
        self._members = members

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self._members)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in self._members:
            return None
        command: click.Command = importlib.import_module(f".{self._members[name]}", __package__).command
        return command
