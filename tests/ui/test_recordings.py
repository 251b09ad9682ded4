"""The routes of the library, and what is kept of the page's and the relay's traffic."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chat.client import Connection
from chat.exchanges import HostEvent, Recording
from chat.exchanges.importing import Imported
from chat.recordings import Library
from chat.relay.registry import Relay
from chat.ui.keeping import Keeping
from chat.ui.profiles import Profiles
from chat.ui.routes.recordings import recording_routes
from tests.recordings.conftest import AT, ERROR, threads, turn

TOKEN = {"X-Workbench-Token": "right"}
SESSION = Recording([threads(), turn()], [ERROR], "The day it broke")


class Window:
    """Remembers what it was to show."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Imported]] = []
        self.holds = [turn()]
        self.keeping = self

    def recording(self, exchange_id: str | None) -> Recording:
        found = [one for one in self.holds if exchange_id in (None, one.id)]
        if not found:
            raise LookupError("This exchange is gone.")
        return Recording(found, kept=True)

    async def explain(self, name: str, imported: Imported, recording: str = "") -> None:
        self.shown.append((name, imported))


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    profiles = Profiles(tmp_path / "profiles.json", "http://127.0.0.1:9/chatkit")
    keeping = Keeping(Library(tmp_path / "recordings"), profiles)
    yield keeping
    keeping.close()


@pytest.fixture
def window() -> Window:
    return Window()


@pytest.fixture
async def http(keeping: Keeping, window: Window) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(recording_routes(keeping, {"here": window}.get, lambda: "right"))
    transport = httpx.ASGITransport(app)
    base = "http://workbench/workbench"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=TOKEN) as client:
        yield client


