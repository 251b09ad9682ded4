"""A group of commands one of which runs when none is named."""

from __future__ import annotations

from typing import Any

import click

__all__ = ["DefaultGroup"]


class DefaultGroup(click.Group):
    """`tool --port 1` is `tool serve --port 1` where `serve` is the default. Options of the group itself go first."""

    ignore_unknown_options = True  # they are the default command's

    def __init__(self, *args: Any, default: str, **options: Any) -> None:
        """`default` is the command's name; everything else is `click.Group`'s."""
        super().__init__(*args, **options)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """No arguments are the default command without arguments, and not a request for help."""
        return super().parse_args(ctx, args or [self.default])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """What begins with no command's name are arguments of the default command."""
        named = self.get_command(ctx, args[0]) is not None
        return super().resolve_command(ctx, args if named else [self.default, *args])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The default command first, then the others by name."""
        return sorted(super().list_commands(ctx), key=lambda name: (name != self.default, name))
