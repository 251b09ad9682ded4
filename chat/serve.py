"""Starts the workbench: the embedded backend and the page, on one loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from chat.collecting import no_collecting
from chat.hosts import for_browsers, is_loopback
from chat.terminal import in_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chat.host.profile_values import Supplied
    from chat.relay.origin import StageOrigin
    from chat.relay.session import RelaySession
    from chat.ui.workbench import Workbench

__all__ = ["CannotStart", "Settings", "serve", "usable_port"]


OPEN_PATHS = ("/chatkit", "/broken")
"""Of the page's port, what programs and other pages may call: backends, which look after their own callers."""


class CannotStart(Exception):
    """The workbench cannot be started as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """
    What the command line says. `rate` is in words per second, None for unlimited; `port` 0 takes a free one.

    `backend` is an address, or the name of a connection in the file of connections. `stage_port` is that of the second
    origin; None is the one after `port`, or a free one when that is taken. `watch`:
    it is there to relay to `backend`; then that address alone is written to standard output.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    stage_port: int | None = None
    data: Path | None = None
    backend: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    open_browser: bool = True
    rate: float | None = 60.0
    jwt_secret: str | None = field(default=None, repr=False)
    origins: tuple[str, ...] = ()
    watch: bool = False
    profile: Path | None = None
    """The Python profile of the first connection."""
    config: Path | None = None
    """The file of connections; None: the one in the current folder, when there is one."""
    database: str | None = field(default=None, repr=False)
    """Where the embedded backend keeps its threads: a `postgresql://` URL, None for SQLite in the data folder."""


def serve(settings: Settings) -> None:
    """Serve until interrupted. Raises `CannotStart` when the port, the data folder or the key cannot be used."""
    data = _private_folder(settings.data or platformdirs.user_data_path("chatkit-workbench", appauthor=False))
    port = usable_port(settings.host, settings.port)
    # NiceGUI reads this when it is imported; without it, it would write into the current folder
    os.environ["NICEGUI_STORAGE_PATH"] = str(data / "page")

    with no_collecting():
        from nicegui import app, ui
        from starlette.middleware.gzip import GZipMiddleware

        from chat.backend.broken import GALLERY
        from chat.backend.components import Components
        from chat.backend.embedded import EmbeddedBackend
        from chat.backend.offers import START_PROMPTS
        from chat.backend.specimens import SPECIMENS
        from chat.errors import WorkbenchError
        from chat.guard import HostGuard, OriginGuard, PageHeaders
        from chat.recordings import Library
        from chat.relay.registry import Relay
        from chat.relay.relay import relay_route
        from chat.relay.replays import Replays
        from chat.ui.compare.page import PATH, mount_compare
        from chat.ui.gallery.page import COMPONENTS_PATH, ComponentsPage, mount_components
        from chat.ui.host_parts import HostParts
        from chat.ui.keeping import Keeping
        from chat.ui.kept_answers import KeptAnswers
        from chat.ui.page import FAVICON, mount_page
        from chat.ui.profiles import EMBEDDED, Profiles
        from chat.ui.routes.conversation import conversation_routes
        from chat.ui.routes.diagnosis import diagnosis_routes
        from chat.ui.routes.inspection import mount_inspection
        from chat.ui.routes.raw import raw_routes
        from chat.ui.routes.recordings import recording_routes
        from chat.ui.starting import first_connection
        from chat.ui.widget_options import WidgetOptions
        from chat.ui.workbench import Workbench
        from storage import StorageError

    address = f"http://{for_browsers(settings.host)}:{port}"
    stage = _stage(settings, port)
    relay = Relay(stage.address, address, OPEN_PATHS)
    replays = Replays(stage.address)
    stage.add(relay_route(relay), replays.route())
    try:
        backend = EmbeddedBackend(data, rate=settings.rate, jwt_key=settings.jwt_secret, database=settings.database)
        backend.mount(app, settings.origins)
    except (StorageError, ValueError) as problem:
        raise CannotStart(str(problem)) from problem
    app.on_startup(backend.begin)
    app.on_shutdown(backend.close)
    app.on_startup(stage.start)
    app.on_shutdown(stage.stop)

    profiles = Profiles(data / "profiles.json", f"{address}/chatkit")
    if profiles.damaged:
        print(in_one_line(profiles.damaged), file=sys.stderr)
    hosts = HostParts(
        profiles.get, WidgetOptions(data / "widget-options.json"), KeptAnswers(data / "kept-answers.json")
    )
    hosts.give(EMBEDDED, where="the embedded backend", options=_embedded_options(), otherwise=_embedded_menus())
    try:
        first = first_connection(settings, profiles, hosts)
    except WorkbenchError as problem:
        raise CannotStart(f"{problem.message} {problem.advice}".strip()) from problem
    for file in hosts.files:
        app.on_startup(file.watch)
    try:
        library = Library(data / "recordings")
    except (OSError, sqlite3.Error) as problem:
        raise CannotStart(f"The recordings in {data / 'recordings'} cannot be used: {problem}.") from problem
    keeping = Keeping(library, profiles)
    app.on_startup(keeping.begin)
    app.on_shutdown(keeping.close)
    workbench = Workbench(
        profiles,
        first,
        START_PROMPTS,
        GALLERY,
        relay=relay,
        replays=replays,
        stage=stage.address,
        keeping=keeping,
        hosts=hosts,
    )
    app.include_router(conversation_routes(workbench.shown, workbench.conversation, lambda: workbench.token))
    app.include_router(diagnosis_routes(workbench.window, lambda: workbench.token))
    app.include_router(raw_routes(workbench.editors.get, lambda: workbench.token))
    app.include_router(recording_routes(keeping, workbench.window, lambda: workbench.token))
    mount_inspection(app, workbench.source, lambda: workbench.token)
    mount_page(workbench)
    mount_compare(workbench, stage, port)
    Components().mount(app)
    mount_components(workbench, ComponentsPage(tuple(SPECIMENS.values()), f"{address}/components/chatkit"))
    show: bool | str = settings.open_browser
    if settings.watch:
        watched = _watch(workbench, first)
        app.on_startup(lambda: print(f"Relay: {relay.address_of(watched)}", flush=True))
        show = show and f"/?watch={watched.key}"

    app.add_middleware(PageHeaders, image_origins=workbench.image_origins, framing={PATH: stage.port})
    app.add_middleware(OriginGuard, open_paths=(*OPEN_PATHS, "/healthz"), pages=("/", PATH, COMPONENTS_PATH))
    app.add_middleware(HostGuard, host=settings.host)

    app.on_startup(lambda: backend.stand_before(app, settings.host))
    app.on_startup(
        lambda: print(
            f"ChatKit Workbench is on {address}\nIts data is in {in_one_line(str(data))}. Ctrl+C stops it.",
            file=sys.stderr if settings.watch else sys.stdout,
            flush=True,
        )
    )
    logging.getLogger("uvicorn.error").addFilter(_unless_stopped)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl+C is the way to stop it, not a failure
        app.config.quasar_config["loadingBar"] = {"skipHijack": True}  # no bar over the page at each upload
        ui.run(
            host=settings.host,
            port=port,
            title="ChatKit Workbench",
            favicon=FAVICON,
            dark=None,
            language="en-US",
            reload=False,
            show=show,
            show_welcome_message=False,
            # what stays on this machine, or has a proxy before it, would be compressed for nothing: 0.1 s at each page
            gzip_middleware_factory=None if is_loopback(settings.host) else GZipMiddleware,
            tailwind=False,  # its runtime scans every classed node at each insertion: 1.2 s frames on a long page
            reconnect_timeout=30,  # with the default of 3 s a short cut of the network reloads the page
            binding_refresh_interval=None,  # nothing is bound to plain attributes
            timeout_graceful_shutdown=1,  # seconds; without it Ctrl+C waits for the last answer to end by itself
        )


