"""Who may talk to a running workbench: by which name, from which page, and on which route. Raw HTTP to real servers."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT, Running, free_port, start_workbench

GALLERY = "/broken/time/naive/chatkit"


def send(url: str, method: str = "GET", path: str = "/healthz", headers: list[tuple[str, str]] | None = None) -> int:
    """The status of a request with exactly these headers, and the `Host` of the URL unless they have one."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    named = any(name.lower() == "host" for name, _ in headers or ())
    connection.putrequest(method, path, skip_host=named, skip_accept_encoding=True)
    for name, value in headers or ():
        connection.putheader(name, value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


# By which name


LOOPBACK_NAMES = ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.0.0.2"]
FOREIGN_NAMES = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "[::1].evil.example",
    "evil.example[::1]",
    "user@127.0.0.1",
    "127.0.0.1:8080:8080",
    "",
]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"])
def test_on_every_loopback_address_it_is_known_by_names_of_the_loopback_alone(host: str, tmp_path: Path) -> None:
    running = start_workbench(tmp_path / "data", host=host)
    try:
        port = urlsplit(running.url).port
        for path in ("/healthz", GALLERY, "/workbench/exchanges"):
            answered = 200 if path == "/healthz" else 405 if path == GALLERY else 403  # for want of a token
            for name in LOOPBACK_NAMES:
                for called in (name, f"{name}:{port}", f"{name}:1"):
                    assert send(running.url, path=path, headers=[("Host", called)]) == answered, (path, called)
            for name in [*FOREIGN_NAMES, "192.168.1.5", "workbench"]:
                for called in (name, f"{name}:{port}"):
                    assert send(running.url, path=path, headers=[("Host", called)]) == 400, (path, called)
        two = [("Host", "127.0.0.1"), ("Host", "evil.example")]
        assert send(running.url, headers=two) == 400
    finally:
        running.stop()


def test_where_other_machines_may_come_in_it_is_known_by_what_no_attacker_can_have(tmp_path: Path) -> None:
    port = free_port()
    running = start_workbench(tmp_path / "data", "--host", "0.0.0.0", "--expose-to-network", port=port)
    try:
        for name in [*LOOPBACK_NAMES, "192.168.1.5", "[fd00::5]", "workbench", "0.0.0.0"]:
            assert send(running.url, headers=[("Host", f"{name}:{port}")]) == 200, name
        for name in FOREIGN_NAMES:
            assert send(running.url, headers=[("Host", f"{name}:{port}")]) == 400, name
    finally:
        running.stop()


# From which page


def fetched(site: str, mode: str, dest: str) -> list[tuple[str, str]]:
    return [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_of_another_page_leads_to_the_workbench(site: str, workbench: Running) -> None:
    followed = fetched(site, "navigate", "document")
    assert send(workbench.url, path="/", headers=followed) == 200
    assert send(workbench.url, path="/?thread=thr_1", headers=followed) == 200
    assert send(workbench.url, "POST", "/", followed) == 403, "a form is no link"
    assert send(workbench.url, path="/", headers=[*followed, ("Origin", "null")]) == 403
    assert send(workbench.url, path="/workbench/assets/workbench.css", headers=followed) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    "path", ["/", "/compare", "/workbench/assets/workbench.css", "/_nicegui_ws/socket.io/?EIO=4", GALLERY]
)
@pytest.mark.parametrize(
    ("mode", "dest"),
    [
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("no-cors", "empty"),
        ("cors", "empty"),
        ("navigate", "iframe"),
        ("navigate", "frame"),
        ("navigate", "embed"),
        ("navigate", "object"),
    ],
)
def test_nothing_else_of_another_page_does(site: str, path: str, mode: str, dest: str, workbench: Running) -> None:
    assert send(workbench.url, path=path, headers=fetched(site, mode, dest)) == 403


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_the_reader_and_our_own_page_are_let_in(site: str, workbench: Running) -> None:
    assert send(workbench.url, path="/", headers=fetched(site, "navigate", "document")) == 200
    assert send(workbench.url, path="/workbench/assets/workbench.css", headers=fetched(site, "no-cors", "style")) == 200


def test_an_attachment_is_no_picture_for_other_pages(workbench: Running) -> None:
    path = "/chatkit/attachments/atc_1"
    assert send(workbench.url, path=path, headers=fetched("same-site", "no-cors", "image")) == 403
    assert send(workbench.url, path=path, headers=fetched("same-origin", "no-cors", "image")) == 404


# On which route


OPEN = {
    "/healthz": "says that something runs here, and nothing else",
    "/": "leads to the page when a tab goes there by a link; frames, images and scripts are refused",
    "/compare": "as /; it asks nothing of a backend before its page has connected",
    "/gallery/components": "as /; it asks the backend of components, and shows what was written",
}
"""Routes that answer to whoever asks, each with its reason."""
BY_ORIGIN = {
    "/chatkit": "refuses other pages but those of --allow-origin, and wants a JWT where there is a key",
    "/chatkit/attachments": "as /chatkit",
    "/chatkit/attachments/{attachment_id}": "as /chatkit; a token in the address stands for the user",
    "/components/{place:path}": "a backend of specimens: no credentials, nothing of the reader's, other pages refused",
    "/broken/{place:path}": "backends to play with: no credentials, other pages refused but by the entries about CORS",
}
"""Routes that are called without a launch token, by programs as well: backends, which look at the origin themselves."""
NICEGUI = ("/_nicegui", "/_nicegui_ws/", "/favicon.ico")
"""NiceGUI's own files, which hold nothing of the reader's, and its socket, which wants the id of a page it served."""
ASSETS = "/workbench/assets/"
"""Style sheets, scripts and icons: the same for everybody."""

