"""`serve`: the workbench itself, in the browser."""

from pathlib import Path

import click

from chat.commands.values import config_option, header, named_or_address, profile_option, web_address
from chat.hosts import is_loopback
from chat.terminal import in_one_line

__all__ = ["serve"]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option(
    "--stage-port",
    type=click.IntRange(0, 65535),
    help="Port of the relay and of the stage; 0 takes a free one.  [default: the one after --port]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for all state.  [default: the platform's user data folder]",
)
@click.option(
    "--database",
    envvar="WORKBENCH_DATABASE",
    metavar="URL",
    help="PostgreSQL for the embedded backend's threads (postgresql://user@host/name), which several instances can "
    "share; a password is better put into the environment variable WORKBENCH_DATABASE.  [default: SQLite under --data]",
)
@click.option(
    "--backend",
    metavar="URL",
    help="The ChatKit backend to open first, in place of the embedded one; or a connection's name, see --config.",
)
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Header to send to --backend; may be repeated."
)
@profile_option
@config_option
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
@click.option(
    "--rate",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Words per second of the embedded backend's scripted answers; 0 is unlimited.",
)
@click.option(
    "--jwt-secret",
    envvar="WORKBENCH_JWT_SECRET",
    metavar="KEY",
    help="Ask callers of the embedded backend for a JWT signed with this secret or by this PEM public key's owner.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Web page that may call the embedded backend, say http://localhost:3000; may be repeated.",
)
@click.option(
    "--expose-to-network",
    is_flag=True,
    help="Allow a --host other than loopback: ANYONE who reaches it can read your threads and use your credentials.",
)
def serve(
    host: str,
    port: int,
    stage_port: int | None,
    data: Path | None,
    database: str | None,
    backend: str | None,
    headers: tuple[str, ...],
    profile: Path | None,
    config: Path | None,
    no_browser: bool,
    rate: float,
    jwt_secret: str | None,
    origins: tuple[str, ...],
    expose_to_network: bool,
) -> None:
    """Open the workbench in the browser (the default command)."""
    host = host.strip("[]")
    if not is_loopback(host) and not expose_to_network:
        raise click.UsageError(
            f"--host {host} would let other machines reach the workbench, its threads and its credentials. "
            "Use 127.0.0.1, or add --expose-to-network if that is what you want."
        )
    if headers and not backend:
        raise click.UsageError("--header belongs to --backend: name the backend to send it to.")
    if database is not None and not database.startswith(("postgresql://", "postgres://")):
        raise click.UsageError("--database is the URL of a PostgreSQL database: postgresql://user@host:5432/name")
    from chat.serve import CannotStart, Settings
    from chat.serve import serve as start

    try:
        settings = Settings(
            host=host,
            port=port,
            stage_port=stage_port,
            data=data,
            database=database or None,
            backend=named_or_address("--backend", backend or None, config),
            headers=tuple(header(line) for line in headers),
            open_browser=not no_browser,
            rate=rate or None,
            jwt_secret=jwt_secret,
            profile=profile,
            config=config,
            origins=tuple(web_address("--allow-origin", origin) for origin in origins),
        )
        start(settings)
    except CannotStart as problem:
        raise click.ClickException(in_one_line(str(problem))) from problem