def _embedded_options() -> Mapping[str, Any]:
    """What the page around the embedded backend sets."""
    from chat.backend.offers import HOST_OPTIONS, REAL_MODEL_OPTIONS
    from chat.backend.settings import dialect

    return HOST_OPTIONS if dialect(os.environ) is None else REAL_MODEL_OPTIONS


def _embedded_menus() -> Supplied:
    """What "@" and "/" offer on the embedded backend; a command puts its description into the composer."""
    from chat.backend.offers import OFFERED_COMMANDS, OFFERED_ENTITIES
    from chat.backend.settings import dialect
    from chat.host.profile_values import supplied_by

    offered = OFFERED_COMMANDS if dialect(os.environ) is None else ()
    commands = [{**command, "text": command["description"]} for command in offered]
    return supplied_by({"entities": OFFERED_ENTITIES, "commands": commands}, "", {})


def _stage(settings: Settings, port: int) -> StageOrigin:
    """The second origin, listening. Raises `CannotStart` when the port that was asked for cannot be had."""
    from chat.relay.origin import StageOrigin

    wanted = settings.stage_port
    try:
        return StageOrigin(settings.host, port + 1 if wanted is None else wanted)
    except (OSError, OverflowError) as problem:
        if wanted is not None:
            raise CannotStart(
                f"Port {wanted} on {settings.host} cannot be used ({problem}). Choose another with --stage-port."
            ) from problem
    stage = StageOrigin(settings.host, 0)
    words = f"Port {port + 1} is taken: the relay is on port {stage.port}. Choose one with --stage-port."
    print(words, file=sys.stderr)
    return stage


def _watch(workbench: Workbench, profile_id: str) -> RelaySession:
    """The session that relays to this profile's backend. Raises `CannotStart` when nothing may be relayed to it."""
    from chat.errors import BadConnection

    profile = workbench.profiles.get(profile_id)
    assert profile is not None
    try:
        return workbench.watch(profile)
    except BadConnection as problem:
        raise CannotStart(f"{problem} {problem.advice}".strip()) from problem


def _unless_stopped(record: logging.LogRecord) -> bool:
    """Answers that Ctrl+C ends in mid-stream were meant to end: no traceback of theirs is worth reading."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and "graceful shutdown exceeded" not in record.getMessage()


def _private_folder(folder: Path) -> Path:
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise CannotStart(
            f"The data folder {folder} cannot be written: {problem.strerror}. Choose another with --data."
        ) from problem
    return folder


def usable_port(host: str, port: int) -> int:
    """`port`, or a free one for 0. Looked at before anything is set up, so that a clear sentence comes first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as problem:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({problem}). Is the workbench running already? "
                "Choose another with --port."
            ) from problem
        return int(probe.getsockname()[1])
