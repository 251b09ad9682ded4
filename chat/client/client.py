"""Every operation of the protocol, one method each (protocol facts, section 1)."""

from __future__ import annotations

import asyncio
import base64
import json
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Any, TypeVar

import httpx
from chatkit.actions import Action
from chatkit.types import (
    Attachment,
    AttachmentCreateParams,
    AttachmentDeleteParams,
    AttachmentsCreateReq,
    AttachmentsDeleteReq,
    FeedbackKind,
    InputTranscribeParams,
    InputTranscribeReq,
    ItemFeedbackParams,
    ItemsFeedbackReq,
    ItemsListParams,
    ItemsListReq,
    Page,
    StructuredInputSubmission,
    SyncCustomActionResponse,
    Thread,
    ThreadAddClientToolOutputParams,
    ThreadAddStructuredInputParams,
    ThreadAddUserMessageParams,
    ThreadCreateParams,
    ThreadCustomActionParams,
    ThreadDeleteParams,
    ThreadGetByIdParams,
    ThreadItem,
    ThreadListParams,
    ThreadRetryAfterItemParams,
    ThreadsAddClientToolOutputReq,
    ThreadsAddStructuredInputReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsCustomActionReq,
    ThreadsDeleteReq,
    ThreadsGetByIdReq,
    ThreadsListReq,
    ThreadsRetryAfterItemReq,
    ThreadsSyncCustomActionReq,
    ThreadsUpdateReq,
    ThreadUpdateParams,
    UserMessageInput,
)
from pydantic import BaseModel

from chat.client import uploads
from chat.client.answers import (
    ATTACHMENT,
    ITEM,
    SYNC_ACTION,
    THREAD,
    TRANSCRIPTION,
    document_of,
    empty_items,
    typed,
    typed_page,
)
from chat.client.connection import Connection, origin_of
from chat.client.history import Cursor, LoadedThread, Order, ThreadWalk
from chat.client.network import Network, Resolve, look_up
from chat.client.refusals import Upload, answer_error
from chat.client.requests import as_sent, as_typed, build, document_in, encode, new_exchange
from chat.client.sending import transmit
from chat.client.stream import EventStream
from chat.errors import WorkbenchError
from chat.exchanges import STREAMING_OPERATIONS, Exchange, operation_of
from chat.hosts import address_of

__all__ = ["ChatKitClient"]

_LARGE = 2**20
"""Bytes of an answer after whose parsing others have their turn."""

_T = TypeVar("_T")


