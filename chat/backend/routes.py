"""The embedded backend's HTTP routes: POST /chatkit, attachments, /healthz.

What the SDK does not say, these do: a request that cannot be served is answered 400, 401, 403, 404, 405, 409, 413,
500, 501 or 503 with `{"message": …}`, the one key the official widget shows. A stream that fails ends in an `error`
event, and one that fails at once consists of it: at a 5xx the widget would send the same message five times more.
Browsers may call from pages of the same origin and of those that are allowed by name.
"""

import asyncio
import contextlib
import errno
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import NotFoundError
from chatkit.types import Attachment, ErrorEvent, is_streaming_req
from fastapi import FastAPI
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from chat.backend.attachments import UPLOAD_TOKEN_HEADER, AttachmentRefused, Attachments, Purpose, content_headers
from chat.backend.auth import JwtSettings, Unauthorized, authenticate
from chat.backend.context import RequestContext
from chat.backend.health import healthz
from chat.backend.requests import Rejected, check, parse
from chat.backend.server import UnknownAction
from chat.backend.settings import checked_origins
from chat.guard import foreign_page
from chat.own_failures import of_its_store
from storage import AttachmentFiles, BadPage, DatabaseBusy, StorageError

__all__ = ["MAX_BODY_BYTES", "Backend", "mount"]

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 16 * 1024 * 1024
"""Of a ChatKit request. The largest are those with speech in them."""

_MULTIPART_OVERHEAD = 64 * 1024
_LANGUAGE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,4}")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?")
_EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_PREFLIGHT_AGE_S = "600"
_STREAM_HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",  # nginx would hold the events back until its buffer is full
    "X-Content-Type-Options": "nosniff",
}

Endpoint = Callable[[Request], Awaitable[Response]]


def mount(
    app: FastAPI,
    server: ChatKitServer[RequestContext],
    *,
    jwt: JwtSettings | None = None,
    allowed_origins: tuple[str, ...] = (),
    path: str = "/chatkit",
    max_body: int = MAX_BODY_BYTES,
) -> "Backend":
    """Add the backend's routes to an application; those of attachments when the server's store is an `Attachments`.

    `jwt` None means one local user. `allowed_origins` are those of other sites' pages that may call
    (`https://app.example.org`); there is no "*", for any page open in the browser could then read the user's threads.
    `max_body` is the largest request, in bytes. Call the result's `close` before the database is closed.

    Raises:
        ValueError: an allowed origin is none.
    """
    backend = Backend(server, jwt, checked_origins(allowed_origins), max_body)
    app.router.routes += [healthz(), *backend.routes(path)]
    return backend


