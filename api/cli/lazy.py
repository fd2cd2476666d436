"""Groups whose commands are loaded when they are wanted, each the attribute ``command`` of a module."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group of commands of its own, and of modules beside this one: `members`, a command's name → its module's."""

    def __init__(self, *arguments: Any, members: Mapping[str, str], **given: Any) -> None:
        super().__init__(*arguments, **given)
        self._members = members

    def list_commands(self, _context: click.Context) -> list[str]:
        return [*self.commands, *self._members]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self._members:
            return super().get_command(context, name)
        command: click.Command = importlib.import_module(f".{self._members[name]}", __package__).command
        return command
