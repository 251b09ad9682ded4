"""`relay`: an address to put into a front end's `api.url`, and the page that shows what goes through it."""

from __future__ import annotations

from pathlib import Path

import click

from chat.commands.values import config_option, header, named_or_address, profile_option
from chat.terminal import in_one_line

__all__ = ["relay"]

_PAGE_PORT = 8080
_HOST = "127.0.0.1"


@click.command()
@click.argument("url", required=False)
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Header to send along; may be repeated."
)
@profile_option
@config_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port of the relay; 0 takes a free one.  [default: the one after the page's]",
)
@click.option(
    "--page-port",
    type=click.IntRange(0, 65535),
    help=f"Port of the page.  [default: {_PAGE_PORT}, or a free one when that is taken]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for all state.  [default: the platform's user data folder]",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
def relay(
    url: str | None,
    headers: tuple[str, ...],
    profile: Path | None,
    config: Path | None,
    port: int | None,
    page_port: int | None,
    data: Path | None,
    no_browser: bool,
) -> None:
    """Watch what a front end and its backend say to each other.

    URL is the ChatKit backend: its address, or the name of a connection (--config); a profile may say it too. One
    line, `Relay: http://…/chatkit`, is printed on standard output: put that address into the front end's `api.url`.
    Everything that comes there is sent on to URL and shown in the page while it passes. Headers of the connection and
    of a profile go along; bodies are passed on as they are, without `metadata` of theirs.
    """
    from chat.serve import CannotStart, Settings, serve, usable_port

    try:
        if url is None and profile is None:
            raise click.UsageError("Missing argument 'URL': the address of the ChatKit backend.")
        backend = named_or_address("URL", url, config)
        sent = tuple(header(line) for line in headers)
        if page_port is None:
            try:
                page_port = usable_port(_HOST, _PAGE_PORT)
            except CannotStart:
                page_port = 0
        serve(
            Settings(
                host=_HOST,
                port=page_port,
                stage_port=port,
                data=data,
                backend=backend,
                headers=sent,
                open_browser=not no_browser,
                watch=True,
                profile=profile,
                config=config,
            )
        )
    except CannotStart as problem:
        raise click.ClickException(in_one_line(str(problem))) from problem
