"""What can be said about a request before the SDK sees it: is it one, and is there what it talks about?

Behind a plain route the SDK answers 500 to a body it cannot read, and breaks a stream off in the middle of a chunk
for a thread it does not know. Everything here is found out while an HTTP status can still say so.
"""

import base64
import binascii
from typing import Any

from chatkit.server import ChatKitServer
from chatkit.types import (
    AttachmentsCreateReq,
    AttachmentsDeleteReq,
    ChatKitReq,
    ClientToolCallItem,
    InputTranscribeReq,
    StructuredInputItem,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsCustomActionReq,
    ThreadsRetryAfterItemReq,
    ThreadsSyncCustomActionReq,
    UserMessageInput,
    UserMessageItem,
    WidgetItem,
)
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from chat.backend.context import RequestContext

__all__ = ["REQUEST", "Rejected", "check", "parse"]

REQUEST: TypeAdapter[ChatKitReq] = TypeAdapter(ChatKitReq)
# The SDK makes one for each request, which takes longer than to answer most of them. Of a type that has these three, as
# models have them, pydantic takes them and makes none.
for _name in ("core_schema", "validator", "serializer"):
    setattr(ChatKitReq, f"__pydantic_{_name}__", getattr(REQUEST, _name))
_PROBLEMS_SHOWN = 3
_MAX_SHOWN = 80


class Rejected(Exception):
    """The request cannot be served. The message says why, to its sender; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def parse(body: bytes) -> ChatKitReq:
    """The typed request in a body.

    Raises:
        Rejected: 400, with the path of what is wrong (`$.params.thread_id`), what was expected, and what came.
    """
    try:
        return REQUEST.validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True)
    message = "; ".join(_in_words(problem, body) for problem in problems[:_PROBLEMS_SHOWN])
    more = len(problems) - _PROBLEMS_SHOWN
    raise Rejected(400, message + (f"; and {more} more" if more > 0 else "") + ".")


async def check(request: ChatKitReq, server: ChatKitServer[RequestContext], context: RequestContext) -> None:
    """Raise when the request is about something that is not there, or not in a state for it.

    Raises:
        Rejected: 400, 404, 409 or 501.
        NotFoundError: an id is unknown, or another user's.
    """
    params = request.params
    store = server.store
    thread_id: str | None = getattr(params, "thread_id", None)
    thread = None if thread_id is None else await store.load_thread(thread_id, context)
    match request:
        case ThreadsCreateReq() | ThreadsAddUserMessageReq():
            await _check_attachments(request.params.input, server, context)
        case ThreadsRetryAfterItemReq():
            item = await store.load_item(request.params.thread_id, request.params.item_id, context)
            if not isinstance(item, UserMessageItem):
                raise Rejected(400, f"$.params.item_id: {item.id} is no user message but {_kind(item)}.")
        case ThreadsAddStructuredInputReq():
            item = await store.load_item(request.params.thread_id, request.params.item_id, context)
            if not isinstance(item, StructuredInputItem):
                raise Rejected(400, f"$.params.item_id: {item.id} asks nothing, it is {_kind(item)}.")
            if item.status != "pending":
                raise Rejected(409, f"{item.id} was {item.status} already.")
        case ThreadsCustomActionReq() | ThreadsSyncCustomActionReq():
            if request.params.item_id is not None:
                item = await store.load_item(request.params.thread_id, request.params.item_id, context)
                if not isinstance(item, WidgetItem):
                    raise Rejected(400, f"$.params.item_id: actions come from widgets, {item.id} is {_kind(item)}.")
        case ThreadsAddClientToolOutputReq() if thread is not None:
            last = (await store.load_thread_items(thread.id, None, 1, "desc", context)).data
            if not last or not isinstance(last[0], ClientToolCallItem) or last[0].status != "pending":
                raise Rejected(409, f"Thread {thread.id} does not end in a client tool call that waits for its output.")
        case InputTranscribeReq():
            try:
                base64.b64decode(request.params.audio_base64)
            except (binascii.Error, ValueError) as error:
                raise Rejected(400, f"$.params.audio_base64: not base64 ({error}).") from None
        case AttachmentsCreateReq() | AttachmentsDeleteReq() if server.attachment_store is None:
            raise Rejected(501, "This backend takes no attachments.")
        case _:
            pass


async def _check_attachments(
    input: UserMessageInput, server: ChatKitServer[RequestContext], context: RequestContext
) -> None:
    for index, attachment_id in enumerate(input.attachments):
        attachment = await server.store.load_attachment(attachment_id, context)
        if attachment.upload_descriptor is not None:
            raise Rejected(400, f"$.params.input.attachments[{index}]: {attachment.name} has not been uploaded yet.")


def _kind(item: Any) -> str:
    return str(item.type).replace("_", " ")


def _in_words(problem: ErrorDetails, body: bytes) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "json_invalid":
        return f"The body is not JSON: {context.get('error', problem['msg'])}"
    if kind in ("model_attributes_type", "model_type", "dict_type") and not problem["loc"]:
        return f"The body is not a JSON object, but {_shown(problem['input'])}"
    if kind == "union_tag_not_found":
        return '$.type: the body names no operation; send {"type": "threads.create", "params": {…}} or another'
    if kind == "union_tag_invalid" and not problem["loc"]:
        return f"$.type: unknown operation {_shown(context.get('tag'))}; known are {_operations(context)}"
    path = _path(problem["loc"], from_json(body))
    if kind == "missing":
        return f"{path}: missing"
    return f"{path}: {problem['msg'][:1].lower()}{problem['msg'][1:]}, got {_shown(problem['input'])}"


def _operations(context: dict[str, Any]) -> str:
    return str(context.get("expected_tags", "")).replace("'", "")


def _path(location: tuple[int | str, ...], data: Any) -> str:
    """The JSON path in `data` of pydantic's location, which has the names of union members among the keys."""
    path = "$"
    for place, part in enumerate(location):
        if isinstance(part, int):
            path += f"[{part}]"
            data = data[part] if isinstance(data, list) and part < len(data) else None
        elif isinstance(data, dict) and part in data:
            path += f".{part}"
            data = data[part]
        elif place == len(location) - 1:
            path += f".{part}"
    return path


def _shown(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
