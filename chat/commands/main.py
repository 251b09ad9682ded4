"""The command line: its commands, and the one that runs when none is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from chat.commands.check import check
from chat.commands.curl import curl
from chat.commands.default_group import DefaultGroup
from chat.commands.diff import diff
from chat.commands.drive import drive
from chat.commands.explain import explain
from chat.commands.profile import profile
from chat.commands.record import record
from chat.commands.relay import relay
from chat.commands.replay import replay
from chat.commands.serve import serve
from chat.terminal import in_one_line

__all__ = ["main"]


class Commands(DefaultGroup):
    """Usage errors quote what was typed, which may be pasted: they are written so that a terminal can show them."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """As click's."""
        with _usage_errors_in_one_line():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """As click's."""
        with _usage_errors_in_one_line():
            return super().invoke(ctx)


@contextmanager
def _usage_errors_in_one_line() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        raise click.UsageError(in_one_line(error.format_message()), error.ctx) from error


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from chat.version import NAME, version

        click.echo(f"{NAME}, version {version()}")
        context.exit()


@click.group(cls=Commands, default="serve")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def main() -> None:
    """See what a ChatKit backend really streams, what the official widget will make of it, and what to change."""


main.add_command(serve)
main.add_command(explain)
main.add_command(check)
main.add_command(curl)
main.add_command(diff)
main.add_command(replay)
main.add_command(record)
main.add_command(relay)
main.add_command(profile)
main.add_command(drive)
