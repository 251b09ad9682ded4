"""`replay`: a recording, served as a ChatKit backend."""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import TYPE_CHECKING

import click

from chat.commands.inputs import input_name, read_input
from chat.commands.reporting import Unusable, unusable
from chat.commands.values import web_address
from chat.terminal import in_one_line

if TYPE_CHECKING:
    from chat.relay.replay import Replay

__all__ = ["replay"]


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 takes a free one.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="How many times as fast as it was recorded; 0 sends everything at once.",
)
@click.option("--once", is_flag=True, help="Give each recorded answer once; without it they begin again.")
@click.option(
    "--any-message",
    is_flag=True,
    help="Answer a message with the next recorded answer to one, whatever it says.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A page of elsewhere that may call, like https://example.com; pages of this machine may.",
)
def replay(file: str, port: int, speed: float, once: bool, any_message: bool, origins: tuple[str, ...]) -> None:
    """Serve a recording as a ChatKit backend, on this machine only.

    FILE is a recording of the workbench, a HAR file or the output of `curl -i`; `-` reads standard input. Requests are
    answered as they were recorded: by operation and parameters, in their order. What was not recorded is answered with
    404 and said on standard error. Exit code 2: no exchange to be found in FILE, or the port cannot be used.
    """
    import asyncio

    from chat.errors import WorkbenchError
    from chat.exchanges.importing import import_exchanges
    from chat.relay.replay import Replay

    name = input_name(file)
    try:
        imported = import_exchanges(read_input(file), name)
    except WorkbenchError as problem:
        raise unusable(problem) from problem
    allowed = tuple(web_address("--allow-origin", origin) for origin in origins)
    served = Replay(
        imported.exchanges, name, speed=speed, origins=allowed, once=once, any_message=any_message, say=_say
    )
    for remark in imported.remarks:
        _say(remark)
    if not served.answers.exchanges:
        raise Unusable(f"{name} holds no answer to a ChatKit request: there is nothing to serve.")
    asyncio.run(_serve(served, port))


async def _serve(served: Replay, port: int) -> None:
    import asyncio

    from chat.relay.origin import StageOrigin

    try:
        origin = StageOrigin("127.0.0.1", port, [served.route()])
    except OSError as problem:
        raise Unusable(f"Port {port} cannot be used ({problem.strerror}). Choose another with --port.") from problem
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has Ctrl+C all the same
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await origin.start()
    print(f"Replay: {origin.address}/chatkit", flush=True)
    await stopped.wait()
    await origin.stop()


def _say(line: str) -> None:
    print(in_one_line(line), file=sys.stderr, flush=True)
