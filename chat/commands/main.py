"""The command line: its commands, and the one that runs when none is named."""

import click

from chat.commands.check import check
from chat.commands.default_group import DefaultGroup
from chat.commands.explain import explain
from chat.commands.serve import serve
from chat.version import NAME, version

__all__ = ["main"]


@click.group(cls=DefaultGroup, default="serve")
@click.version_option(version(), prog_name=NAME)
def main() -> None:
    """See what a ChatKit backend really streams, what the official widget will make of it, and what to change."""


main.add_command(serve)
main.add_command(explain)
main.add_command(check)
