"""The stage's routes: who may frame it, who may report events, and what of them is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from chat.client import Connection
from chat.exchanges.host_events import HostEvent
from chat.relay.stage import LARGEST_REPORT, Stage, stage_policy
from chat.relay.trouble import troubles

ORIGIN = "http://127.0.0.1:8081"
SECRET = "tok-4f6b1c9d2e8a7705"


class Session:
    """What the stage asks of a session."""

    def __init__(self, url: str = "http://127.0.0.1:9000/chatkit") -> None:
        self.connection = Connection(url=url, headers=(("Authorization", f"Bearer {SECRET}"),))
        self.host_events: list[HostEvent] = []

    def take_host_event(self, event: HostEvent) -> None:
        self.host_events.append(event)


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def stage(session: Session) -> Stage:
    return Stage({"k1": session}.get, 8080)


@pytest.fixture
def client(stage: Stage) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=stage.routes()))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN)


def config_of(page: str) -> dict[str, Any]:
    text = page.split('id="config">', 1)[1].split("</script>", 1)[0]
    config = json.loads(text)
    assert isinstance(config, dict)
    return config


def milliseconds(at: datetime) -> float:
    return at.timestamp() * 1000


def report(*events: dict[str, Any], sent: datetime | None = None) -> dict[str, Any]:
    return {"sent": milliseconds(sent or datetime.now(UTC)), "events": list(events)}


async def test_only_the_workbench_may_frame_it_and_only_the_widget_may_run_in_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/stage/k1")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; "
        "script-src 'unsafe-inline' https://cdn.platform.openai.com/deployments/chatkit/; "
        "style-src 'unsafe-inline'; "
        "connect-src 'self' http://127.0.0.1:9000; "
        "frame-src https://cdn.platform.openai.com/deployments/chatkit/; "
        "frame-ancestors http://127.0.0.1:8080; base-uri 'none'; form-action 'none'"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("host", "name"), [("localhost:8081", "localhost"), ("[::1]:8081", "[::1]")])
async def test_the_workbench_is_known_by_the_name_that_the_browser_uses(
    host: str, name: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get("/stage/k1", headers={"Host": host})
    assert f"frame-ancestors http://{name}:8080;" in answer.headers["content-security-policy"]
    assert config_of(answer.text)["workbench"] == f"http://{name}:8080"


async def test_the_page_of_the_workbench_itself_is_never_a_place_to_connect_to(stage: Stage) -> None:
    embedded = Session("http://127.0.0.1:8080/chatkit")
    stage = Stage({"k1": embedded}.get, 8080)
    transport = httpx.ASGITransport(Starlette(routes=stage.routes()))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        policy = (await client.get("/stage/k1")).headers["content-security-policy"]
    assert "connect-src 'self';" in policy


async def test_an_upload_goes_where_the_options_say(stage: Stage, client: httpx.AsyncClient) -> None:
    strategy = {"type": "direct", "uploadUrl": "https://files.example/up?x=1"}
    stage.set("k1", {"api": {"uploadStrategy": strategy}})
    policy = (await client.get("/stage/k1")).headers["content-security-policy"]
    assert "connect-src 'self' http://127.0.0.1:9000 https://files.example;" in policy
    stage.set("k1", {"api": {"uploadStrategy": {"uploadUrl": "https://files.example; script-src *"}}})
    policy = (await client.get("/stage/k1")).headers["content-security-policy"]
    assert policy == stage_policy("http://127.0.0.1:8080", ["http://127.0.0.1:9000"])


async def test_options_cannot_leave_the_element_that_holds_them(stage: Stage, client: httpx.AsyncClient) -> None:
    stage.set("k1", {"frameTitle": "</script><script>alert(1)</script><!--{{ script }}"})
    page = (await client.get("/stage/k1?theme=dark")).text
    assert config_of(page)["options"] == {"frameTitle": "</script><script>alert(1)</script><!--{{ script }}"}
    assert config_of(page)["theme"] == "dark"
    assert page.count("</script>") == 2


async def test_the_page_holds_no_secret(client: httpx.AsyncClient) -> None:
    assert SECRET not in (await client.get("/stage/k1")).text


@pytest.mark.parametrize("path", ["/stage/k2", "/stage/k2/host-events"])
async def test_a_wrong_key_is_refused(path: str, client: httpx.AsyncClient) -> None:
    method = "POST" if path.endswith("host-events") else "GET"
    answer = await client.request(method, path, headers={"Origin": ORIGIN}, json=report())
    assert answer.status_code == 404


async def test_events_reach_the_session_in_order_and_without_secrets(
    session: Session, client: httpx.AsyncClient
) -> None:
    now = datetime.now(UTC)
    first = {"at": milliseconds(now), "name": "chatkit.ready", "detail": None}
    second = {"at": milliseconds(now) + 5, "name": "chatkit.error", "detail": {"error": {"message": f"no {SECRET}"}}}
    answer = await client.post("/stage/k1/host-events", headers={"Origin": ORIGIN}, json=report(first, second))
    assert answer.status_code == 204
    assert [event.name for event in session.host_events] == ["chatkit.ready", "chatkit.error"]
    assert session.host_events[0].at.tzinfo is not None
    assert abs(session.host_events[0].at - now) < timedelta(milliseconds=1)
    assert session.host_events[1].at - session.host_events[0].at == timedelta(milliseconds=5)
    assert SECRET not in repr(session.host_events)
    assert session.host_events[1].detail["error"]["message"].startswith("no ")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://localhost:8081", "https://evil.example", "null"])
async def test_other_pages_report_no_events(origin: str, session: Session, client: httpx.AsyncClient) -> None:
    answer = await client.post("/stage/k1/host-events", headers={"Origin": origin}, json=report())
    assert answer.status_code == 403
    assert (await client.post("/stage/k1/host-events", json=report())).status_code == 403, "no page at all"
    assert session.host_events == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"sent": 1, "events": [{}]}', b'{"sent": "x", "events": []}', b'{"sent": 1e400}', b"\xff"],
)
async def test_what_are_no_events_is_refused(body: bytes, session: Session, client: httpx.AsyncClient) -> None:
    answer = await client.post("/stage/k1/host-events", headers={"Origin": ORIGIN}, content=body)
    assert answer.status_code == 400
    assert "no events" in answer.json()["message"]
    assert session.host_events == []


async def test_a_report_has_its_limit(session: Session, client: httpx.AsyncClient) -> None:
    body = b" " * (LARGEST_REPORT + 1)
    answer = await client.post("/stage/k1/host-events", headers={"Origin": ORIGIN}, content=body)
    assert answer.status_code == 413


@pytest.mark.parametrize("hours", [-3, 3])
async def test_the_clock_of_another_machine_is_set_by_ours(
    hours: int, session: Session, client: httpx.AsyncClient
) -> None:
    now = datetime.now(UTC)
    wrong = now + timedelta(hours=hours)
    event = {"at": milliseconds(wrong - timedelta(seconds=1)), "name": "chatkit.ready", "detail": None}
    await client.post("/stage/k1/host-events", headers={"Origin": ORIGIN}, json=report(event, sent=wrong))
    assert abs(session.host_events[0].at - (now - timedelta(seconds=1))) < timedelta(seconds=1)


# Why it does not come up


FACTS: dict[str, Any] = {
    "script": "loaded",
    "defined": True,
    "ready": False,
    "waited": True,
    "error": "",
    "violations": [],
    "frame": {"name": "index.html", "there": True},
}


@pytest.mark.parametrize(
    ("news", "cause", "grade", "said"),
    [
        ({"script": "failed", "defined": False, "frame": None}, "cdn", "seen", "could not load the widget's script"),
        ({"script": "loading", "defined": False, "frame": None}, "cdn", "likely", "has not come"),
        ({"defined": False, "frame": None}, "cdn", "seen", "is not the widget"),
        ({"error": 'unrecognized key "x"'}, "options", "likely", 'unrecognized key "x"'),
        ({"frame": {"name": "index.html", "there": False}}, "domain", "likely", "taken its own frame"),
        ({}, "widget", "unknown", "neither why"),
    ],
)
def test_the_cause_is_named_as_far_as_it_can_be_known(news: dict[str, Any], cause: str, grade: str, said: str) -> None:
    (trouble,) = troubles(FACTS | news)
    assert (trouble.cause, trouble.grade) == (cause, grade)
    assert said in trouble.sentence
    assert trouble.advice


def test_a_policy_that_blocks_is_named_once_for_each_place() -> None:
    script = {"directive": "script-src-elem", "blocked": "https://cdn.platform.openai.com/deployments/chatkit/x.js"}
    upload = {"directive": "connect-src", "blocked": "https://files.example/up"}
    found = troubles(FACTS | {"script": "failed", "violations": [script, script, upload, "?"]})
    assert [(one.cause, one.grade) for one in found] == [("content-security", "seen")] * 2
    assert "script-src-elem" in found[0].sentence
    assert "files.example" in found[1].sentence
    assert "connect-src" in found[1].advice


def test_a_backend_that_does_not_answer_is_named() -> None:
    (trouble,) = troubles(FACTS, waiting_for="threads.list")
    assert (trouble.cause, trouble.grade) == ("backend", "likely")
    assert "`threads.list`" in trouble.sentence


def test_nothing_is_said_while_all_is_well_or_too_early() -> None:
    assert troubles({}) == []
    assert troubles(FACTS | {"waited": False}) == []
    assert troubles(FACTS | {"ready": True}) == []
