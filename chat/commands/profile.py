"""`profile`: a Python file of one's own that does what the page around the widget does."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chat.commands.reporting import Unusable, unusable
from chat.terminal import in_one_line

__all__ = ["profile"]


@click.group()
def profile() -> None:
    """Write or check a Python file that does what the page around the widget does.

    Give it to the workbench with --profile: it answers client tools, computes headers for each request, offers
    entities, commands, tools and models.
    """


@profile.command()
@click.argument("path", default="my_profile.py", type=click.Path(path_type=Path, dir_okay=False))
def new(path: Path) -> None:
    """Write a profile to begin with, which runs as it is. A file that is there already is left alone."""
    from chat.host.finding import TEMPLATE

    text = TEMPLATE.read_text("utf-8").replace("THIS_FILE", path.name)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as problem:
        raise Unusable(f"{path} is there already. Choose another name: python app.py profile new NAME.py") from problem
    except OSError as problem:
        raise Unusable(f"{path} cannot be written: {problem.strerror or problem}.") from problem
    click.echo(in_one_line(f"{path} is written. Start with: python app.py --profile {path}"))


@profile.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def check(path: Path) -> None:
    """Say what a profile supplies, and what is wrong with it.

    The file is run, as it is when the workbench loads it; its functions are not. Exit codes: 0 nothing wrong was found,
    1 something is wrong, 2 it cannot be loaded.
    """
    from chat.errors import WorkbenchError
    from chat.host.finding import loaded_profile
    from chat.host.words import parts_of

    try:
        file = loaded_profile(path)
    except WorkbenchError as problem:
        raise unusable(problem) from problem
    for part in parts_of(file.supplied):
        place = f"line {part.line}" if part.line else ""
        click.echo(in_one_line(f"  {part.name:<16} {part.words:<34} {place}".rstrip()))
    if not file.supplied.names:
        click.echo("It supplies nothing that the workbench knows.")
    for failure in file.failures:
        line = f", line {failure.line}" if failure.line else ""
        click.echo(in_one_line(f"{file.name}{line}: {failure.message}"), err=True)
    sys.exit(1 if file.failures else 0)
