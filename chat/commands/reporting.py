"""Where the reports of the command line go: to the terminal, in colour, or to a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chat.terminal import in_one_line

if TYPE_CHECKING:
    from chat.checks.reports import FailOn, Report
    from chat.errors import WorkbenchError

__all__ = ["FORMATS", "Unusable", "format_of", "put_out", "put_text", "unusable"]

FORMATS = ("text", "json", "junit", "html", "sarif")
_SUFFIXES = {".json": "json", ".xml": "junit", ".html": "html", ".htm": "html", ".sarif": "sarif"}


class Unusable(click.ClickException):
    """Something the command was given cannot be used. Exit code 2, like wrong usage."""

    exit_code = 2

    def format_message(self) -> str:
        """The message, in one line: it may quote the input."""
        return in_one_line(self.message)


def unusable(problem: WorkbenchError) -> Unusable:
    """What the command was given cannot be used: what was expected, what was got, what to do."""
    words = [problem.message]
    if problem.expected or problem.got:
        words.append(f"Expected {problem.expected or 'something else'}; got {problem.got or 'nothing'}.")
    return Unusable(" ".join([*words, *filter(None, (problem.advice,))]))


def format_of(format: str | None, output: Path | None) -> str:
    """The format that was asked for, or the one that the file's name asks for."""
    if format:
        return format
    return _SUFFIXES.get(output.suffix.lower(), "text") if output is not None else "text"


def put_out(report: Report, format: str, output: Path | None, fail_on: FailOn = "error") -> None:
    """Write the report to the file, which nobody else may read, or to standard output."""
    from chat.checks.reports import headline, write
    from chat.checks.reports.secrets import without_secrets
    from chat.checks.reports.text import print_in_colour
    from chat.checks.reports.words import summary_words

    if output is None and format == "text" and sys.stdout.isatty():
        print_in_colour(without_secrets(report), sys.stdout)
        return
    put_text(write(report, format, fail_on), output)
    if output is not None:
        click.echo(in_one_line(headline(without_secrets(report))))
        click.echo(in_one_line(f"{summary_words(report)}. The report is in {output}."))


def put_text(text: str, output: Path | None) -> None:
    """Write the text to the file, which nobody else may read, or to standard output."""
    data = text.encode("utf-8", "replace")
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        # a new file is for its owner only; one that is there keeps the mode it was given
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
    except OSError as problem:
        raise Unusable(f"--output {output} cannot be written: {problem.strerror or problem}.") from problem
