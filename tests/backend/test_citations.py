"""Citations of every kind reach the reader, whichever generation of the OpenAI library the model is read with."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from openai.types.responses.response_output_text import AnnotationContainerFileCitation
from starlette.responses import StreamingResponse

from chat.backend.agent import model_from_environment
from chat.backend.pace import Pace
from chat.backend.script import Citation, Say, Script, cite_file, cite_url
from chat.backend.scripted import ScriptedModel
from tests.backend.conftest import Talk

TEXT = "A page, a file and a result."
URL = {"type": "url_citation", "url": "https://example.com/", "title": "Page", "start_index": 0, "end_index": 6}
FILE = {"type": "file_citation", "file_id": "file_1", "filename": "file.pdf", "index": 14}
CONTAINER = {
    "type": "container_file_citation",
    "container_id": "cntr_1",
    "file_id": "cfile_1",
    "filename": "result.csv",
    "start_index": 19,
    "end_index": 27,
}
UNKNOWN = {"type": "galaxy_citation", "star": 3}

EXPECTED = {
    "url_citation": ({"type": "url", "url": "https://example.com/", "title": "Page"}, 6),
    "file_citation": ({"type": "file", "filename": "file.pdf", "title": "file.pdf"}, 14),
    "container_file_citation": ({"type": "file", "filename": "result.csv", "title": "result.csv"}, 27),
}
"""The source and the place in the text that each kind becomes."""


def stream_of(*annotations: dict[str, Any]) -> bytes:
    """A Responses API's answer that says `TEXT` with these annotations, as its server writes it."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": TEXT, "annotations": list(annotations), "logprobs": []}
    done = {**message, "status": "completed", "content": [part]}
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "local",
        "status": "in_progress",
        "output": [],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": response},
        {"type": "response.output_item.added", "output_index": 0, "item": message},
        {"type": "response.content_part.added", **where, "part": {**part, "text": "", "annotations": []}},
        {"type": "response.output_text.delta", **where, "delta": TEXT, "logprobs": []},
        *(
            {"type": "response.output_text.annotation.added", **where, "annotation_index": place, "annotation": one}
            for place, one in enumerate(annotations)
        ),
        {"type": "response.output_text.done", **where, "text": TEXT, "logprobs": []},
        {"type": "response.content_part.done", **where, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": "response.completed", "response": {**response, "status": "completed", "output": [done]}},
    ]
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode()
        for number, event in enumerate(events)
    )


@asynccontextmanager
async def responses_api(body: bytes) -> AsyncIterator[str]:
    """The address of a server on this machine that answers every request for a response with `body`."""
    app = FastAPI()

    @app.post("/v1/responses")
    async def respond() -> StreamingResponse:
        return StreamingResponse(iter([body]), media_type="text/event-stream")

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        await serving


def cited(talk: Any, events: list[Any]) -> list[tuple[dict[str, Any], int]]:
    """The sources and places of the annotations, which are the same where they are streamed, done and stored."""
    assert "error" not in {event.type for event in events}
    updates = [event.json["update"] for event in events if event.type == "thread.item.updated"]
    added = [update["annotation"] for update in updates if "annotation" in update]
    assert [update["annotation_index"] for update in updates if "annotation" in update] == list(range(len(added)))
    assert talk.texts() == [TEXT]
    assert talk.streamed()[-1]["content"][0]["annotations"] == added
    return [(_said(one["source"]), one["index"]) for one in added]


def _said(source: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in source.items() if name in ("type", "url", "filename", "title")}


@pytest.mark.parametrize("annotation", [URL, FILE, CONTAINER], ids=lambda annotation: annotation["type"])
async def test_a_citation_read_from_the_responses_api_is_streamed_and_stored(talk: Talk, annotation: Any) -> None:
    async with responses_api(stream_of(annotation)) as url:
        talk.server.model = model_from_environment(
            {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": url, "OPENAI_API": "responses", "OPENAI_MODEL": "local"}
        )
        events = await talk.say("Sources, please")
    assert cited(talk, events) == [EXPECTED[annotation["type"]]]
    assert talk.streamed() == await talk.items()


async def test_kinds_may_be_mixed_and_an_unknown_one_between_them_is_left_out(talk: Talk) -> None:
    async with responses_api(stream_of(URL, UNKNOWN, FILE, CONTAINER)) as url:
        talk.server.model = model_from_environment(
            {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": url, "OPENAI_API": "responses", "OPENAI_MODEL": "local"}
        )
        events = await talk.say("Sources, please")
    assert cited(talk, events) == list(EXPECTED.values())
    assert talk.streamed() == await talk.items()


async def test_a_script_cites_all_kinds(talk: Talk) -> None:
    def script() -> Script:
        container = Citation("a result", lambda at: AnnotationContainerFileCitation.model_validate(CONTAINER))
        yield Say(
            TEXT,
            citations=(
                cite_url("A page", "https://example.com/", "Page"),
                cite_file("a file", "file_1", "file.pdf"),
                container,
            ),
        )

    talk.server.model = ScriptedModel(script(), Pace(None))
    events = await talk.say("Sources, please")
    assert cited(talk, events) == list(EXPECTED.values())
