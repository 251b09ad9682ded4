"""`diff`: what differs between two recordings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chat.commands.reporting import Unusable, format_of, put_text, unusable
from chat.terminal import in_one_line

if TYPE_CHECKING:
    from chat.exchanges.importing import Imported

__all__ = ["diff"]

_FORMATS = ("text", "json", "junit", "html")


@click.command()
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path(allow_dash=True))
@click.option(
    "--shape", is_flag=True, help="Compare types, order and structure only: for agents that choose their words."
)
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="WHAT",
    help="Leave this out: text, timings, findings, requests, state, host, or a path like '$.item.metadata' with * for "
    "any text; may be repeated.",
)
@click.option("--deltas", is_flag=True, help="Text must come in the same pieces, too.")
@click.option(
    "--format",
    "format",
    type=click.Choice(_FORMATS),
    help="Format of what is written.  [default: what --output ends in, else text]",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 when they differ, as without it: for those who know git's."
)
def diff(
    old: str,
    new: str,
    shape: bool,
    ignored: tuple[str, ...],
    deltas: bool,
    format: str | None,
    output: Path | None,
    exit_code: bool,
) -> None:
    """Say what differs between two recordings.

    OLD and NEW are recordings of the workbench, HAR files, the output of `curl -i` or response bodies; `-` as NEW reads
    standard input. Exchanges are compared by operation and ordinal, events by type and item. Ids and times that every
    run makes anew do not count, nor do the pieces in which text came, nor times below 100 ms or a factor of two. Exit
    codes: 0 alike, 1 different, 2 a file that cannot be used.
    """
    from chat.diff import Options
    from chat.diff import diff as compare
    from chat.diff.reports import headline, write
    from chat.diff.reports.text import print_in_colour
    from chat.errors import WorkbenchError
    from chat.exchanges.recording import Recording

    wanted = format_of(format, output)
    if wanted not in _FORMATS:
        raise click.UsageError(f"diff cannot write {wanted}. There are: {', '.join(_FORMATS)}.")
    try:
        options = Options(deltas, shape, frozenset(ignored))
        read = [_imported(name) for name in (old, new)]
    except WorkbenchError as problem:
        raise unusable(problem) from problem
    names = (_called(old), _called(new)) if _called(old) != _called(new) else (old, new)
    remarks = [f"{name}: {remark}" for name, one in zip(names, read, strict=True) for remark in one.remarks]
    before, after = (Recording(list(one.exchanges), list(one.host_events), one.name) for one in read)
    found = compare(before, after, options, names=names, remarks=remarks)
    if output is None and wanted == "text" and sys.stdout.isatty():
        print_in_colour(found, sys.stdout)
    else:
        put_text(write(found, wanted), output)
        if output is not None:
            click.echo(in_one_line(f"{headline(found)}. Written to {output}."))
    sys.exit(0 if found.alike else 1)


def _imported(file: str) -> Imported:
    from chat.exchanges.importing import import_exchanges

    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as problem:
        raise Unusable(f"{file} cannot be read: {problem.strerror or problem}.") from problem
    return import_exchanges(data, _called(file))


def _called(file: str) -> str:
    return "standard input" if file == "-" else os.path.basename(file)
