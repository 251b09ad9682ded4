"""A real model behind the server: here a server on this machine that speaks chat completions or responses."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
import uvicorn
from agents import Model, OpenAIChatCompletionsModel, OpenAIResponsesModel
from fastapi import FastAPI, Request
from openai.types.responses import Response as ModelAnswer
from openai.types.responses import (
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseRefusalDeltaEvent,
    ResponseRefusalDoneEvent,
    ResponseTextDeltaEvent,
)
from PIL import Image
from starlette.responses import JSONResponse, StreamingResponse

from chat.backend.agent import model_from_environment
from chat.backend.pace import Pace
from chat.backend.script import Citation, Say, Script, cite_url
from chat.backend.scripted import ScriptedModel
from tests.backend.conftest import Embedded, Talk


class ChatCompletions:
    """Answers with what the test has queued: texts, tool calls as (name, arguments), or a status."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.requests: list[dict[str, Any]] = []
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self.complete)

    async def complete(self, request: Request) -> Any:
        self.requests.append(await request.json())
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            return JSONResponse({"error": {"message": "sk-secret was refused"}}, status_code=answer)
        if isinstance(answer, tuple):
            call = {"index": 0, "id": f"call_{len(self.requests)}", "type": "function"}
            function = {"name": answer[0], "arguments": json.dumps(answer[1])}
            deltas: list[dict[str, Any]] = [{"role": "assistant", "tool_calls": [{**call, "function": function}]}]
        else:
            deltas = [{"role": "assistant"}, *({"content": word + " "} for word in answer.split())]

        async def body() -> AsyncIterator[str]:
            base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "local"}
            for delta in deltas:
                yield f"data: {json.dumps({**base, 'choices': [{'index': 0, 'delta': delta}]})}\n\n"
            end = {"index": 0, "delta": {}, "finish_reason": "stop"}
            yield f"data: {json.dumps({**base, 'choices': [end]})}\n\ndata: [DONE]\n\n"

        return StreamingResponse(body(), media_type="text/event-stream")

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(self.app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            await serving


def real(url: str) -> Model:
    model = model_from_environment({"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": url, "OPENAI_MODEL": "local"})
    assert model is not None
    return model


async def test_messages_of_a_model_without_ids_get_ids_of_the_store(talk: Talk) -> None:
    completions = ChatCompletions()
    completions.answers = ["The first answer.", "The second answer."]
    async with completions.served() as url:
        talk.server.model = real(url)
        await talk.say("One?")
        await talk.say("Two?")

    assert [text.strip() for text in talk.texts()] == ["The first answer.", "The second answer."]
    assert talk.streamed() == await talk.items()
    assert "fake" not in json.dumps(talk.streamed())
    assert completions.requests[0]["model"] == "local"
    history = json.dumps(completions.requests[1]["messages"])
    assert "One?" in history
    assert "The first answer." in history


async def test_a_real_model_uses_the_same_tools(talk: Talk) -> None:
    completions = ChatCompletions()
    completions.answers = [("highlight_order", {"order": "7"}), "Done."]
    async with completions.served() as url:
        talk.server.model = real(url)
        await talk.say("Highlight order 7")

    assert talk.state.effects[-1].data["selector"] == "#order-7"
    assert [text.strip() for text in talk.texts()] == ["Done."]


async def test_a_client_tool_call_of_a_model_without_ids_has_an_id_and_can_be_answered(talk: Talk) -> None:
    completions = ChatCompletions()
    completions.answers = [("get_time_zone", {}), "Noted.", ("get_time_zone", {}), "Again."]
    async with completions.served() as url:
        talk.server.model = real(url)
        for _ in range(2):
            await talk.say("Which zone?")
            await talk.stream("threads.add_client_tool_output", thread_id=talk.thread_id, result={"zone": "UTC"})

    items = await talk.items()
    calls = [item for item in items if item["type"] == "client_tool_call"]
    assert len({call["id"] for call in calls}) == 2
    assert "fake" not in json.dumps(items)
    assert '{\\"zone\\": \\"UTC\\"}' in json.dumps(completions.requests[1]["messages"])


async def test_nobody_listens_beside_a_real_model(talk: Talk) -> None:
    talk.server.model = real("http://127.0.0.1:1/v1")
    with pytest.raises(NotImplementedError, match="does not listen"):
        await talk.ask("input.transcribe", audio_base64="AAAA", mime_type="audio/webm;codecs=opus")


async def test_the_first_words_are_the_title(talk: Talk) -> None:
    completions = ChatCompletions()
    completions.answers = ["Hm."]
    async with completions.served() as url:
        talk.server.model = real(url)
        await talk.say("I want to book a flight")

    assert talk.state.title == "I want to book a flight"


@pytest.mark.parametrize(
    ("status", "words", "retry"),
    [(401, "Check OPENAI_API_KEY", False), (404, "OPENAI_MODEL", False), (429, "429", True), (500, "500", True)],
)
async def test_a_refusing_server_is_named_with_advice_and_without_its_text(
    talk: Talk, status: int, words: str, retry: bool
) -> None:
    completions = ChatCompletions()
    completions.answers = [status]
    async with completions.served() as url:
        talk.server.model = real(url)
        await talk.say("Hello?")

    error = talk.state.errors[-1]
    assert error.message is not None
    assert words in error.message
    assert "secret" not in error.message
    assert error.allow_retry is retry
    assert len(completions.requests) == 1, "sent more than once"


async def test_an_unreachable_server_is_named(talk: Talk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    talk.server.model = real(f"http://127.0.0.1:{port}/v1")
    await talk.say("Hello?")

    assert "OPENAI_BASE_URL" in (talk.state.errors[-1].message or "")


async def test_an_attachment_reaches_the_model_as_what_it_is(embed: Callable[..., Embedded], talk: Talk) -> None:
    embedded = embed()
    talk.server = embedded.server
    completions = ChatCompletions()
    completions.answers = ["Seen."]
    dot = BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")
    files = [("note.txt", "text/plain", b"the tide is out"), ("dot.png", "image/png", dot.getvalue())]
    async with completions.served() as url, embedded.client() as http:
        talk.server.model = real(url)
        ids = []
        for name, mime, content in files:
            answer = await http.post("/chatkit/attachments", files={"file": (name, content, mime)})
            assert answer.status_code == 200, answer.text
            ids.append(answer.json()["id"])
        await talk.say("What is in these?", attachments=ids)

    sent = json.dumps(completions.requests[0]["messages"])
    assert "the tide is out" in sent
    assert f"data:image/png;base64,{base64.b64encode(dot.getvalue()).decode()}" in sent


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, type(None)),
        ({"OPENAI_API_KEY": "  "}, type(None)),
        ({"OPENAI_API_KEY": "k"}, OpenAIResponsesModel),
        ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, OpenAIChatCompletionsModel),
        (
            {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_API": "responses"},
            OpenAIResponsesModel,
        ),
    ],
)
def test_the_environment_decides_on_the_model(environment: dict[str, Any], kind: type[object]) -> None:
    assert type(model_from_environment(environment)) is kind