async def listed(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    while (answer := (await http.get("recordings")).json())["left"]:
        pass
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


async def test_the_list_has_all_that_a_row_shows(http: httpx.AsyncClient, keeping: Keeping) -> None:
    keeping.library.add(SESSION)
    (row,) = await listed(http)
    assert (row["name"], row["turns"], row["exchanges"], row["errors"]) == ("The day it broke", 1, 2, 0)
    assert (row["stays"], row["growing"], row["damaged"]) == (True, False, "")
    answer = (await http.get("recordings")).json()
    assert answer["limits"] == {"bytes": 500_000_000, "days": 30}
    assert answer["bytes"] == row["size"]


@pytest.mark.parametrize(
    ("data", "name", "exchanges"),
    [
        (b'data: {"type":"thread.created"}\n\n', "", 1),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {}\n\n", "answer.txt", 1),
    ],
)
async def test_what_is_dropped_or_pasted_is_kept(
    http: httpx.AsyncClient, keeping: Keeping, data: bytes, name: str, exchanges: int
) -> None:
    answer = await http.post("recordings", content=data, headers={"X-File-Name": name})
    assert answer.status_code == 200
    (row,) = await listed(http)
    assert (row["exchanges"], row["kept"], row["key"]) == (exchanges, True, answer.json()["key"])
    assert (row["name"], row["source"]) == (name.partition(".")[0], name or "pasted text")


@pytest.mark.parametrize("form", ["jsonl", "har"])
async def test_what_was_given_out_is_taken_in_again(http: httpx.AsyncClient, keeping: Keeping, form: str) -> None:
    key = keeping.library.add(SESSION)
    file = await http.get(f"recordings/{key}/file", params={"form": form})
    assert file.headers["content-disposition"] == f'attachment; filename="The-day-it-broke.{form}"'
    assert file.headers["x-content-type-options"] == "nosniff"
    answer = await http.post("recordings", content=file.content, headers={"X-File-Name": f"other.{form}"})
    again = keeping.library.read(answer.json()["key"])
    assert [one.body for one in again.exchanges] == [one.body for one in SESSION.exchanges]
    assert [one.chunks for one in again.exchanges] == [one.chunks for one in SESSION.exchanges]
    assert list(again.host_events) == [ERROR]
    assert again.name == "The day it broke"


async def test_what_cannot_be_used_is_refused_in_words(http: httpx.AsyncClient, keeping: Keeping) -> None:
    refused = await http.post("recordings", content=b"\x1f\x8b\x08\x00zip", headers={"X-File-Name": "a.gz"})
    assert refused.status_code == 422
    assert "a.gz is compressed." in refused.json()["detail"]
    assert "Unpack it first" in refused.json()["detail"]
    assert keeping.library.list() == []


async def test_a_recording_is_shown_in_the_window(http: httpx.AsyncClient, keeping: Keeping, window: Window) -> None:
    key = keeping.library.add(SESSION)
    assert (await http.post(f"recordings/{key}/open", params={"session": "here"})).json() == {"exchanges": 2}
    ((name, imported),) = window.shown
    assert name == "The day it broke"
    assert len(imported.exchanges) == 2
    assert imported.host_events == (ERROR,)
    assert (await http.post(f"recordings/{key}/open", params={"session": "gone"})).status_code == 404


async def test_what_the_window_shows_is_kept(http: httpx.AsyncClient, keeping: Keeping, window: Window) -> None:
    window.holds = [turn(), threads()]
    await http.post("recordings/keep", params={"session": "here"})
    await http.post("recordings/keep", params={"session": "here", "exchange": window.holds[1].id})
    assert sorted(len(keeping.library.read(one.key).exchanges) for one in keeping.library.list()) == [1, 2]
    gone = await http.post("recordings/keep", params={"session": "here", "exchange": "gone"})
    assert (gone.status_code, gone.json()["detail"]) == (404, "This exchange is gone.")


async def test_naming_keeping_deleting_and_taking_that_back(http: httpx.AsyncClient, keeping: Keeping) -> None:
    key = keeping.library.add(Recording([turn()]))
    await http.patch(f"recordings/{key}", json={"name": "Mine", "kept": True})
    (row,) = await listed(http)
    assert (row["name"], row["kept"]) == ("Mine", True)
    await http.patch(f"recordings/{key}", json={"kept": False})
    assert (await listed(http))[0]["kept"] is False
    await http.delete(f"recordings/{key}")
    assert await listed(http) == []
    await http.post(f"recordings/{key}/restore")
    assert len(await listed(http)) == 1


async def test_limits_are_set_and_nonsense_is_refused(http: httpx.AsyncClient, keeping: Keeping) -> None:
    assert (await http.put("recordings/limits", json={"bytes": 20_000_000, "days": 3})).status_code == 200
    assert (keeping.library.limits.bytes, keeping.library.limits.days) == (20_000_000, 3)
    for wrong in ({"bytes": 1, "days": 3}, {"bytes": "x", "days": 3}, {}, {"bytes": 20_000_000, "days": 1e400}):
        assert (await http.put("recordings/limits", content=json.dumps(wrong))).status_code == 422
    assert (await http.put("recordings/limits", content=b"[")).status_code == 422
    assert keeping.library.limits.days == 3


async def test_a_damaged_file_can_be_saved_and_deleted_but_not_opened(
    http: httpx.AsyncClient, keeping: Keeping
) -> None:
    (keeping.library.folder / "damaged.jsonl").write_bytes(b"{oh\n")
    (row,) = await listed(http)
    assert "is damaged at line 1" in row["damaged"]
    opened = await http.post("recordings/damaged/open", params={"session": "here"})
    assert opened.status_code == 422
    assert (await http.get("recordings/damaged/file", params={"form": "har"})).content == b"{oh\n"
    assert (await http.delete("recordings/damaged")).status_code == 200


@pytest.mark.parametrize("key", ["gone", "..%2Fprofiles", ".index"])
async def test_what_is_not_there_is_not_found(http: httpx.AsyncClient, key: str) -> None:
    for answer in (
        await http.get(f"recordings/{key}/file"),
        await http.delete(f"recordings/{key}"),
        await http.patch(f"recordings/{key}", json={"kept": True}),
        await http.post(f"recordings/{key}/restore"),
        await http.post(f"recordings/{key}/open", params={"session": "here"}),
    ):
        assert answer.status_code == 404
    assert (await http.get("recordings/gone/file", params={"form": "exe"})).status_code == 404


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_nobody_gets_in_without_the_token_of_this_launch(
    http: httpx.AsyncClient, keeping: Keeping, token: str
) -> None:
    key = keeping.library.add(SESSION)
    headers = {"X-Workbench-Token": token}
    for method, path in (
        ("GET", "recordings"),
        ("POST", "recordings"),
        ("POST", "recordings/keep?session=here"),
        ("PUT", "recordings/limits"),
        ("PATCH", f"recordings/{key}"),
        ("DELETE", f"recordings/{key}"),
        ("POST", f"recordings/{key}/restore"),
        ("POST", f"recordings/{key}/open?session=here"),
        ("GET", f"recordings/{key}/file"),
    ):
        assert (await http.request(method, path, headers=headers)).status_code == 403, path
    assert len(keeping.library.list()) == 1


# What is kept


async def test_only_what_passes_over_a_profile_that_says_so_is_kept(keeping: Keeping, tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "more.json", "http://127.0.0.1:9/chatkit")
    keeping = Keeping(keeping.library, profiles)
    quiet = profiles.create("http://127.0.0.1:8000/chatkit")
    kept = profiles.create("http://127.0.0.1:8001/chatkit", keep=True)
    for profile in (quiet, kept):
        keeping.passes(profile.id, turn(profile.url))
    assert [one.key in keeping.library.growing() for one in keeping.library.list()] == [True]
    off = profiles.put(replace(kept, keep=False))
    keeping.settings_are(off)
    keeping.passes(off.id, threads())
    assert keeping.library.growing() == frozenset()
    (only,) = keeping.library.list()
    assert [one.request.url for one in keeping.library.read(only.key).exchanges] == [kept.url]


async def test_what_goes_through_the_relay_is_kept_with_what_the_widget_told(keeping: Keeping, tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "more.json", "http://127.0.0.1:9/chatkit")
    keeping = Keeping(keeping.library, profiles)
    relay = Relay()
    relay.on_open(keeping.follow)
    profiles.create("http://127.0.0.1:8001/chatkit", keep=True)
    session = relay.open(Connection("http://127.0.0.1:8001/chatkit"), "mine")
    other = relay.open(Connection("http://127.0.0.1:8002/chatkit"), "other")
    for one in (session, other):
        front_end = one.of_front_end((("Origin", "http://localhost:3000"),))
        exchange = turn(one.connection.url)
        front_end.began(exchange)
        front_end.take_host_event(ERROR)
        one.take_host_event(ERROR)
        front_end.ended(exchange)
    (only,) = keeping.library.list()
    found = keeping.library.read(only.key)
    assert [one.request.url for one in found.exchanges] == [session.connection.url]
    assert list(found.host_events) == [ERROR, ERROR]
    assert found.source == "the relay"


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_secret_of_a_relayed_session_is_in_the_data_folder(keeping: Keeping, tmp_path: Path) -> None:
    hidden = {name: secrets.token_urlsafe(24) for name in ("header", "query", "metadata")}
    url = f"http://127.0.0.1:8001/chatkit?key={hidden['query']}"
    profiles = Profiles(tmp_path / "more.json", "http://127.0.0.1:9/chatkit")
    keeping = Keeping(keeping.library, profiles)
    profiles.create(url, keep=True)
    relay = Relay()
    relay.on_open(keeping.follow)
    connection = Connection(url, (("X-Tenant", hidden["header"]),), metadata={"api_key": hidden["metadata"]})
    session = relay.open(connection, "mine")
    for number, secret in enumerate(hidden.values()):
        session.take_host_event(HostEvent(AT, "chatkit.error", {"error": {"message": f"no {secret}"}, secret: number}))
    keeping.close()
    written = everything_in(tmp_path)
    assert written.count(b'"kind":"host"') == 3
    for name, secret in hidden.items():
        assert secret.encode() not in written, name
