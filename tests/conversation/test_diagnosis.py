"""Diagnoses that run along with exchanges, and the routes that give reports and take files."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chat.checks import examine
from chat.conversation.blank import prose
from chat.conversation.diagnosis import Counts, Diagnoses, Diagnosis
from chat.conversation.recorded import RecordedThread
from chat.exchanges import Exchange, Request
from chat.exchanges.importing import Imported, import_exchanges
from chat.inspection.comparison import comparison_html
from chat.inspection.findings import findings_document
from chat.protocol import EventDecoder
from chat.ui.routes.diagnosis import diagnosis_routes
from chat.ui.window_reports import WindowReports
from chat.ui.window_source import WindowSource

DATA = Path(__file__).parent.parent / "data"
FOREIGN = b'data: {"type": "thread.item.assistant_message", "item": {}}\n\n'


def begun(operation: str = "threads.create", *, streaming: bool = True) -> Exchange:
    body = b'{"type": "%s", "params": {}}' % operation.encode()
    exchange = Exchange(Request("POST", "http://127.0.0.1/chatkit", (), body, operation, streaming))
    exchange.status = 200
    exchange.headers = (("content-type", "text/event-stream" if streaming else "application/json"),)
    return exchange


def feed(diagnoses: Diagnoses, exchange: Exchange, body: bytes) -> None:
    exchange.add(1, body)
    for event in EventDecoder().feed(body, 1):
        diagnoses.feed(exchange, [event])


def streamed(name: str) -> Diagnosis:
    diagnoses, exchange = Diagnoses(), begun()
    diagnoses.begin(exchange)
    feed(diagnoses, exchange, (DATA / name).read_bytes())
    exchange.end("complete")
    diagnoses.settle()
    found = diagnoses.get(exchange.id)
    assert found is not None
    return found


def test_findings_are_there_while_the_stream_runs() -> None:
    diagnoses, exchange = Diagnoses(), begun()
    diagnosis = diagnoses.begin(exchange)
    before = diagnosis.revision
    feed(diagnoses, exchange, FOREIGN)
    assert diagnosis.counts == Counts(errors=1)
    assert diagnosis.revision > before
    assert diagnosis.view.behaviour == "Reads the events as they come."
    assert not diagnosis.finished


def test_a_stream_whose_events_are_still_on_their_way_is_not_judged_by_its_end() -> None:
    diagnoses, exchange = Diagnoses(), begun()
    diagnosis = diagnoses.begin(exchange)
    exchange.end("complete")
    assert diagnoses.get(exchange.id) is diagnosis
    assert not diagnosis.finished
    feed(diagnoses, exchange, FOREIGN)
    diagnoses.settle()
    assert diagnosis.finished
    assert [one.rule_id for one in diagnosis.findings][:1] == ["vocabulary/capability-name"]


async def test_the_end_of_a_long_answer_is_judged_while_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.steps._SLICE", 0.0)
    diagnoses, exchange = Diagnoses(), begun()
    diagnosis = diagnoses.begin(exchange)
    exchange.add(1, b'{"type": "token", "text": "x"}\n' * 200)
    exchange.end("complete")
    turns: list[bool] = []

    async def others() -> None:
        while True:
            diagnoses.counts()
            turns.append(diagnosis.finished)
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await diagnoses.settle_beside(exchange)
    task.cancel()
    assert len(turns) > 200
    assert not any(turns), "nobody who looked meanwhile has had to wait for it, or takes it for judged"
    diagnoses.settle(exchange)
    assert diagnosis.finished
    assert diagnosis.findings == examine(exchange).findings
    assert diagnosis.translates


async def test_whoever_does_not_wait_for_it_has_the_rest_judged_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.steps._SLICE", 0.0)
    diagnoses, exchange = Diagnoses(), begun()
    diagnosis = diagnoses.begin(exchange)
    exchange.add(1, b'{"type": "token", "text": "x"}\n' * 200)
    exchange.end("complete")
    task = asyncio.create_task(diagnoses.settle_beside(exchange))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not diagnosis.finished
    diagnoses.settle(exchange)
    assert diagnosis.finished
    assert diagnosis.findings == examine(exchange).findings


def test_what_the_widget_does_is_not_told_before_the_last_event_is_there() -> None:
    diagnoses, exchange = Diagnoses(), begun()
    diagnosis = diagnoses.begin(exchange)
    body = (DATA / "good-first-turn.txt").read_bytes()
    exchange.add(1, body)
    exchange.end("complete")  # the connection is ahead of the events
    assert diagnosis.view.behaviour == "Reads the events as they come."
    assert findings_document(diagnosis)["running"]
    for event in EventDecoder().feed(body, 1):
        diagnoses.feed(exchange, [event])
    diagnoses.settle()
    assert diagnosis.view.shows == "the conversation"
    assert not findings_document(diagnosis)["running"]


def test_evidence_that_nothing_names_is_no_place_to_go_to() -> None:
    diagnoses, exchange = Diagnoses(), begun()
    diagnosis = diagnoses.begin(exchange)
    exchange.end("complete")
    diagnoses.settle()
    document = findings_document(diagnosis)
    (finding,) = [one for one in document["findings"] if one["id"] == "transport/empty-stream"]
    assert diagnosis.findings[0].evidence
    assert finding["evidence"] == []


def test_a_document_is_judged_when_it_is_looked_at() -> None:
    diagnoses, exchange = Diagnoses(), begun("threads.list", streaming=False)
    diagnoses.begin(exchange)
    exchange.add(1, b"not json")
    exchange.end("complete")
    diagnosis = diagnoses.get(exchange.id)
    assert diagnosis is not None
    assert [one.rule_id for one in diagnosis.findings] == ["transport/json-body"]


def test_an_id_that_comes_again_in_a_later_turn_is_found() -> None:
    diagnoses = Diagnoses()
    first, second = begun(), begun("threads.add_user_message")
    for exchange in (first, second):
        diagnoses.begin(exchange)
        feed(diagnoses, exchange, (DATA / "good-first-turn.txt").read_bytes())
        exchange.end("complete")
        diagnoses.settle()
    diagnosis = diagnoses.get(second.id)
    assert diagnosis is not None
    assert "identity/reused-id" in [one.rule_id for one in diagnosis.findings]


def test_the_document_of_a_good_stream_passes() -> None:
    document = findings_document(streamed("good-first-turn.txt"))
    assert document["passed"]
    assert document["view"]["line"].startswith("Official widget: Reads")


def test_texts_of_a_backend_are_escaped() -> None:
    assert prose("<b> `<i>` x") == "&lt;b&gt; <code>&lt;i&gt;</code> x"
    assert prose("one ` only <") == "one ` only &lt;"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_comparison_shows_what_was_meant(number: int) -> None:
    diagnosis = streamed(f"seed-attempt-{number}.txt")
    html = comparison_html(diagnosis)
    assert html.count(str(prose(diagnosis.view.shows[1:]))) == 1, "what the widget shows is said once"
    assert "three tasks" in html
    assert "ThreadCreatedEvent" in html
    assert diagnosis.view.blank


class Window:
    """A window that shows a file with one stream in it, and has kept one report."""

    def __init__(self, thread: RecordedThread) -> None:
        source = WindowSource(thread)
        source.show(thread, alone=True)
        self.reports = WindowReports(source, lambda: thread.name)
        self.kept = self.reports.keep("<p>kept</p>")
        self.explained: list[tuple[str, Imported]] = []

    async def explain(self, name: str, imported: Imported) -> None:
        self.explained.append((name, imported))


@pytest.fixture
async def window() -> Window:
    thread = RecordedThread("seed-attempt-1.txt")
    await thread.replay(import_exchanges((DATA / thread.name).read_bytes(), thread.name).exchanges)
    return Window(thread)


@pytest.fixture
async def client(window: Window) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(diagnosis_routes({"s1": window}.get, lambda: "secret"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://127.0.0.1/workbench",
        headers={"X-Workbench-Token": "secret"},
        params={"session": "s1"},
    ) as made:
        yield made


@pytest.mark.parametrize(("method", "path"), [("GET", "report"), ("GET", "reports/k1"), ("POST", "explain")])
async def test_no_route_answers_without_the_launch_token(client: httpx.AsyncClient, method: str, path: str) -> None:
    for token in ("", "wrong"):
        assert (await client.request(method, path, headers={"X-Workbench-Token": token})).status_code == 403
    assert (await client.request(method, path, params={"session": "s2"})).status_code == 404


async def test_the_report_is_a_page(client: httpx.AsyncClient, window: Window) -> None:
    answer = await client.get("report")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "vocabulary/capability-name" in answer.text
    assert "seed-attempt-1.txt" in answer.text, "what it is about"
    assert (await client.get(f"reports/{window.kept}")).text == "<p>kept</p>"
    assert (await client.get("reports/k2")).status_code == 404


async def test_a_file_is_explained_under_its_name(client: httpx.AsyncClient, window: Window) -> None:
    body = (DATA / "seed-attempt-2.txt").read_bytes()
    answer = await client.post("explain", content=body, headers={"X-File-Name": "my%20file.txt"})
    assert answer.json() == {"exchanges": 1}
    ((name, imported),) = window.explained
    assert name == "my file.txt"
    assert imported.exchanges[0].body == body


async def test_what_is_no_exchange_is_refused_in_words(client: httpx.AsyncClient, window: Window) -> None:
    answer = await client.post("explain", content=b"   ")
    assert answer.status_code == 422
    assert "is empty" in answer.json()["message"]
    assert window.explained == []
