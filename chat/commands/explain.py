"""`explain`: what is wrong with a stream that somebody recorded, exported or copied, and what to type instead."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chat.building import no_building
from chat.collecting import no_collecting
from chat.commands.inputs import input_name, read_input
from chat.commands.reporting import FORMATS, format_of, put_out, unusable

if TYPE_CHECKING:
    from chat.checks.reports import FailOn

__all__ = ["explain"]


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    help="Format of the report.  [default: what --output ends in, else text]",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1.",
)
def explain(file: str, format: str | None, output: Path | None, fail_on: FailOn) -> None:
    """Say what is wrong with a recorded answer, and what to type instead.

    FILE is a response body, the output of `curl -i`, a HAR file from a browser's network tab, the text of its console,
    or a recording of the workbench; `-` reads standard input. Exit codes: 0 all good, 1 violations, 2 no exchange to be
    found in FILE, 3 something could not be judged.
    """
    with no_collecting(), no_building():
        from chat.checks.reports import exit_code, explained
        from chat.checks.threads import examine_all
        from chat.errors import WorkbenchError
        from chat.exchanges.importing import import_exchanges

    name = input_name(file)
    try:
        imported = import_exchanges(read_input(file), name)
    except WorkbenchError as problem:
        raise unusable(problem) from problem
    report = explained(name, examine_all(imported.exchanges), imported.remarks, imported.host_events)
    put_out(report, format_of(format, output), output, fail_on)
    sys.exit(exit_code(report, fail_on))