ON_THE_STAGE = {
    "/relay/{key}/chatkit": "who knows the key of a session may send to its backend, from any page; nobody else",
    "/replay/{key}/chatkit": "answers who knows the key with a recording, and of pages those of this machine alone",
    "/stage/{key}": "hosts the official widget for who knows the key; only the workbench may frame it, by its policy",
    "/stage/{key}/host-events": "takes what the widget told, from the stage's own page alone",
}
"""Routes of the second origin, which has no token to ask for: each looks after its callers itself."""

_LISTED = """
import json, os, sys
from pathlib import Path
from fastapi import routing
from nicegui import app
from chat.relay import origin
from chat.serve import Settings, serve

stages = []
make = origin.StageOrigin.__init__
origin.StageOrigin.__init__ = lambda stage, *given: (stages.append(stage), make(stage, *given))[1]

def write():
    flat = getattr(routing, "iter_route_contexts", lambda routes: routes)  # older versions of FastAPI keep them flat
    any_method = ["GET", "POST", "PUT"]  # what says none takes all
    routes = [(r.path, sorted(getattr(r, "methods", None) or any_method)) for r in flat(app.routes)]
    staged = [(r.path, sorted(getattr(r, "methods", None) or ["POST"])) for r in stages[0].routes]
    written = {"page": routes, "address": stages[0].address, "stage": staged}
    Path(sys.argv[2] + ".part").write_text(json.dumps(written))
    os.replace(sys.argv[2] + ".part", sys.argv[2])

app.on_startup(write)
serve(Settings(port=int(sys.argv[1]), data=Path(os.environ["NICEGUI_STORAGE_PATH"]).parent, open_browser=False))
"""


Routes = list[tuple[str, list[str]]]


@pytest.fixture(scope="module")
def running_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Routes, str, Routes]]:
    """The address of a running workbench, and every route it has, with its methods; the same of its second origin."""
    folder = tmp_path_factory.mktemp("routes")
    port, listed, log = free_port(), folder / "routes.json", folder / "log.txt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PYTEST_"))}
    environment["NICEGUI_STORAGE_PATH"] = str(folder / "data" / "page")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _LISTED, str(port), str(listed)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    running = Running(process, f"http://127.0.0.1:{port}", folder / "data", log)
    deadline = time.monotonic() + 60
    while not listed.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert listed.exists(), log.read_text()
    while time.monotonic() < deadline:
        try:
            if send(running.url) == 200:
                break
        except OSError:
            time.sleep(0.05)
    written = json.loads(listed.read_text())
    yield running.url, written["page"], written["address"], written["stage"]
    running.stop()


def filled(path: str) -> str:
    """A path with something in the place of each of its parameters."""
    if path.startswith("/broken"):
        return GALLERY
    pieces = ["x" if piece.startswith("{") else piece for piece in path.split("/")]
    return "/".join(pieces)


def test_every_route_says_who_may_call_it_and_refuses_the_others(running_app: tuple[str, Routes, str, Routes]) -> None:
    url, routes, _, _ = running_app
    assert {path for path, _ in routes} >= OPEN.keys() | BY_ORIGIN.keys(), "the lists hold nothing that is gone"
    for path, methods in routes:
        public = path.startswith((*NICEGUI, ASSETS))
        for method in methods:
            place = filled(path)
            foreign = send(url, method, place, [("Origin", "https://evil.example")])
            embedded = send(url, method, place, fetched("cross-site", "no-cors", "image"))
            neighbour = send(url, method, place, [("Origin", "http://127.0.0.1:9"), *fetched("same-site", "cors", "")])
            if path == "/healthz":
                assert {foreign, embedded, neighbour} == {200}
                continue
            assert (foreign, embedded, neighbour) == (403, 403, 403), f"{method} {path} answers other pages"
            if path in OPEN or path in BY_ORIGIN or public:
                continue
            # Everything else shows something of the reader's, or acts: it wants the token of this launch.
            token = [("X-Workbench-Token", "guessed")]
            bare = send(url, method, place + "?session=x&before=x&key=x&attachment=x")
            guessed = send(url, method, place + "?session=x&before=x&key=x&attachment=x", token)
            assert (bare, guessed) == (403, 403), f"{method} {path} wants no launch token, and is not listed as open"


def test_the_second_origin_has_what_is_listed_and_nothing_of_the_page(
    running_app: tuple[str, Routes, str, Routes],
) -> None:
    url, _, stage, routes = running_app
    assert urlsplit(stage).port != urlsplit(url).port
    assert {path for path, _ in routes} == ON_THE_STAGE.keys()
    for path, methods in routes:
        for method in methods:
            for name in ("evil.example", "127.0.0.1.evil.example", "user@127.0.0.1", ""):
                assert send(stage, method, filled(path), [("Host", name)]) == 400, f"{method} {path} as {name}"
    for path in (
        "/",
        "/healthz",
        "/chatkit",
        "/workbench/exchanges?session=x",
        "/_nicegui_ws/socket.io/?EIO=4",
        GALLERY,
    ):
        assert send(stage, path=path) == 404, path
    token = [("X-Workbench-Token", "guessed"), ("Origin", "https://evil.example")]
    for path in (
        "/relay/guessed/chatkit",
        "/relay//chatkit",
        "/relay/guessed",
        "/relay/../chatkit",
        "/replay/guessed/chatkit",
        "/replay/guessed",
    ):
        assert send(stage, "POST", path, token) == 404, path
    assert send(stage, path="/stage/guessed") == 404
    assert send(stage, "POST", "/stage/guessed/host-events", token) == 404
