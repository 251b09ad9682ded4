"""One question, one answer: is a stream of events the right answer? Asked of every kind of exchange there is."""

from __future__ import annotations

import pytest

from chat.checks import Examination, widget_view
from chat.conversation.diagnosis import Diagnoses
from chat.exchanges import Chunk, Exchange, Request, import_exchanges
from chat.exchanges.answer import transport_problems
from chat.inspection.tabs import Tally, summary

SSE = b'data: {"type":"stream_options","stream_options":{"allow_cancel":true}}\n\n'
THREAD = b'{"id":"thr_1","created_at":"2026-11-20T12:00:00","items":{"data":[],"has_more":false}}'
CURL = b"HTTP/1.1 %s\r\ncontent-type: %s\r\n\r\n"


def asked(operation: str, *, streaming: bool = False, body: bytes = SSE, kind: str = "", status: int = 200) -> Exchange:
    exchange = Exchange(Request("POST", "http://127.0.0.1/", (), b"{}", operation, streaming))
    exchange.status, exchange.headers = status, (("content-type", kind),) if kind else ()
    exchange.chunks, exchange.outcome = [Chunk(0, body)], "complete"
    return exchange


def pasted(body: bytes) -> Exchange:
    return import_exchanges(body).exchanges[0]


def upload(method: str, sent: str, *, kind: str = "", body: bytes = b"", status: int = 200) -> Exchange:
    headers = (("Content-Type", sent),) if sent else ()
    exchange = Exchange(Request(method, "http://127.0.0.1/files/1", headers, body_size=5))
    exchange.status, exchange.headers = status, (("content-type", kind),) if kind else ()
    exchange.chunks, exchange.outcome = [Chunk(0, body)] if body else [], "complete"
    return exchange


UPLOADS = {
    "a PUT that is answered with JSON": upload("PUT", "image/png", kind="application/json", body=b'{"ok":true}'),
    "a PUT that is answered with a text in JSON": upload("PUT", "", kind="application/json", body=b'"ok"'),
    "a PUT that is answered with nothing": upload("PUT", "text/plain"),
    "a PUT that a page of HTML answers": upload("PUT", "image/png", kind="text/html", body=b"<html>Done</html>"),
    "a PUT that the store refuses": upload("PUT", "image/png", kind="application/xml", body=b"<Error/>", status=403),
    "bytes that are posted": upload("POST", "image/png", kind="text/plain", body=b"ok"),
    "a form": upload("POST", "multipart/form-data; boundary=x", kind="application/json", body=b"{}"),
}
STREAMS = {
    "a streaming operation": asked("threads.create", kind="text/event-stream"),
    "a streaming operation, whatever it is answered": asked("threads.create", body=b"{}", kind="application/json"),
    "a streaming operation that was refused": asked("threads.create", body=b"{}", kind="application/json", status=422),
    "a streaming operation that failed": asked("threads.create", body=b"Oops", kind="text/plain", status=500),
    "a request that asks for a stream by its Accept header": asked("", streaming=True, kind="text/plain"),
    "events, pasted": pasted(SSE),
    "the answer of curl -i, events": pasted(CURL % (b"200 OK", b"text/event-stream") + SSE),
    "the answer of curl -i, events without their type": pasted(CURL % (b"200 OK", b"text/plain") + SSE),
    "one JSON object under the name of a stream": pasted(CURL % (b"200 OK", b"text/event-stream") + b"{}"),
    "lines of JSON, pasted": pasted(b'{"type":"token","text":"a"}\n{"type":"token","text":"b"}\n'),
    "one event without data:, pasted": pasted(b'{"type":"error","message":"no"}'),
    "text of another language, pasted": pasted(b"Hello, you"),
    "a page of HTML": pasted(CURL % (b"404 Not Found", b"text/html") + b"<html><title>Not Found</title>"),
}
DOCUMENTS = {
    "a JSON operation": asked("threads.list", body=b"{}", kind="application/json"),
    "a JSON operation, whatever it is answered": asked("items.list", kind="text/event-stream"),
    "a JSON operation that failed": asked("threads.list", body=b"Oops", kind="text/plain", status=500),
    "an operation that nobody knows": asked("threads.no_such_operation", body=b"{}", kind="application/json"),
    "a thread, pasted": pasted(THREAD),
    "a page, pasted": pasted(b'{"data":[],"has_more":false,"after":null}'),
    "an empty object, pasted": pasted(b"{}"),
    "an empty list, pasted": pasted(b"[]"),
    "nothing in JSON, pasted": pasted(b"null"),
    "an attachment, pasted": pasted(b'{"type":"file","id":"atc_1","name":"a.txt","mime_type":"text/plain"}'),
    "an error of FastAPI, pasted": pasted(b'{"detail":"Not Found"}'),
    "the answer of curl -i, JSON": pasted(CURL % (b"200 OK", b"application/json") + THREAD),
    "the answer of curl -i, an error in JSON": pasted(CURL % (b"401 No", b"application/json") + b'{"detail":"no"}'),
    "an error by RFC 9457, which has a type": pasted(
        CURL % (b"500 No", b"application/problem+json; charset=utf-8") + b'{"type":"about:blank","title":"no"}'
    ),
}
DOCUMENTS |= UPLOADS
KINDS = [pytest.param(made, True, id=name) for name, made in STREAMS.items()]
KINDS += [pytest.param(made, False, id=name) for name, made in DOCUMENTS.items()]


@pytest.mark.parametrize(("exchange", "expected"), KINDS)
def test_a_stream_is_expected_or_it_is_not(exchange: Exchange, expected: bool) -> None:
    assert exchange.expects_stream is expected


@pytest.mark.parametrize(("exchange", "expected"), KINDS)
def test_rules_diagnosis_and_inspector_give_the_same_answer(exchange: Exchange, expected: bool) -> None:
    diagnosis = Diagnoses().begin(exchange)
    assert Examination(exchange).case.streaming is expected
    assert diagnosis.streams is expected
    assert summary(exchange, [], Tally(), diagnosis)["streaming"] is expected


@pytest.mark.parametrize("made", UPLOADS.values(), ids=UPLOADS)
def test_what_a_file_store_answers_is_not_judged_as_chatkit(made: Exchange) -> None:
    assert Examination(made).finish() == ()
    assert widget_view(made).requests_sent == 1
    assert "event" not in widget_view(made).behaviour
    assert transport_problems(made) == []