class ChatKitClient:
    """
    Speaks to one backend. Every request leaves an `Exchange` behind and is sent exactly once.

    `on_exchange` is called with each exchange when its request is about to be sent; it then grows, and says when it has
    ended. `on_answer` is awaited with each that is no stream, when it has. Streaming operations return an
    `EventStream`; the others are awaited and raise what `chat.errors` draws: `Unreachable`, `Unanswered`, `Redirected`,
    `Refused`, `Rejected`, `Failed`, `BrokenStream`, `NotJSON`, `InvalidAnswer`. Nothing stays open between requests.
    """

    def __init__(
        self,
        connection: Connection,
        on_exchange: Callable[[Exchange], None] | None = None,
        resolve: Resolve = look_up,
    ) -> None:
        """`resolve` looks up the names of file stores."""
        self.connection = connection
        self.on_exchange = on_exchange
        self.on_answer: Callable[[Exchange], Awaitable[None]] | None = None
        self._resolve = resolve
        self._streams: weakref.WeakSet[EventStream] = weakref.WeakSet()

    # Streams

    def create_thread(self, input: UserMessageInput) -> EventStream:
        """`threads.create`: a new thread with the user's first message."""
        return self._stream(ThreadsCreateReq(params=ThreadCreateParams(input=input)))

    def add_user_message(self, thread_id: str, input: UserMessageInput) -> EventStream:
        """`threads.add_user_message`."""
        params = ThreadAddUserMessageParams(thread_id=thread_id, input=input)
        return self._stream(ThreadsAddUserMessageReq(params=params))

    def add_client_tool_output(self, thread_id: str, result: Any) -> EventStream:
        """`threads.add_client_tool_output`: the result (any JSON) of the pending call, which must be the last item."""
        params = ThreadAddClientToolOutputParams(thread_id=thread_id, result=result)
        return self._stream(ThreadsAddClientToolOutputReq(params=params))

    def add_structured_input(self, thread_id: str, item_id: str, input: StructuredInputSubmission) -> EventStream:
        """`threads.add_structured_input`: the answers to a pending question."""
        params = ThreadAddStructuredInputParams(thread_id=thread_id, item_id=item_id, input=input)
        return self._stream(ThreadsAddStructuredInputReq(params=params))

    def retry_after_item(self, thread_id: str, item_id: str) -> EventStream:
        """`threads.retry_after_item`: answer the user's message `item_id` again; the backend deletes what follows."""
        params = ThreadRetryAfterItemParams(thread_id=thread_id, item_id=item_id)
        return self._stream(ThreadsRetryAfterItemReq(params=params))

    def custom_action(self, thread_id: str, item_id: str | None, action: Action[str, Any]) -> EventStream:
        """`threads.custom_action`: a widget's action."""
        params = ThreadCustomActionParams(thread_id=thread_id, item_id=item_id, action=action)
        return self._stream(ThreadsCustomActionReq(params=params))

    # JSON

    async def get_thread(self, thread_id: str) -> Thread:
        """`threads.get_by_id`: the thread with its first items, oldest first. For all of them see `load_thread`."""
        document, exchange = await self._json(_get(thread_id))
        return await typed(THREAD, document, exchange)

    async def list_threads(
        self, limit: int | None = None, order: Order = "desc", after: str | None = None
    ) -> Page[Thread]:
        """
        `threads.list`, one page. When some threads do not validate, `InvalidAnswer.salvaged` is the page of the others.
        """
        request = ThreadsListReq(params=ThreadListParams(limit=limit, order=order, after=after))
        return await typed_page(THREAD, *await self._json(request))

    async def walk_threads(self, limit: int | None = None, cursor: Cursor | None = None) -> AsyncIterator[Page[Thread]]:
        """Every page of `threads.list`, newest first. Endless cursors are stopped; `cursor.problems` then says so."""
        cursor = cursor or Cursor()
        seen: set[str] = set()
        after: str | None = None
        while True:
            page = await self.list_threads(limit, "desc", after)
            ids = {thread.id for thread in page.data}
            news = len(ids - seen)
            seen |= ids
            yield page
            after = cursor.following(page.has_more, page.after, news)
            if after is None:
                return

    async def list_items(
        self, thread_id: str, limit: int | None = None, order: Order = "desc", after: str | None = None
    ) -> Page[ThreadItem]:
        """`items.list`, one page; `InvalidAnswer.salvaged` as in `list_threads`."""
        return await typed_page(ITEM, *await self._json(_items(thread_id, limit, order, after)))

    async def load_thread(self, thread_id: str) -> LoadedThread:
        """
        Everything stored of a thread: `threads.get_by_id`, then `items.list` to the end (protocol facts, 3.6).

        Raises for the first request as `get_thread` does; a later page's error is in the result, with what came before.
        """
        walk = self.walk_thread(thread_id)
        await walk.begin()
        return await walk.go_on()

    def walk_thread(self, thread_id: str) -> ThreadWalk:
        """The same in steps, for whoever wants to see the end of a long thread before its middle."""
        return ThreadWalk(
            thread_id,
            get=lambda: self._json(_get(thread_id)),
            list_items=lambda limit, order, after: self._json(_items(thread_id, limit, order, after)),
            as_thread=lambda document, exchange: typed(THREAD, empty_items(document), exchange),
        )

    async def update_thread(self, thread_id: str, title: str) -> Thread:
        """`threads.update`: give the thread a title."""
        request = ThreadsUpdateReq(params=ThreadUpdateParams(thread_id=thread_id, title=title))
        document, exchange = await self._json(request)
        return await typed(THREAD, document, exchange)

    async def delete_thread(self, thread_id: str) -> None:
        """`threads.delete`. The answer's body is `{}`; what it really is does not matter."""
        await self._done(ThreadsDeleteReq(params=ThreadDeleteParams(thread_id=thread_id)))

    async def feedback(self, thread_id: str, item_ids: Sequence[str], kind: FeedbackKind) -> None:
        """`items.feedback`: thumbs up or down."""
        params = ItemFeedbackParams(thread_id=thread_id, item_ids=list(item_ids), kind=kind)
        await self._done(ItemsFeedbackReq(params=params))

    async def sync_custom_action(
        self, thread_id: str, item_id: str | None, action: Action[str, Any]
    ) -> SyncCustomActionResponse:
        """`threads.sync_custom_action`: a widget's action that is answered with the updated item, or nothing."""
        params = ThreadCustomActionParams(thread_id=thread_id, item_id=item_id, action=action)
        document, exchange = await self._json(ThreadsSyncCustomActionReq(params=params))
        return await typed(SYNC_ACTION, document, exchange)

    async def transcribe(self, audio: bytes, mime_type: str) -> str:
        """`input.transcribe`: the text of a recording."""
        params = InputTranscribeParams(audio_base64=base64.b64encode(audio).decode(), mime_type=mime_type)
        document, exchange = await self._json(InputTranscribeReq(params=params))
        return (await typed(TRANSCRIPTION, document, exchange)).text

    # Attachments

    async def create_attachment(self, name: str, size: int, mime_type: str) -> Attachment:
        """`attachments.create`: register a file of `size` bytes; its bytes go out with `upload`."""
        params = AttachmentCreateParams(name=name, size=size, mime_type=mime_type)
        attachment: Attachment = await typed(ATTACHMENT, *await self._json(AttachmentsCreateReq(params=params)))
        return attachment

    async def upload(self, attachment: Attachment, data: bytes) -> Exchange:
        """
        The second phase: send the bytes where the attachment's `upload_descriptor` says.

        This connection's headers go along only to its own origin; other origins get the descriptor's headers alone.
        Raises `InvalidAnswer` when there is no descriptor, or when it points where no backend has business to send a
        browser.
        """
        connection = await self.connection.for_request("", {})
        request = uploads.descriptor_request(connection, attachment, data)
        reach = uploads.Reach(self.connection, request.url, self._resolve)
        literal = address_of(request.url.host)
        if literal is not None and not await reach.permits(literal):
            raise uploads.no_file_store(self.connection, request.url)
        network = Network(self._resolve, reach.permits)
        prepared = self._prepared(request, b"", connection, operation="", size=len(data))
        return await self._settled(*prepared, connection, network, upload="bytes")

    async def upload_direct(self, url: str, name: str, data: bytes, mime_type: str) -> Attachment:
        """The direct strategy: POST a form with the field `file` to `url`, which answers with the attachment."""
        connection = await self.connection.for_request("", {})
        request = uploads.form_request(connection, url, name, data, mime_type)
        size = int(request.headers["content-length"])
        prepared = self._prepared(request, b"", connection, operation="", size=size)
        exchange = await self._settled(*prepared, connection, upload="form")
        attachment: Attachment = await typed(ATTACHMENT, document_of(exchange), exchange)
        return attachment

    async def delete_attachment(self, attachment_id: str) -> None:
        """`attachments.delete`."""
        await self._done(AttachmentsDeleteReq(params=AttachmentDeleteParams(attachment_id=attachment_id)))

    # Anything

    async def raw(
        self, body: bytes | dict[str, Any], *, method: str = "POST", headers: Sequence[tuple[str, str]] = ()
    ) -> Exchange:
        """
        Send anything, for probes: the exchange comes back whatever happened, and its outcome and status tell.

        `headers` replace the connection's and the defaults of the same name. Raises nothing of `chat.errors`, but what
        `Connection.for_request` raises.
        """
        if isinstance(body, dict) and "params" in body:
            body = {**body, "params": as_sent(body["params"], self.connection)}
        document = body if isinstance(body, dict) else document_in(body)
        connection = await self.connection.for_request(str(document.get("type", "")), document)
        if isinstance(body, dict) and "params" in body and connection.added.metadata:
            body = {**body, "metadata": {**body.get("metadata", {}), **connection.added.metadata}}
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        streaming = operation_of(content) in STREAMING_OPERATIONS
        request = build(connection, content, method=method, streaming=streaming, headers=headers)
        _, exchange = self._prepared(request, content, connection)
        self._announce(exchange)
        await transmit(exchange, request, connection)
        return exchange

    def raw_stream(
        self, text: str, headers: Sequence[tuple[str, str]] = (), without: Collection[str] = ()
    ) -> EventStream:
        """
        Send what somebody typed, as it is (`as_typed`), and read whatever comes: an answer in JSON has no events.

        `headers` and `without` are for this one request (`Connection.once`, which may raise `BadConnection`).
        """
        connection = self.connection.once(headers, without)
        connection.learn(document_in(as_typed(text, connection)).get("metadata"))

        def prepared() -> tuple[httpx.Request, Exchange]:
            body = as_typed(text, connection)
            streaming = operation_of(body) in STREAMING_OPERATIONS
            return self._prepared(build(connection, body, streaming=streaming), body, connection)

        request, exchange = prepared()

        async def complete() -> None:
            nonlocal request, connection
            document = document_in(as_typed(text, connection))
            connection = await connection.for_request(str(document.get("type", "")), document)
            request, made = prepared()
            exchange.request = made.request

        async def send(on_progress: Callable[[], None]) -> WorkbenchError | None:
            return await transmit(exchange, request, connection, on_progress)

        stream = EventStream(exchange, send, self._announce, complete if connection.computed else None)
        self._streams.add(stream)
        return stream

    async def aclose(self) -> None:
        """Close the streams that still run. The client can be used again afterwards."""
        for stream in list(self._streams):
            await stream.aclose()

    def _announce(self, exchange: Exchange) -> None:
        if self.on_exchange is not None:
            self.on_exchange(exchange)

    def _prepared(
        self,
        request: httpx.Request,
        body: bytes,
        connection: Connection,
        *,
        operation: str | None = None,
        size: int | None = None,
    ) -> tuple[httpx.Request, Exchange]:
        by_hand = "cookie" in connection.left_out or any(name.lower() == "cookie" for name, _ in connection.typed)
        cookies = None if by_hand else connection.cookies
        if cookies is not None and origin_of(request.url) == connection.origin:
            cookies.put_into(request)
        return request, new_exchange(connection, request, body, operation=operation, size=size)

    async def _for(self, operation: BaseModel) -> tuple[Connection, bytes]:
        """The connection as it is for this one request, and its body."""
        body = encode(operation, self.connection)
        if self.connection.computed is None:
            return self.connection, body
        document = document_in(body)
        connection = await self.connection.for_request(document["type"], document)
        return connection, encode(operation, connection)

    def _stream(self, operation: BaseModel) -> EventStream:
        body = encode(operation, self.connection)
        request, exchange = self._prepared(build(self.connection, body, streaming=True), body, self.connection)
        connection = self.connection

        async def complete() -> None:
            nonlocal request, connection
            connection, whole = await self._for(operation)
            request, made = self._prepared(build(connection, whole, streaming=True), whole, connection)
            exchange.request = made.request

        async def send(on_progress: Callable[[], None]) -> WorkbenchError | None:
            return await transmit(exchange, request, connection, on_progress)

        stream = EventStream(exchange, send, self._announce, complete if connection.computed else None)
        self._streams.add(stream)
        return stream

    async def _settled(
        self,
        request: httpx.Request,
        exchange: Exchange,
        connection: Connection,
        network: Network | None = None,
        upload: Upload | None = None,
    ) -> Exchange:
        """Send, and raise unless a whole answer came with a status of success."""
        self._announce(exchange)
        failure = await transmit(exchange, request, connection, network=network)
        if self.on_answer is not None:
            await self.on_answer(exchange)
        # A status that says no explains more than the way its body ended.
        if error := answer_error(exchange, upload) or failure:
            raise error
        return exchange

    async def _json(self, operation: BaseModel) -> tuple[dict[str, Any], Exchange]:
        exchange = await self._sent(operation)
        document = document_of(exchange)
        if exchange.size > _LARGE:
            await asyncio.sleep(0)
        return document, exchange

    async def _done(self, operation: BaseModel) -> None:
        await self._sent(operation)

    async def _sent(self, operation: BaseModel) -> Exchange:
        connection, body = await self._for(operation)
        return await self._settled(*self._prepared(build(connection, body), body, connection), connection)


def _get(thread_id: str) -> ThreadsGetByIdReq:
    return ThreadsGetByIdReq(params=ThreadGetByIdParams(thread_id=thread_id))


def _items(thread_id: str, limit: int | None, order: Order, after: str | None) -> ItemsListReq:
    return ItemsListReq(params=ItemsListParams(thread_id=thread_id, limit=limit, order=order, after=after))