class Backend:
    """The endpoints, and the answers they are giving."""

    def __init__(
        self,
        server: ChatKitServer[RequestContext],
        jwt: JwtSettings | None,
        allowed_origins: frozenset[str],
        max_body: int = MAX_BODY_BYTES,
    ) -> None:
        self.server = server
        self.attachments = server.attachment_store if isinstance(server.attachment_store, Attachments) else None
        self._jwt = jwt
        self._allowed_origins = allowed_origins
        self._max_body = max_body
        self._streaming: set[asyncio.Task[None]] = set()

    def routes(self, path: str = "/chatkit") -> list[Route]:
        """The routes: `path`, and those of attachments when the server's store is an `Attachments`."""
        found = [Route(path, self.guarded(POST=self.chatkit), methods=_EVERY_METHOD)]
        if self.attachments is not None:
            uploads = self.attachments.path
            one = self.guarded(GET=self.show, HEAD=self.show, PUT=self.upload)
            found += [
                Route(uploads, self.guarded(POST=self.upload_directly), methods=_EVERY_METHOD),
                Route(f"{uploads}/{{attachment_id}}", one, methods=_EVERY_METHOD),
            ]
        return found

    async def close(self, timeout: float = 5.0) -> None:
        """Cancel the answers that are being made and wait, at most `timeout` seconds, until they are stored."""
        streaming = set(self._streaming)
        for task in streaming:
            task.cancel()
        if streaming:
            await asyncio.wait(streaming, timeout=timeout)

    def guarded(self, **endpoints: Endpoint) -> Endpoint:
        """One endpoint for a path, from one per method: with CORS, and with every error as `{"message": …}`."""
        methods = ", ".join([*endpoints, "OPTIONS"])

        async def guarded(request: Request) -> Response:
            caller = _caller(request, self._allowed_origins)
            if not caller.allowed:
                return _failure(403, f"Pages of {caller.page} may not call this backend. Allow that origin first.")
            if request.method == "OPTIONS":
                response = _preflight(request, methods)
            elif request.method not in endpoints:
                response = _failure(405, f"{request.method} is not possible here, only {methods}.", Allow=methods)
            else:
                try:
                    response = await endpoints[request.method](request)
                except Exception as error:
                    response = _answer_to(error)
            if caller.page in self._allowed_origins:
                response.headers["Access-Control-Allow-Origin"] = caller.page
            if self._allowed_origins:
                response.headers.append("Vary", "Origin")
            return response

        return guarded

    async def chatkit(self, http: Request) -> Response:
        """Any ChatKit operation."""
        context = self._context(http)
        body = await _body(http, self._max_body)
        request = parse(body)
        try:
            await check(request, self.server, context)
            result = await self.server.process(body, context)
            if not isinstance(result, StreamingResult):
                return Response(result.json, media_type="application/json", headers={"Cache-Control": "no-store"})
            return await self._stream(result.json_events)
        except Exception as error:
            failure = _answer_to(error)
            if not is_streaming_req(request) or failure.status_code < 500 or failure.status_code == 501:
                return failure
            return Response(_error_event(error), media_type="text/event-stream", headers=_STREAM_HEADERS)

    async def _stream(self, events: AsyncGenerator[bytes, None]) -> Response:
        try:
            # Until its first event an answer can still fail with a status of its own.
            first = await anext(events)
        except StopAsyncIteration:
            raise RuntimeError("The answer ended without an event.") from None
        return StreamedAnswer(first, events, self._streaming)

    async def upload_directly(self, http: Request) -> Response:
        """A multipart form with a `file`: answered with the attachment."""
        assert self.attachments is not None
        context = self._context(http)
        limit = self.attachments.max_bytes + _MULTIPART_OVERHEAD
        _check_length(http, limit)
        try:
            form = await Request(http.scope, _limited(http.receive, limit)).form(max_files=1, max_fields=20)
        except HTTPException as error:
            raise Rejected(400, f"Not a form that can be read: {error.detail}") from None
        try:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Rejected(400, 'The form has no file in its field "file".')
            mime_type = file.content_type or ""
            attachment = await self.attachments.add(file.filename or "", mime_type, _chunks(file), context)
        finally:
            await form.close()
        return _attachment(attachment)

    async def upload(self, http: Request) -> Response:
        """The bytes of an attachment that was announced."""
        assert self.attachments is not None
        attachment_id = http.path_params["attachment_id"]
        context = self._context_by_token(http, "upload", http.headers.get(UPLOAD_TOKEN_HEADER))
        _check_length(http, self.attachments.max_bytes)
        return _attachment(await self.attachments.upload(attachment_id, http.stream(), context))

    async def show(self, http: Request) -> Response:
        """The bytes of an attachment, as an image or as a download."""
        assert self.attachments is not None
        attachment_id = http.path_params["attachment_id"]
        context = self._context_by_token(http, "show", http.query_params.get("token"))
        attachment = await self.server.store.load_attachment(attachment_id, context)
        headers = content_headers(attachment, cross_origin=bool(self._allowed_origins))
        files = self.attachments.files
        if isinstance(files, AttachmentFiles):
            file = files.path(attachment_id)
            if not await asyncio.to_thread(file.is_file):
                raise NotFoundError(f"{attachment.name} has no content.")
            return FileResponse(file, headers=headers)
        try:
            content = await files.read(attachment_id)
        except FileNotFoundError:
            raise NotFoundError(f"{attachment.name} has no content.") from None
        return Response(content, headers=headers)

    def _context(self, http: Request, user_id: str | None = None) -> RequestContext:
        if user_id is None:
            user_id = authenticate(http.headers.getlist("authorization"), self._jwt)
        if not _HOST.fullmatch(http.headers.get("host", "")):
            raise Rejected(400, "The Host header is missing or names no host.")
        language = _LANGUAGE.match(http.headers.get("accept-language", "").strip())
        return RequestContext(
            user_id=user_id,
            base_url=f"{http.url.scheme}://{http.headers['host']}",
            locale=language[0] if language else "en",
        )

    def _context_by_token(self, http: Request, purpose: Purpose, token: str | None) -> RequestContext:
        assert self.attachments is not None
        if token is None:
            return self._context(http)
        user_id = self.attachments.token_user(purpose, http.path_params["attachment_id"], token)
        if user_id is None:
            raise Unauthorized("The URL's token is not one for this attachment.")
        return self._context(http, user_id)


