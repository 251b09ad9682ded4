"""A plain ChatKit server made with the SDK, in whose code a fault, and then the fix of its rule, can be typed."""

from __future__ import annotations

import asyncio
import sqlite3
import textwrap
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import httpx
from pydantic import TypeAdapter

import chat.backend.requests  # noqa: F401  the SDK's adapter of requests is then made once
from chat.checks.threads import examine_all
from chat.exchanges import Exchange
from tests.checks.probes.tiny import serving
from tests.checks.streams import exchange, request_of

__all__ = ["Code", "adapter", "app_of", "said", "served"]

adapter = cache(TypeAdapter)
"""What is made where code makes a `TypeAdapter`: of each type one, as people do outside of their functions."""


class Code(NamedTuple):
    """What stands in the places of the server that differ."""

    store: str = ""
    """Methods of the store."""
    server: str = ""
    """Methods of the server."""
    respond: str = ""
    """The body of `respond`."""
    route: str = ""
    """The body of the route, after `context` is there."""
    app: str = ""
    """Statements after the application is there."""
    decorator: str = ""
    """The route with its decorator, in place of the plain one."""
    events: str = ""
    """A generator of events without the SDK's server, as the answer to every streaming operation."""


class Db:
    """SQLite in memory, as an asynchronous driver gives it."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("CREATE TABLE threads (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, user_id TEXT, json TEXT)")
        self._db.execute("CREATE TABLE items (seq INTEGER PRIMARY KEY, id TEXT, thread_id TEXT, json TEXT)")

    async def execute(self, sql: str, values: Any = ()) -> None:
        await asyncio.sleep(0)  # as a real one waits
        self._db.execute(sql, values)

    async def fetch_all(self, sql: str, values: Any = ()) -> list[Any]:
        return self._db.execute(sql, values).fetchall()

    async def fetch_one(self, sql: str, values: Any = ()) -> Any:
        return self._db.execute(sql, values).fetchone()


_RESPOND = """
item = AssistantMessageItem(
    id=self.store.generate_item_id("message", thread, context), thread_id=thread.id, created_at=now(),
    content=[AssistantMessageContent(text="Hello there")],
)
yield ThreadItemDoneEvent(item=item)
if thread.title is None:
    thread.title = "Hello"
"""

_ROUTE = """
result = await server.process(await request.body(), context)
if isinstance(result, StreamingResult):
    return StreamingResponse(result, media_type="text/event-stream")
return Response(result.json, media_type="application/json")
"""

_SOURCE = '''
import asyncio
import json
import logging
import uuid
from datetime import datetime, timezone
from types import SimpleNamespace

import anyio
import jwt
from chatkit.actions import *
from chatkit.errors import *
from chatkit.server import *
from chatkit.store import *
from chatkit.types import *
from chatkit.widgets import *
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import ValidationError

from tests.checks.sdk import adapter as TypeAdapter

logger = logging.getLogger("typed in")
logger.disabled = True
ITEM = TypeAdapter(ThreadItem)


def now():
    return datetime.now(timezone.utc)


class PlainStore(Store):
    def of(self, thread_id):
        return {"id": thread_id}

    async def load_thread(self, thread_id, context):
        row = await db.fetch_one("SELECT json FROM threads WHERE id = ?", (thread_id,))
        if row is None:
            raise NotFoundError(thread_id)
        return ThreadMetadata.model_validate_json(row["json"])

    async def save_thread(self, thread, context):
        await db.execute(
            "INSERT INTO threads (id, user_id, json) VALUES (:id, :user, :json) "
            "ON CONFLICT (id) DO UPDATE SET json = excluded.json",
            {"id": thread.id, "user": context.user_id, "json": thread.model_dump_json(exclude={"items"})},
        )

    async def load_threads(self, limit, after, order, context):
        rows = await db.fetch_all("SELECT json FROM threads WHERE user_id = ? ORDER BY seq", (context.user_id,))
        return self.page([ThreadMetadata.model_validate_json(row["json"]) for row in rows], after, limit, order)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        rows = await db.fetch_all("SELECT json FROM items WHERE thread_id = ? ORDER BY seq", (thread_id,))
        return self.page([ITEM.validate_json(row["json"]) for row in rows], after, limit, order)

    def page(self, found, after, limit, order):
        found = found if order == "asc" else found[::-1]
        ids = [one.id for one in found]
        found = found[ids.index(after) + 1 if after in ids else 0:]
        more = len(found) > limit
        return Page(data=found[:limit], has_more=more, after=found[limit - 1].id if more else None)

    async def add_thread_item(self, thread_id, item, context):
        await db.execute(
            "INSERT INTO items (id, thread_id, json) VALUES (?, ?, ?)", (item.id, thread_id, item.model_dump_json())
        )

    async def save_item(self, thread_id, item, context):
        await db.execute("UPDATE items SET json = ? WHERE id = ?", (item.model_dump_json(), item.id))

    async def load_item(self, thread_id, item_id, context):
        row = await db.fetch_one("SELECT json FROM items WHERE id = ?", (item_id,))
        if row is None:
            raise NotFoundError(item_id)
        return ITEM.validate_json(row["json"])

    async def delete_thread(self, thread_id, context):
        await self.load_thread(thread_id, context)
        await db.execute("DELETE FROM threads WHERE id = ?", (thread_id,))
        await db.execute("DELETE FROM items WHERE thread_id = ?", (thread_id,))

    async def delete_thread_item(self, thread_id, item_id, context):
        await db.execute("DELETE FROM items WHERE id = ?", (item_id,))

    async def save_attachment(self, attachment, context):
        pass

    async def load_attachment(self, attachment_id, context):
        raise NotFoundError(attachment_id)

    async def delete_attachment(self, attachment_id, context):
        pass


class MyStore(PlainStore):
    kept = None
@STORE@


class PlainServer(ChatKitServer):
    async def respond(self, thread, input_user_message, context):
@RESPOND@


class MyServer(PlainServer):
    kept = None
@SERVER@


async def stream_agent_response(agent_context, result):
    """What an agent's run yields: a message."""
    for event in result(agent_context):
        yield event


