"""`record`: play a script of turns against a backend, and keep what was said as one recording."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chat.commands.reporting import Unusable, unusable
from chat.commands.values import config_option, header, named_or_address, profile_option
from chat.terminal import in_one_line

if TYPE_CHECKING:
    from chat.client import Connection
    from chat.host.host import Host
    from chat.script import Player, Script

__all__ = ["record"]


@click.command()
@click.argument("url", required=False)
@click.option("--script", required=True, type=click.Path(path_type=Path), help="The steps to play, in YAML.")
@click.option(
    "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The recording to write."
)
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Header to send; may be repeated.")
@profile_option
@config_option
@click.option(
    "--as-widget", is_flag=True, help="Send the headers of the official widget: chatkit-frame-instance-id, Accept: */*."
)
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=0.1, max=3600),
    help="Longest silence in seconds.",
)
def record(
    url: str | None,
    script: Path,
    output: Path,
    headers: tuple[str, ...],
    profile: Path | None,
    config: Path | None,
    as_widget: bool,
    timeout: float,
) -> None:
    """Play a script of turns against a backend, and keep what was said.

    URL is where the widget sends its requests, or the name of a connection (--config). The script is a list of steps,
    like `- send: Hello`, `- click: Save`, `- tool_output: {ok: true}`, `- retry`, `- reload`, `- wait: 1`. Nothing is
    sent twice; secrets are masked before they are written. Exit codes: 0 every step was played, 1 an answer failed,
    which is recorded all the same, 2 wrong usage or a script that cannot be read, 3 a step could not be played, 4 the
    backend cannot be reached, 5 it refuses the credentials.
    """
    import asyncio
    from dataclasses import replace

    from chat.errors import BadConnection, BadProfile, WorkbenchError
    from chat.host.finding import find
    from chat.script import read_script

    try:
        if url is None and profile is None:
            raise click.UsageError("Missing argument 'URL': the address of the ChatKit backend.")
        given = tuple(header(line) for line in headers)
        target = named_or_address("URL", url, config)
        found = find(target, given, profile=profile, config=config, as_widget=as_widget, patience=timeout)
        connection = replace(found.connection, read_timeout=timeout)
    except BadProfile as problem:
        raise unusable(problem) from problem
    except BadConnection as problem:
        raise click.UsageError(problem.message) from problem
    try:
        steps = read_script(script.read_text("utf-8-sig"), script.name)
    except (OSError, UnicodeDecodeError) as problem:
        raise Unusable(f"--script {script} cannot be read: {problem}.") from problem
    except WorkbenchError as problem:
        raise unusable(problem) from problem
    if not output.parent.is_dir():
        raise Unusable(f"--output {output} cannot be written: there is no folder {output.parent}.")
    sys.exit(asyncio.run(_record(connection, found.host, steps, script, output)))


async def _record(connection: Connection, host: Host, script: Script, path: Path, output: Path) -> int:
    from dataclasses import replace

    from chat.checks.reports.words import number
    from chat.client import ChatKitClient
    from chat.client.cookies import CookieJar
    from chat.exchanges.recording import Recording, write_recording
    from chat.script import Player

    client = ChatKitClient(replace(connection, cookies=CookieJar()))
    player = Player(client, script.client_tools, path.parent, host)
    code, remarks = 0, list[str]()
    try:
        code = await _play(player, script, remarks)
    finally:
        await player.aclose()
        for exchange in player.exchanges:
            exchange.end("cancelled", "Closed from this side.")
        if player.exchanges:
            kept = Recording(
                player.exchanges, name=script.name or path.stem, source=f"the script {path.name}", remarks=remarks
            )
            try:
                write_recording(kept, output)
            except OSError as problem:
                raise Unusable(f"--output {output} cannot be written: {problem.strerror or problem}.") from problem
            click.echo(in_one_line(f"{number(len(player.exchanges), 'exchange')} recorded in {output}."))
    return code


async def _play(player: Player, script: Script, remarks: list[str]) -> int:
    """Play the steps; returns the exit code. What went wrong is printed, and kept in `remarks`."""
    from chat.errors import Refused
    from chat.script import CannotPlay

    def say(number: int, verb: str, words: str) -> None:
        remarks.append(f"Step {number} ({verb}): {words}")
        click.echo(in_one_line(remarks[-1]), err=True)

    code = 0
    for number, step in enumerate(script.steps, 1):
        try:
            played = await player.play(step)
        except CannotPlay as problem:
            advice = f" {problem.advice}" if problem.advice else ""
            say(number, step.verb, f"{problem.message} Expected {problem.expected}; got {problem.got}.{advice}")
            return 3
        if played.failure is not None:
            say(number, step.verb, played.failure.message)
            if played.stops_all:
                return 5 if isinstance(played.failure, Refused) else 4
            code = 1
    return code
