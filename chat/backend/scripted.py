"""A model that needs no key: it plays a script and streams it as the Responses API would.

It is an ordinary `agents.Model`: the Runner executes the tools it calls and gives it their results, and what reaches
the client is made by the SDK from its events, as it is from a real model's.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from itertools import count
from time import time
from typing import Any
from uuid import uuid4

from agents import AgentOutputSchemaBase, Handoff, Model, ModelResponse, ModelSettings, ModelTracing, Tool, Usage
from agents.items import TResponseInputItem
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseImageGenCallCompletedEvent,
    ResponseImageGenCallInProgressEvent,
    ResponseImageGenCallPartialImageEvent,
    ResponseOutputItem,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseOutputTextAnnotationAddedEvent,
    ResponseReasoningItem,
    ResponseReasoningSummaryTextDeltaEvent,
    ResponseReasoningSummaryTextDoneEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from openai.types.responses.response_output_item import ImageGenerationCall
from openai.types.responses.response_prompt_param import ResponsePromptParam
from openai.types.responses.response_reasoning_item import Summary

from chat.backend.pace import Pace, piece_count, pieces
from chat.backend.script import Call, Draw, Say, Script, Step, Think

__all__ = ["ScriptedModel"]

_NAME = "scripted"
_PREVIEW_SECONDS = 0.8


class ScriptedModel(Model):
    """Plays one script, over as many responses as it has tool calls. One object per run."""

    def __init__(self, script: Script, pace: Pace) -> None:
        self._script = script
        self._pace = pace
        self._call_id: str | None = None
        self._sequence = count()

    async def get_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> ModelResponse:
        """The whole response at once."""
        async for event in self._respond(input):
            if isinstance(event, ResponseTextDeltaEvent):
                self._pace.passed(piece_count(event.delta))
            if isinstance(event, ResponseCompletedEvent):
                response = event.response
        return ModelResponse(output=response.output, usage=Usage(requests=1), response_id=response.id)

    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> AsyncIterator[ResponseStreamEvent]:
        """The events of one response, at the script's pace."""
        async for event in self._respond(input):
            yield event

    async def _respond(self, input: str | list[TResponseInputItem]) -> AsyncIterator[ResponseStreamEvent]:
        response = Response(
            id=_new_id("resp"),
            created_at=time(),
            model=_NAME,
            object="response",
            output=[],
            parallel_tool_calls=False,
            tool_choice="auto",
            tools=[],
            status="in_progress",
        )
        yield ResponseCreatedEvent(
            type="response.created", response=response.model_copy(), sequence_number=next(self._sequence)
        )
        output: list[ResponseOutputItem] = []
        step = self._next_step(_output_of(self._call_id, input))
        while step is not None:
            async for event in self._perform(step, len(output)):
                if isinstance(event, ResponseOutputItemDoneEvent):
                    output.append(event.item)
                yield event
            if isinstance(step, Call):
                break
            step = self._next_step(None)
        yield ResponseCompletedEvent(
            type="response.completed",
            response=response.model_copy(update={"output": output, "status": "completed"}),
            sequence_number=next(self._sequence),
        )

    def _next_step(self, result: str | None) -> Step | None:
        try:
            return next(self._script) if result is None else self._script.send(result)
        except StopIteration:
            return None

    def _perform(self, step: Step, place: int) -> AsyncIterator[ResponseStreamEvent]:
        match step:
            case Say():
                return self._say(step, place)
            case Think():
                return self._think(step, place)
            case Draw():
                return self._draw(step, place)
            case Call():
                return self._call(step, place)

    async def _say(self, step: Say, place: int) -> AsyncIterator[ResponseStreamEvent]:
        item_id = _new_id("msg")
        where: dict[str, Any] = {"item_id": item_id, "output_index": place, "content_index": 0}
        message = ResponseOutputMessage(id=item_id, role="assistant", type="message", status="in_progress", content=[])
        yield self._added(message, place)
        part = ResponseOutputText(type="output_text", text="", annotations=[])
        yield ResponseContentPartAddedEvent(
            type="response.content_part.added", part=part, sequence_number=next(self._sequence), **where
        )
        # Not validated, like what the client library builds from the wire: annotations may be of an unknown kind.
        waiting = _placed(step)
        annotations: list[Any] = []
        said = 0
        async for piece in self._pace.deltas(step.text, [at for at, _ in waiting]):
            yield ResponseTextDeltaEvent(
                type="response.output_text.delta",
                delta=piece,
                logprobs=[],
                sequence_number=next(self._sequence),
                **where,
            )
            said += len(piece)
            while waiting and waiting[0][0] <= said:
                annotation: Any = waiting.pop(0)[1]
                yield ResponseOutputTextAnnotationAddedEvent.model_construct(
                    type="response.output_text.annotation.added",
                    annotation=annotation,
                    annotation_index=len(annotations),
                    sequence_number=next(self._sequence),
                    **where,
                )
                annotations.append(annotation)
        yield ResponseTextDoneEvent(
            type="response.output_text.done",
            text=step.text,
            logprobs=[],
            sequence_number=next(self._sequence),
            **where,
        )
        whole = ResponseOutputText.model_construct(type="output_text", text=step.text, annotations=annotations)
        yield ResponseContentPartDoneEvent.model_construct(
            type="response.content_part.done", part=whole, sequence_number=next(self._sequence), **where
        )
        yield self._done(message.model_copy(update={"status": "completed", "content": [whole]}), place)

    async def _think(self, step: Think, place: int) -> AsyncIterator[ResponseStreamEvent]:
        item_id = _new_id("rs")
        where: dict[str, Any] = {"item_id": item_id, "output_index": place, "summary_index": 0}
        yield self._added(ResponseReasoningItem(id=item_id, type="reasoning", summary=[]), place)
        for piece in pieces(step.summary):
            await self._pace.speak(piece)
            yield ResponseReasoningSummaryTextDeltaEvent(
                type="response.reasoning_summary_text.delta",
                delta=piece,
                sequence_number=next(self._sequence),
                **where,
            )
        yield ResponseReasoningSummaryTextDoneEvent(
            type="response.reasoning_summary_text.done",
            text=step.summary,
            sequence_number=next(self._sequence),
            **where,
        )
        summary = [Summary(type="summary_text", text=step.summary)]
        yield self._done(ResponseReasoningItem(id=item_id, type="reasoning", summary=summary), place)

    async def _draw(self, step: Draw, place: int) -> AsyncIterator[ResponseStreamEvent]:
        item_id = _new_id("ig")
        where: dict[str, Any] = {"item_id": item_id, "output_index": place}
        call = ImageGenerationCall(id=item_id, type="image_generation_call", status="in_progress", result=None)
        yield self._added(call, place)
        yield ResponseImageGenCallInProgressEvent(
            type="response.image_generation_call.in_progress", sequence_number=next(self._sequence), **where
        )
        for number, preview in enumerate(await asyncio.to_thread(step.previews)):
            await self._pace.pause(_PREVIEW_SECONDS)
            yield ResponseImageGenCallPartialImageEvent(
                type="response.image_generation_call.partial_image",
                partial_image_b64=base64.b64encode(preview).decode(),
                partial_image_index=number,
                sequence_number=next(self._sequence),
                **where,
            )
        await self._pace.pause(_PREVIEW_SECONDS)
        yield ResponseImageGenCallCompletedEvent(
            type="response.image_generation_call.completed", sequence_number=next(self._sequence), **where
        )
        result = base64.b64encode(await asyncio.to_thread(step.image)).decode()
        yield self._done(call.model_copy(update={"status": "completed", "result": result}), place)

    async def _call(self, step: Call, place: int) -> AsyncIterator[ResponseStreamEvent]:
        item_id = _new_id("fc")
        where: dict[str, Any] = {"item_id": item_id, "output_index": place}
        self._call_id = _new_id("call")
        arguments = json.dumps(dict(step.arguments), ensure_ascii=False)
        call = ResponseFunctionToolCall(
            id=item_id,
            type="function_call",
            call_id=self._call_id,
            name=step.tool,
            arguments="",
            status="in_progress",
        )
        yield self._added(call, place)
        for piece in pieces(arguments):
            yield ResponseFunctionCallArgumentsDeltaEvent(
                type="response.function_call_arguments.delta",
                delta=piece,
                sequence_number=next(self._sequence),
                **where,
            )
        yield ResponseFunctionCallArgumentsDoneEvent(
            type="response.function_call_arguments.done",
            name=step.tool,
            arguments=arguments,
            sequence_number=next(self._sequence),
            **where,
        )
        yield self._done(call.model_copy(update={"status": "completed", "arguments": arguments}), place)

    def _added(self, item: ResponseOutputItem, place: int) -> ResponseOutputItemAddedEvent:
        return ResponseOutputItemAddedEvent.model_construct(
            type="response.output_item.added", item=item, output_index=place, sequence_number=next(self._sequence)
        )

    def _done(self, item: ResponseOutputItem, place: int) -> ResponseOutputItemDoneEvent:
        return ResponseOutputItemDoneEvent.model_construct(
            type="response.output_item.done", item=item, output_index=place, sequence_number=next(self._sequence)
        )


def _placed(step: Say) -> list[tuple[int, object]]:
    """The annotations of `step` with the offsets they are due at, in that order."""
    found = []
    for citation in step.citations:
        at = step.text.find(citation.after)
        if at < 0:
            raise ValueError(f"the text to cite does not contain {citation.after!r}")
        at += len(citation.after)
        found.append((at, citation.annotation(at)))
    return sorted(found, key=lambda entry: entry[0])


def _output_of(call_id: str | None, input: str | list[TResponseInputItem]) -> str | None:
    """What the tool called with `call_id` returned, None before the first call."""
    if call_id is None or isinstance(input, str):
        return None
    for item in reversed(input):
        if item.get("type") == "function_call_output" and item.get("call_id") == call_id:
            output: object = item.get("output")
            return output if isinstance(output, str) else json.dumps(output)
    return ""


def _new_id(prefix: str) -> str:
    return f"{prefix}_{uuid4().hex}"
