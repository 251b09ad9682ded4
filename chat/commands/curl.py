"""`curl`: a valid request of an operation, as a command line to send by hand."""

from __future__ import annotations

import re
from typing import Any

import click

from chat.commands.values import header, web_address
from chat.terminal import printable

__all__ = ["curl"]

_PLACEHOLDER = re.compile(r"\b(?:THREAD|ITEM|ATTACHMENT)_ID\b|\bACTION_TYPE\b")
_VARIABLE = re.compile(r'"\$([A-Z_][A-Z0-9_]*)"')


@click.command()
@click.argument("operation")
@click.argument("url")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Header to send; may be repeated.")
@click.option("--thread", metavar="ID", help="The thread.  [default: a placeholder]")
@click.option("--item", metavar="ID", help="The item.  [default: a placeholder]")
@click.option("--attachment", metavar="ID", help="The attachment.  [default: a placeholder]")
@click.option("--message", metavar="TEXT", help="What the user says.  [default: a greeting]")
@click.option("--title", metavar="TEXT", help="The new title, for threads.update.")
def curl(operation: str, url: str, headers: tuple[str, ...], **given: str | None) -> None:
    """Print a curl command that sends a valid request of an operation.

    OPERATION is one of the sixteen, like threads.list; URL is where the widget sends its requests. Nothing is sent.
    What is a secret in the headers and the URL is printed as a shell variable, like $TOKEN. The command prints the
    answer with its head (-i), as `explain -` reads it.
    """
    from chat.client import Connection
    from chat.client.samples import OPERATIONS, Names, sample
    from chat.errors import BadConnection
    from chat.exchanges import curl as written

    if operation not in OPERATIONS:
        raise click.UsageError(f"There is no operation {operation!r}. There are: {', '.join(OPERATIONS)}.")
    told: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    names = Names(**told)
    try:
        connection = Connection(web_address("URL", url), tuple(header(line) for line in headers))
    except BadConnection as problem:
        raise click.UsageError(problem.message) from problem
    command = written(sample(operation, connection, names), with_head=True)
    for placeholder in dict.fromkeys(_PLACEHOLDER.findall(command)):
        click.echo(f"# Replace {placeholder}.")
    for variable in dict.fromkeys(_VARIABLE.findall(command)):
        click.echo(f"# ${variable} stands for a secret that you gave: set the variable first.")
    click.echo(printable(command))
