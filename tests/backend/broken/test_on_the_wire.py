"""The gallery as the workbench serves it: behind all its middleware, for each visitor alone, within bounds."""

import contextlib
import json
import signal
from typing import Any

import httpx
import pytest

from chat.backend.broken import GALLERY
from chat.backend.broken.faults.lifecycle import NoStreamOptions
from chat.backend.broken.good import SPEECH, GoodBackend
from chat.backend.broken.memory import Memory, Refusal, Thread, page
from chat.backend.broken.visitors import Visitors
from chat.checks import examine
from chat.client import ChatKitClient, Connection
from chat.protocol import decode_body
from tests.conftest import Running, Start
from tests.work import in_no_time

SHOP = "https://shop.example"
CREATE = {
    "type": "threads.create",
    "params": {
        "input": {
            "content": [{"type": "input_text", "text": "What is on my list?"}],
            "attachments": [],
            "inference_options": {},
        }
    },
}


def path(rule_id: str) -> str:
    return f"/broken/{rule_id}/chatkit"


@pytest.mark.parametrize(
    "rule_id",
    ["transport/truncated", "transport/retried", "transport/ndjson", "transport/compressed", "framing/unterminated"],
)
async def test_a_fault_of_the_bytes_survives_the_middleware_of_the_workbench(rule_id: str, workbench: Running) -> None:
    client = ChatKitClient(Connection(workbench.url + path(rule_id)))
    exchange = await client.raw(CREATE)
    assert {finding.rule_id for finding in examine(exchange).findings} == {rule_id}


async def test_breaking_off_on_purpose_fills_no_log(workbench: Running) -> None:
    before = len(workbench.log.read_text())
    client = ChatKitClient(Connection(workbench.url + path("transport/truncated")))
    exchange = await client.raw(CREATE)
    assert exchange.outcome == "truncated"
    assert workbench.log.read_text()[before:] == ""


LIST = {"type": "threads.list", "params": {}}


async def titles(http: httpx.AsyncClient, rule_id: str, headers: dict[str, str]) -> list[str]:
    """The titles that a visitor reads."""
    listed = await http.post(path(rule_id), json=LIST, headers=headers)
    return [thread["title"] for thread in listed.json()["data"]]


@pytest.mark.parametrize("origin", [SHOP, "http://localhost:3000", "null"])
@pytest.mark.parametrize("entry", [entry for entry in GALLERY if not entry.rule_id.startswith("cors/")])
async def test_pages_of_other_origins_may_not_talk_to_the_gallery(entry: Any, origin: Any, workbench: Running) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, base_url=workbench.url) as http:
        headers = {"Origin": origin, **dict(entry.headers)}
        for answer in (
            await http.options(entry.path, headers=headers),
            await http.post(entry.path, json=LIST, headers=headers),
        ):
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers


async def test_a_page_that_is_allowed_by_name_may(gallery: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, base_url=gallery) as http:
        asks = {"Origin": SHOP, "Access-Control-Request-Headers": "content-type"}
        leave = await http.options(path("time/naive"), headers=asks)
        assert leave.status_code == 204
        assert leave.headers["access-control-allow-origin"] == SHOP
        assert leave.headers["access-control-allow-headers"] == "content-type"
        mine = {"X-Gallery-Window": "a window that was told to the widget"}
        await http.post(path("time/naive"), json=CREATE, headers=mine)
        answer = await http.post(path("time/naive"), json=LIST, headers={"Origin": SHOP, **mine})
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "access-control-allow-credentials" not in answer.headers
        assert len(answer.json()["data"]) == 1


@pytest.mark.parametrize("rule_id", ["cors/preflight", "cors/response", "cors/wildcard-credentials"])
async def test_what_any_page_may_talk_to_tells_it_what_it_has_said_itself_and_nothing_else(
    rule_id: str, workbench: Running
) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, base_url=workbench.url) as http:
        window, stranger = {"X-Gallery-Window": f"one of {rule_id}"}, {"Origin": "https://stranger.example"}
        await http.post(path(rule_id), json=CREATE, headers=window)
        await http.post(path(rule_id), json=CREATE)
        assert await titles(http, rule_id, window) == ["What is on my list?"]
        assert await titles(http, rule_id, stranger) == []
        assert await titles(http, rule_id, {**stranger, **window}) == []
        assert await titles(http, rule_id, {**window, "Sec-Fetch-Site": "cross-site"}) == []
        await http.post(path(rule_id), json=CREATE, headers=stranger)
        assert await titles(http, rule_id, stranger) == ["What is on my list?"]
        assert await titles(http, rule_id, {"Origin": "https://another.example"}) == []


async def test_each_window_reads_its_own_threads_only(gallery: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, base_url=gallery) as http:
        one, other = {"X-Gallery-Window": "one"}, {"X-Gallery-Window": "other"}
        before = await titles(http, "time/skew", {})  # of other tests that talk to the same gallery
        await http.post(path("time/skew"), json=CREATE, headers=one)
        assert await titles(http, "time/skew", one) == ["What is on my list?"]
        assert await titles(http, "time/skew", other) == []
        assert await titles(http, "time/skew", {}) == before