def test_an_api_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'grpc'"):
        model_from_environment({"OPENAI_API_KEY": "k", "OPENAI_API": "grpc"})


# --- what models may stream that the SDK does not survive, or overlooks ---------------------------------------------


async def test_a_citation_of_an_unknown_kind_is_left_out_and_the_rest_survives(talk: Talk) -> None:
    text = "Known here, unknown there, known again."

    def script() -> Script:
        yield Say(
            text,
            citations=(
                cite_url("Known here", "https://example.com/1", "One"),
                Citation("unknown there", lambda at: {"type": "galaxy_citation", "star": at}),
                cite_url("known again", "https://example.com/2", "Two"),
            ),
        )

    talk.server.rate = 10_000.0
    talk.server.model = ScriptedModel(script(), Pace(10_000.0))
    events = await talk.say("hello")

    assert "error" not in {event.type for event in events}
    content = talk.streamed()[1]["content"][0]
    assert content["text"] == text
    assert [annotation["source"]["title"] for annotation in content["annotations"]] == ["One", "Two"]


class Refusing(ScriptedModel):
    """Refuses to answer, in words."""

    async def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        where = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "sequence_number": 0}
        message = ResponseOutputMessage(id="msg_1", role="assistant", type="message", status="in_progress", content=[])
        yield ResponseOutputItemAddedEvent(
            type="response.output_item.added", item=message, output_index=0, sequence_number=0
        )
        part = ResponseOutputRefusal(type="refusal", refusal="")
        yield ResponseContentPartAddedEvent(type="response.content_part.added", part=part, **where)
        for word in ("I ", "will ", "not."):
            yield ResponseRefusalDeltaEvent(type="response.refusal.delta", delta=word, **where)
        yield ResponseRefusalDoneEvent(type="response.refusal.done", refusal="I will not.", **where)
        whole = ResponseOutputRefusal(type="refusal", refusal="I will not.")
        done = message.model_copy(update={"content": [whole], "status": "completed"})
        yield ResponseOutputItemDoneEvent(
            type="response.output_item.done", item=done, output_index=0, sequence_number=0
        )
        answer = ModelAnswer(
            id="resp_1",
            created_at=0,
            model="x",
            object="response",
            output=[done],
            parallel_tool_calls=False,
            tool_choice="auto",
            tools=[],
        )
        yield ResponseCompletedEvent(type="response.completed", response=answer, sequence_number=0)


def nothing() -> Generator[Any, str, None]:
    """A script without a line."""
    yield from ()


async def test_a_refusal_is_streamed_like_any_text(talk: Talk) -> None:
    talk.server.model = Refusing(nothing(), Pace(None))
    events = await talk.say("hello")

    deltas = [e.json["update"]["delta"] for e in events if e.json.get("update", {}).get("delta")]
    assert "".join(deltas) == talk.texts()[0] == "I will not."
    assert talk.streamed() == await talk.items()


class BreakingOff(ScriptedModel):
    """Stops in the middle of a sentence."""

    async def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        where = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "sequence_number": 0}
        message = ResponseOutputMessage(id="msg_1", role="assistant", type="message", status="in_progress", content=[])
        yield ResponseOutputItemAddedEvent(
            type="response.output_item.added", item=message, output_index=0, sequence_number=0
        )
        for word in ("And ", "then "):
            await asyncio.sleep(0.01)
            yield ResponseTextDeltaEvent(type="response.output_text.delta", delta=word, logprobs=[], **where)
        await asyncio.sleep(0.05)
        raise RuntimeError("connection lost")


async def test_an_answer_that_breaks_off_is_kept_and_the_error_shown(talk: Talk) -> None:
    talk.server.model = BreakingOff(nothing(), Pace(None))
    events = await talk.say("hello")

    assert [event.type for event in events][-2:] == ["thread.item.done", "error"]
    assert talk.texts() == ["And then "]
    assert talk.streamed() == await talk.items()
    assert talk.state.errors[-1].allow_retry is True
