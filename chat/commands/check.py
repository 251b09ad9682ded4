"""`check`: try everything out that ChatKit's operations promise, on a live backend, and say what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chat.collecting import no_collecting
from chat.commands.reporting import FORMATS, format_of, put_out, unusable
from chat.commands.values import config_option, header, named_or_address, profile_option, web_origin

if TYPE_CHECKING:
    from chat.checks.reports import Report
    from chat.checks.reports.model import FailOn
    from chat.checks.run import Plan, Progress

__all__ = ["check"]

_TURNS, _MORE_TURNS = 14, 4


def _listed(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from chat.checks.catalogue import CATALOGUE

        ways = {"passive": "in every answer", "active": "by requests of its own", "both": "both ways"}
        for rule in CATALOGUE.values():
            click.echo(f"{rule.id:<34} {rule.level:<8} {ways[rule.kind]:<22} {rule.title}")
        context.exit()


def _explained(context: click.Context, _: click.Parameter, name: str | None) -> None:
    if name is not None and not context.resilient_parsing:
        from chat.checks.catalogue import CATALOGUE

        rule = CATALOGUE.get(name)
        if rule is None:
            raise click.UsageError(f"There is no rule {name!r}. --list shows them all.")
        click.echo(f"{rule.id}  ({rule.level})\n{rule.title}\n")
        for label, text in (("Expected", rule.expected), ("Why", rule.why), ("Widget", rule.widget)):
            click.echo(f"{label:<10}{text}")
        click.echo("\nType this instead:\n\n" + "\n".join(f"    {line}".rstrip() for line in rule.fix.split("\n")))
        context.exit()


@click.command()
@click.argument("url", required=False)
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Header to send, usually the credentials."
)
@profile_option
@config_option
@click.option(
    "--second-header",
    "second_headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Credentials of another user, who must not see the first one's thread.",
)
@click.option(
    "--message",
    "messages",
    multiple=True,
    metavar="TEXT",
    help="What to say to the agent; may be repeated, for what brings widgets, tools and workflows.  "
    "[default: a greeting]",
)
@click.option("--only", multiple=True, metavar="RULE", help="Judge only this rule or section; may be repeated.")
@click.option("--skip", multiple=True, metavar="RULE", help="Leave this rule or section out; may be repeated.")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_listed, help="List all rules.")
@click.option(
    "--explain", metavar="RULE", is_eager=True, expose_value=False, callback=_explained, help="Explain one rule."
)
@click.option(
    "--as-widget", is_flag=True, help="Send the headers of the official widget: chatkit-frame-instance-id, Accept: */*."
)
@click.option("--origin", metavar="ORIGIN", help="Origin of the page with the widget: judges CORS as a browser does.")
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0.1, max=3600),
    help="Longest silence in seconds; the whole run takes 20 times as long at most.",
)
@click.option(
    "--max-turns",
    type=click.IntRange(min=1),
    help=f"The most requests that the agent may have to answer.  [default: {_TURNS}, and {_MORE_TURNS} for each "
    "further --message]",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="The mildest finding that makes the exit code 1.",
)
@click.option(
    "--expected-failures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with rules that are known to fail, one id in a line, # for comments; one that passes makes the run "
    "fail.",
)
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep recordings of everything sent in this folder, without the secrets.",
)
@click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    help="Format of the report.  [default: what --output ends in, else text]",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def check(
    url: str | None,
    headers: tuple[str, ...],
    profile: Path | None,
    config: Path | None,
    second_headers: tuple[str, ...],
    messages: tuple[str, ...],
    only: tuple[str, ...],
    skip: tuple[str, ...],
    as_widget: bool,
    origin: str | None,
    timeout: float,
    max_turns: int | None,
    fail_on: FailOn,
    expected_failures: Path | None,
    save: Path | None,
    format: str | None,
    output: Path | None,
) -> None:
    """Try a live ChatKit backend out and say what is wrong with it.

    URL is where the widget sends its requests, like http://127.0.0.1:8000/chatkit, or the name of a connection
    (--config); a profile may say it too. Threads are made, and deleted in the
    end. Exit codes: 0 all good, 1 violations, 2 wrong usage, 3 something could not be judged, 4 the backend cannot be
    reached, 5 it refuses the credentials.
    """
    from chat.checks.run import Plan, select
    from chat.client import Connection
    from chat.errors import BadConnection, BadProfile
    from chat.host.finding import find

    known = _expected(expected_failures) if expected_failures is not None else frozenset()
    try:
        given = tuple(header(line) for line in headers)
        if url is None and profile is None:
            raise click.UsageError("Missing argument 'URL': the address of the ChatKit backend.")
        target = named_or_address("URL", url, config)
        found = find(target, given, profile=profile, config=config, as_widget=as_widget, patience=timeout)
        connection = found.connection
        second = tuple(header(line, "--second-header") for line in second_headers)
        Connection(connection.url, second)
        wanted = select(only, skip)
    except BadProfile as problem:
        raise unusable(problem) from problem
    except BadConnection as problem:
        raise click.UsageError(problem.message) from problem
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    if not wanted:
        raise click.UsageError("--only and --skip leave no rule to judge.")
    plan = Plan(
        connection,
        second,
        origin=web_origin("--origin", origin) if origin else None,
        timeout=timeout,
        max_turns=max_turns or _TURNS + _MORE_TURNS * max(0, len(messages) - 1),
        rule_ids=wanted,
        save=_folder(save) if save is not None else None,
    )
    if messages:
        plan = replace(plan, message=messages[0], more_messages=messages[1:])
    report = _run(plan)
    code = _verdict(report, fail_on, known)
    report = _with_expectations(report, known & wanted, expected_failures)
    wanted_format = format_of(format, output)
    put_out(_at_a_glance(report) if wanted_format == "text" else report, wanted_format, output)
    sys.exit(code)


def _run(plan: Plan) -> Report:
    import asyncio

    with no_collecting():
        from chat.checks.run import check

    async def running(on_progress: Callable[[Progress], None]) -> Report:
        return await check(plan, on_progress)

    with _progress() as tell:
        try:
            return asyncio.run(running(tell))
        except KeyboardInterrupt:
            click.echo("Interrupted. What was made has been deleted, as far as the backend answered.", err=True)
            sys.exit(130)


def _progress() -> AbstractContextManager[Callable[[Progress], None]]:
    """A progress bar on a terminal, nothing where errors are written to a file."""
    if not sys.stderr.isatty():
        return nullcontext(lambda progress: None)
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from chat.terminal import in_one_line

    @contextmanager
    def shown() -> Any:
        columns = (BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("")

            def tell(progress: Progress) -> None:
                words = f"{progress.doing} ({progress.requests} requests)" if progress.doing else ""
                bar.update(task, completed=progress.done, total=progress.total, description=in_one_line(words))

            yield tell

    return shown()


def _expected(path: Path) -> frozenset[str]:
    """The rule ids in the file. Raises click.UsageError for one that does not exist."""
    from chat.checks.catalogue import CATALOGUE

    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise click.UsageError(f"--expected-failures {path} cannot be read: {problem}") from problem
    found: set[str] = set()
    for number, line in enumerate(lines, 1):
        rule_id = line.partition("#")[0].strip()
        if rule_id and rule_id not in CATALOGUE:
            raise click.UsageError(f"--expected-failures {path}, line {number}: there is no rule {rule_id!r}.")
        if rule_id:
            found.add(rule_id)
    return frozenset(found)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise click.UsageError(f"--save {path} cannot be made: {problem.strerror or problem}.") from problem
    if not os.access(path, os.W_OK):
        raise click.UsageError(f"--save {path} cannot be written to.")
    return path


def _verdict(report: Report, fail_on: FailOn, known: frozenset[str]) -> int:
    """The exit code: failures that are known do not count, known ones that pass do."""
    from chat.checks.reports import exit_code

    unknown = replace(
        report,
        checks=tuple(
            replace(one, status="passed") if one.status == "failed" and one.id in known else one
            for one in report.checks
        ),
    )
    code = exit_code(unknown, fail_on)
    return 1 if code in (0, 3) and _stale(report, known) else code


def _stale(report: Report, known: frozenset[str]) -> list[str]:
    return [one.id for one in report.checks if one.id in known and one.status == "passed"]


def _with_expectations(report: Report, known: frozenset[str], path: Path | None) -> Report:
    """The report with what is to be said about known failures."""
    failed = list(dict.fromkeys(one.id for one in report.checks if one.status == "failed" and one.id in known))
    stale = _stale(report, known)
    remarks: list[str] = []
    if failed:
        remarks.append(f"Known to fail, and not counted: {', '.join(failed)}.")
    if stale:
        remarks.append(f"No longer failing: {', '.join(stale)}. Take that out of {path}: until then the run fails.")
    return replace(report, remarks=(*remarks, *report.remarks)) if remarks else report


def _at_a_glance(report: Report) -> Report:
    """The report for people: of the dozens of exchanges only those in which a fault can be seen."""
    faults = [one for one in report.checks if one.status == "failed" and one.level != "note"]
    seen = {place.exchange_id for one in faults for place in one.evidence}
    shown = tuple(one for one in report.exchanges if one.id in seen)
    reasons: dict[str, list[str]] = {}
    for one in report.by_status("not-applicable"):
        reasons.setdefault(one.got, []).append(one.id)
    remarks = [f"Not judged: {', '.join(ids)}. {reason}" for reason, ids in reasons.items() if reason]
    return replace(report, exchanges=shown, remarks=(*report.remarks, *remarks))