class StreamedAnswer(Response):
    """An answer as it is made. When the client goes, the answer is cancelled, and what was made of it is stored."""

    media_type = "text/event-stream"

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None], streaming: set[asyncio.Task[None]]) -> None:
        """`streaming` holds the task that sends the answer for as long as it runs."""
        self.status_code = 200
        self.background = None
        self.init_headers(_STREAM_HEADERS)
        self._first = first
        self._rest = rest
        self._streaming = streaming

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A task of its own: middleware may cancel this one over and over, and storing takes a few steps.
        sending = asyncio.create_task(self._send(send))
        watching = asyncio.create_task(_disconnect(receive))
        self._streaming.add(sending)
        sending.add_done_callback(self._streaming.discard)
        try:
            await asyncio.wait({sending, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                sending.cancel()
                await asyncio.wait({sending})
        finally:
            sending.cancel()
            watching.cancel()

    async def _send(self, send: Send) -> None:
        async def body(content: bytes, more: bool = True) -> None:
            await send({"type": "http.response.body", "body": content, "more_body": more})

        async with contextlib.aclosing(self._rest) as rest:
            try:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await body(self._first)
                async for event in rest:
                    await body(event)
                await body(b"", more=False)
            except Exception as error:
                log.error("An answer failed", exc_info=error)
                with contextlib.suppress(OSError):  # some servers say so in this way that the client is gone
                    await body(_error_event(error))
                    await body(b"", more=False)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Caller(NamedTuple):
    """The page of another origin that a browser calls for; `page` is "" when there is none."""

    page: str
    allowed: bool


def _caller(request: Request, allowed_origins: frozenset[str]) -> Caller:
    page = foreign_page(request.headers)
    # An image has no Origin: where some page may show one, it cannot be told which page it is on.
    seen = "origin" not in request.headers and request.method in ("GET", "HEAD") and bool(allowed_origins)
    return Caller(page, not page or page in allowed_origins or seen)


def _preflight(request: Request, methods: str) -> Response:
    # Integrators add headers of their own, so any header is allowed: which origins may send is what protects.
    headers = {"Allow": methods, "Access-Control-Allow-Methods": methods, "Access-Control-Max-Age": _PREFLIGHT_AGE_S}
    wanted = request.headers.get("access-control-request-headers")
    if wanted is not None:
        headers["Access-Control-Allow-Headers"] = wanted
    return Response(status_code=204, headers=headers)


def _failure(status: int, message: str, **headers: str) -> Response:
    return JSONResponse({"message": message}, status, headers)


_OF_THE_DISK = {
    errno.ENOSPC: "The disk is full: nothing was stored. Free some space, and try again.",
    errno.EDQUOT: "The quota of the disk is used up: nothing was stored. Free some space, and try again.",
    errno.EROFS: "The disk cannot be written to: nothing was stored. Choose another data folder.",
    errno.EIO: "The disk reported an error: nothing was stored. Check the disk and the file system.",
}


def _answer_to(error: Exception) -> Response:
    """The status and the words for what went wrong."""
    match error:
        case Unauthorized():
            return JSONResponse({"message": str(error)}, 401, {"WWW-Authenticate": error.challenge})
        case Rejected() | AttachmentRefused():
            return _failure(error.status, str(error))
        case NotFoundError():
            return _failure(404, str(error) or "Not found.")
        case BadPage() | UnknownAction():
            return _failure(400, str(error))
        case NotImplementedError():
            return _failure(501, str(error) or "This backend does not do that.")
        case DatabaseBusy():
            log.warning("%s", error)
            return _failure(503, str(error), **of_its_store())
        case StorageError():
            log.error("%s", error)
            return _failure(500, str(error), **of_its_store())
        case OSError() if error.errno in _OF_THE_DISK:
            log.error("The disk: %s", error)
            return _failure(500, _OF_THE_DISK[error.errno], **of_its_store())
        case ClientDisconnect():
            return _failure(400, "The request broke off.")
    log.error("A request failed", exc_info=error)
    return _failure(500, _in_words(error))


def _error_event(error: Exception) -> bytes:
    message = str(error) if isinstance(error, StorageError | NotFoundError) else _in_words(error)
    event = ErrorEvent(code="custom", message=message, allow_retry=not isinstance(error, NotFoundError))
    return b"data: " + event.model_dump_json(exclude_none=True).encode() + b"\n\n"


def _in_words(error: Exception) -> str:
    # Not the error's own text, which may quote keys and data; that is in the log.
    return f"The backend failed ({type(error).__name__}). Its log says more."


def _attachment(attachment: Attachment) -> Response:
    content = attachment.model_dump_json(exclude_none=True, by_alias=True, context={"exclude_metadata": True})
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def _check_length(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit:
        raise Rejected(413, f"The request is larger than the {limit:,} bytes allowed.")


async def _body(request: Request, limit: int) -> bytes:
    _check_length(request, limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Rejected(413, f"The request is larger than the {limit:,} bytes allowed.")
    return bytes(body)


def _limited(receive: Receive, limit: int) -> Receive:
    """`receive`, raising `Rejected` when more than `limit` bytes of body came."""
    got = 0

    async def limited() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > limit:
            raise Rejected(413, f"The request is larger than the {limit:,} bytes allowed.")
        return message

    return limited


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(1 << 16):
        yield chunk
