"""The inspector's routes over real HTTP: what they give, and to whom."""

from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chat.exchanges.recording import loads
from chat.inspection.tabs import EVENT_SHOWN
from chat.ui.routes.inspection import mount_inspection

Get = Any


@pytest.fixture
def source(demo: ModuleType) -> Any:
    made = demo.Source()
    demo.broken(made)
    return made


@pytest.fixture
async def client(source: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    mount_inspection(app, {"s1": source}.get, lambda: "secret")
    transport = httpx.ASGITransport(app=app)
    headers = {"X-Workbench-Token": "secret"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=headers, params={"session": "s1"}
    ) as made:
        yield made


def path(source: Any, number: int, rest: str) -> str:
    return f"/workbench/exchanges/{source.exchanges[number].id}/{rest}"


@pytest.mark.parametrize(
    "rest", ["events", "events/0", "request", "response", "response/body", "timing", "recording", "events/0/bytes"]
)
async def test_no_route_answers_without_the_launch_token(client: httpx.AsyncClient, source: Any, rest: str) -> None:
    for token in ("", "wrong", "sécret"):
        answer = await client.get(path(source, 1, rest), headers={b"X-Workbench-Token": token.encode()})
        assert answer.status_code == 403
    assert (await client.get(path(source, 1, rest))).status_code == 200


async def test_lists_and_state_need_the_token_too(client: httpx.AsyncClient) -> None:
    for place in ("/workbench/exchanges", "/workbench/state"):
        assert (await client.get(place, headers={"X-Workbench-Token": ""})).status_code == 403
        assert (await client.get(place)).status_code == 200


async def test_one_session_does_not_see_into_another(client: httpx.AsyncClient, source: Any) -> None:
    assert (await client.get(path(source, 1, "events"), params={"session": "s2"})).status_code == 404
    for rest in ("events", "findings", "response"):  # which the page asks for by itself, and no 404 in its console
        nothing = await client.get(f"/workbench/exchanges/unknown/{rest}")
        assert (nothing.status_code, nothing.content) == (204, b"")


async def test_the_list_has_a_summary_per_exchange(client: httpx.AsyncClient, source: Any) -> None:
    listed = (await client.get("/workbench/exchanges")).json()
    assert [one["id"] for one in listed] == [one.id for one in source.exchanges]
    first = listed[1]
    assert (first["operation"], first["status"], first["outcome"]) == ("threads.create", 200, "complete")
    assert first["events"] == len(source.events(first["id"])) > 10
    assert first["invalid"] == 0
    assert first["bytes"] == len(source.exchanges[1].body)
    assert listed[-1]["outcome"] == "truncated"
    assert listed[-1]["invalid"] == 3


async def test_a_window_of_rows(client: httpx.AsyncClient, source: Any) -> None:
    got = (await client.get(path(source, 1, "events"), params={"from": 3, "to": 6})).json()
    assert [row["i"] for row in got["rows"]] == [3, 4, 5]
    assert (got["from"], got["total"], got["matched"]) == (3, len(source.events(source.exchanges[1].id)), got["total"])


async def test_rows_from_the_end(client: httpx.AsyncClient, source: Any) -> None:
    total = len(source.events(source.exchanges[1].id))
    got = (await client.get(path(source, 1, "events"), params={"from": -2})).json()
    assert [row["i"] for row in got["rows"]] == [total - 2, total - 1]
    assert got["from"] == total - 2


async def test_filtered_rows_keep_their_index_in_the_stream(client: httpx.AsyncClient, source: Any) -> None:
    asked = {"filter": "type:item.done", "session": "s1"}
    got = (await client.get(path(source, 1, "events"), params=asked)).json()
    assert got["matched"] == len(got["rows"]) == 2
    assert [row["y"] for row in got["rows"]] == ["thread.item.done"] * 2
    assert got["rows"][0]["i"] == 1


async def test_only_invalid_rows(client: httpx.AsyncClient, source: Any) -> None:
    got = (await client.get(path(source, -1, "events"), params={"invalid": True})).json()
    assert [row["v"] for row in got["rows"]] == [0, 0, 0]
    assert all("expected" in row["p"] for row in got["rows"])


async def test_at_most_500_rows_at_once(client: httpx.AsyncClient, source: Any, demo: ModuleType) -> None:
    demo.big(source, 2_000)
    got = (await client.get(path(source, -1, "events"), params={"from": 0, "to": 2_000})).json()
    assert len(got["rows"]) == 500
    assert got["total"] == 2_000


async def test_an_event_brings_its_json_as_it_came_and_the_bytes_that_carried_it(
    client: httpx.AsyncClient, source: Any
) -> None:
    got = (await client.get(path(source, 1, "events/0"))).json()
    assert got["type"] == "thread.created"
    assert got["raw"] == f"data: {got['data']}\n\n"
    assert source.exchanges[1].body[got["start"] : got["end"]].decode() == got["raw"]


async def test_an_invalid_event_brings_path_expected_and_got(client: httpx.AsyncClient, source: Any) -> None:
    got = (await client.get(path(source, -1, "events/5"))).json()
    assert not got["valid"]
    assert {"path", "expected", "got"} == set(got["problems"][0])
    assert "$.item.thread_id" in [problem["path"] for problem in got["problems"]]


async def test_an_event_there_is_not(client: httpx.AsyncClient, source: Any) -> None:
    assert (await client.get(path(source, 1, "events/9999"))).status_code == 404


async def test_the_request_comes_with_a_curl_command_and_without_secrets(
    client: httpx.AsyncClient, source: Any
) -> None:
    got = (await client.get(path(source, 1, "request"))).json()
    assert got["method"] == "POST"
    assert got["operation"] == "threads.create"
    assert got["curl"].startswith("curl ")
    assert "threads.create" in got["body"]


async def test_a_broken_response_is_explained_and_shown_as_far_as_it_came(
    client: httpx.AsyncClient, source: Any
) -> None:
    got = (await client.get(path(source, -1, "response"))).json()
    assert got["outcome"] == "truncated"
    assert "broke" in got["words"]
    assert got["failure"] == "The server closed the connection early."
    assert got["body"]["text"].encode() == source.exchanges[-1].body
    assert got["body"]["next"] is None


async def test_a_long_body_comes_in_pieces_that_cut_no_character(client: httpx.AsyncClient, source: Any) -> None:
    exchange = source.begin("threads.create", {})
    body = ("€" * 120_000).encode()
    source.feed(exchange, body, 1)
    text, start = "", 0
    for _ in range(9):
        got = (await client.get(path(source, -1, "response/body"), params={"from": start})).json()
        assert len(got["text"].encode()) <= 100_000
        text += got["text"]
        start = got["next"]
        if start is None:
            break
    assert text.encode() == body


async def test_of_a_long_event_the_beginning_comes_and_the_rest_when_it_is_asked_for(
    client: httpx.AsyncClient, source: Any
) -> None:
    exchange = source.begin("threads.create", {})
    secret, size = b"sk-" + b"a1B2" * 12, 9 * 2**20
    event = b'data: {"type":"progress_update","text":"' + b"x" * size + b" " + secret + b'"}\n\n'
    source.feed(exchange, event, 1)
    got = (await client.get(path(source, -1, "events/0"))).json()
    assert (len(got["raw"]), got["left"]) == (EVENT_SHOWN, len(event) - EVENT_SHOWN)
    assert got["problems"][0]["expected"] == "an event of at most 8 MB: a limit of the workbench's own"
    whole = await client.get(path(source, -1, "events/0/bytes"))
    assert len(whole.content) == len(event)
    assert secret not in whole.content
    assert whole.headers["content-disposition"] == 'attachment; filename="event-0.txt"'
    assert (await client.get(path(source, -1, "events/1/bytes"))).status_code == 404


async def test_what_is_asked_for_is_what_the_reader_looks_at(client: httpx.AsyncClient, source: Any) -> None:
    await client.get(path(source, 1, "response"))
    assert source.looked_at == source.exchanges[1].id


async def test_timing_has_the_figures_and_the_arrivals(client: httpx.AsyncClient, source: Any) -> None:
    got = (await client.get(path(source, 1, "timing"))).json()
    assert got["timings"]["first_event_ms"] == pytest.approx(640, abs=1)
    assert sum(bar[1] for bar in got["timeline"]["bars"]) == len(source.events(source.exchanges[1].id))


async def test_the_recording_can_be_read_back(client: httpx.AsyncClient, source: Any) -> None:
    answer = await client.get(path(source, 1, "recording"))
    assert answer.headers["content-disposition"] == 'attachment; filename="threads.create-20261120-094423.jsonl"'
    assert loads(answer.content).body == source.exchanges[1].body


async def test_the_state_is_a_snapshot_of_the_thread(client: httpx.AsyncClient, source: Any) -> None:
    state = (await client.get("/workbench/state")).json()["state"]
    assert "thr_good0001" in state


async def test_no_state_before_the_first_thread(demo: ModuleType) -> None:
    app = FastAPI()
    empty = demo.Source()
    empty.state = lambda thread_id=None: None
    mount_inspection(app, {"s1": empty}.get, lambda: "secret")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        answer = await client.get("/workbench/state?session=s1", headers={"X-Workbench-Token": "secret"})
    assert answer.json() == {"state": None}


async def test_text_that_no_encoder_takes_does_not_break_a_route(client: httpx.AsyncClient, source: Any) -> None:
    exchange = source.begin("threads.create", {})
    source.feed(
        exchange, b'data: {"type":"progress_update","text":"\\ud83d"}\n\ndata: {"type":"\\ud83d\\u202e"}\n\n', 1
    )
    for rest in ("events", "events/0", "events/1", "response", "timing"):
        assert (await client.get(path(source, -1, rest))).status_code == 200