def test_what_was_said_is_forgotten_after_half_an_hour_without_a_word() -> None:
    now = [0.0]
    visitors = Visitors(GoodBackend, lambda: now[0])
    backend = visitors.backend_of("one")
    for _ in range(3):
        now[0] += 29 * 60
        assert visitors.backend_of("one") is backend
    now[0] += 31 * 60
    assert visitors.backend_of("one") is not backend


def test_an_entry_has_sixteen_visitors_at_most_and_keeps_those_that_came_last() -> None:
    now = [0.0]
    visitors = Visitors(GoodBackend, lambda: now[0])
    first = visitors.backend_of("first")
    backends = {}
    for number in range(40):
        now[0] += 1
        backends[number] = visitors.backend_of(str(number))
        assert visitors.backend_of("first") is first
    assert [visitors.backend_of(str(number)) is backends[number] for number in (39, 38, 30)] == [True] * 3
    assert visitors.backend_of("3") is not backends[3]


async def test_what_is_not_in_the_gallery_is_not_found(gallery: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, base_url=gallery) as http:
        unknown = await http.post("/broken/no/such/chatkit", json=CREATE)
        assert (unknown.status_code, "message" in unknown.json()) == (404, True)
        assert (await http.post("/broken/time/naive/elsewhere", json=CREATE)).status_code == 404
        assert (await http.get(path("time/naive"))).status_code == 405
        assert (await http.post(path("time/naive"), content=b"x" * 100_000)).status_code == 413


def test_a_stream_that_never_ends_does_not_keep_the_workbench_from_stopping(start: Start) -> None:
    workbench = start("--rate", "0")
    with (
        httpx.Client(trust_env=False, verify=False, timeout=30) as http,
        http.stream("POST", workbench.url + path("transport/never-ends"), json=CREATE) as answer,
        contextlib.suppress(httpx.TransportError),
    ):
        for line in answer.iter_lines():
            if "thread.updated" in line:
                break
        workbench.stop()
    assert workbench.process.returncode != -signal.SIGKILL  # which comes after ten seconds


def test_an_answer_is_slow_enough_to_be_watched() -> None:
    async def listen() -> None:
        backend = NoStreamOptions(pause=0.1)
        async for _ in backend.answer(backend.new_thread("anybody")):
            pass

    assert in_no_time(listen)[1] >= 0.1 * len(SPEECH.split())


async def test_what_was_said_is_stored_when_the_user_stops_the_answer() -> None:
    backend = GoodBackend(pause=0.01)
    thread = backend.new_thread("anybody")
    answer: Any = backend.answer(thread)
    said = 0
    async for event in answer:
        said += event.get("update", {}).get("type") == "assistant_message.content_part.text_delta"
        if said == 3:
            break
    await answer.aclose()
    assert [item["content"][0]["text"] for item in thread.items] == ["You have three"]


async def test_a_broken_stream_is_the_clients_error_with_what_came_before(gallery: str) -> None:
    client = ChatKitClient(Connection(gallery + path("transport/truncated")))
    exchange = await client.raw(CREATE)
    assert exchange.outcome == "truncated"
    assert [event.type for event in decode_body(exchange.body)][:2] == ["thread.created", "thread.item.done"]


async def test_each_gallery_entry_remembers_its_own_threads_only(gallery: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False, base_url=gallery) as http:
        created = await http.post(path("widgets/no-delta"), json=CREATE)
        first: Any = decode_body(created.content)[0].json
        thread_id = first["thread"]["id"]
        read = {"type": "threads.get_by_id", "params": {"thread_id": thread_id}}
        assert (await http.post(path("widgets/no-delta"), json=read)).status_code == 200
        assert (await http.post(path("widgets/not-prefix"), json=read)).status_code == 404


def test_a_memory_holds_fifty_threads() -> None:
    memory = Memory()
    for number in range(120):
        memory.add(Thread(f"thr_{number}", "anybody", "2026-01-01T00:00:00Z"))
    assert list(memory.threads) == [f"thr_{number}" for number in range(70, 120)]


def test_a_memory_holds_a_megabyte() -> None:
    memory = Memory()
    for number in range(30):
        memory.add(Thread(f"thr_{number}", "anybody", "2026-01-01T00:00:00Z", size=200_000))
    assert sum(thread.size for thread in memory.threads.values()) <= 1_000_000
    assert "thr_29" in memory.threads


async def test_a_conversation_that_is_full_says_so() -> None:
    backend = GoodBackend()
    asked = backend.parse(json.dumps(CREATE).encode())
    thread = backend.new_thread("anybody")
    for _ in range(200):
        backend.save(thread, backend.item(thread, "end_of_turn"))
    with pytest.raises(Refusal, match="full"):
        backend.question(thread, asked.params.input)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_bring_everything_once_and_in_order(order: str) -> None:
    entries = [{"id": str(number)} for number in range(7)]
    seen, after = [], None
    while True:
        part = page(entries, 3, order, after)
        seen += part["data"]
        after = part.get("after")
        if not part["has_more"]:
            break
    assert seen == (entries if order == "asc" else entries[::-1])