store = MyStore()
server = MyServer(store)
app = FastAPI()


def user_of(request):
    return request.headers.get("authorization", "").removeprefix("Bearer ") or "anybody"


@EVENTS@


@ROUTED@


@APP@
'''

_PLAIN_ROUTE = """
@app.post("/chatkit")
async def chatkit(request: Request):
    context = SimpleNamespace(user_id=user_of(request))
{route}
"""

_EVENTS = """
async def events(request, store, context):
{body}


async def framed(request, context):
    async for event in events(request, store, context):
        yield f"data: {{event.model_dump_json(exclude_none=True)}}\\n\\n"
"""

_EVENTS_ROUTE = """
body = await request.body()
asked = TypeAdapter(ChatKitReq).validate_json(body)
if is_streaming_req(asked):
    return StreamingResponse(framed(asked, context), media_type="text/event-stream")
result = await server.process(body, context)
return Response(result.json, media_type="application/json")
"""


def _in(code: str, depth: int) -> str:
    return textwrap.indent(textwrap.dedent(code).strip("\n"), "    " * depth)


def app_of(code: Code) -> Any:
    """The application with this code typed in."""
    route = code.route or (_EVENTS_ROUTE if code.events else _ROUTE)
    parts = {
        "STORE": _in(code.store, 1),
        "SERVER": _in(code.server, 1),
        "RESPOND": _in(code.respond or _RESPOND, 2),
        "EVENTS": _EVENTS.format(body=_in(code.events, 1)) if code.events else "",
        "ROUTED": code.decorator or _PLAIN_ROUTE.format(route=_in(route, 1)),
        "APP": code.app,
    }
    source = _SOURCE
    for name, text in parts.items():
        source = source.replace(f"@{name}@", text)
    scope: dict[str, Any] = {"db": Db()}
    exec(compile(source, "typed_in.py", "exec"), scope)
    return scope["app"]


@asynccontextmanager
async def served(code: Code) -> AsyncIterator[str]:
    """The server behind a real one; the URL of its endpoint."""
    async with serving(app_of(code)) as url:
        yield f"{url}/chatkit"


async def said(code: Code, steps: Sequence[tuple[str, dict[str, Any]]], headers: Any = None) -> list[Any]:
    """What the diagnosis says of each answer, the requests sent one after the other; `THREAD` stands for its id."""
    exchanges: list[Exchange] = []
    known: dict[str, str] = {}
    way = httpx.ASGITransport(app_of(code), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=way, base_url="http://127.0.0.1") as http:
        for operation, params in steps:
            params = {
                key: known.get(value, value) if isinstance(value, str) else value for key, value in params.items()
            }
            sent = request_of(operation, **params)
            answer = await http.post("/chatkit", content=sent, headers=headers)
            took = 1_000  # a busy machine is no slow backend; and the next one is sent later than this ended
            begun = datetime.now(UTC) - timedelta(microseconds=1)
            kind = answer.headers.get("content-type")
            one = exchange(
                [(took, answer.content)],
                operation,
                status=answer.status_code,
                reason="",
                sent=sent,
                content_type=kind,
                **params,
            )
            one.started_at, one.headers_at_ns = begun, took
            exchanges.append(one)
            for examined in examine_all([one]):
                for event in examined.events:
                    document = event.json if isinstance(event.json, dict) else {}
                    if event.type == "thread.created":
                        known["THREAD"] = document["thread"]["id"]
    return examine_all(exchanges)
