"""What must be there after a reload. Where a session shows it, it is seen; for the rest requests are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from chat.checks.case import Case
from chat.checks.differences import differences
from chat.checks.documents import document_items, whole_page
from chat.checks.families.typed import ITEM_STORED
from chat.checks.findings import Hit, Level, counted
from chat.checks.history import Streamed, content_mark, ended_at
from chat.checks.rules import DOCUMENT, active, rule
from chat.protocol.adapters import item_adapter
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

_PLACES_NAMED = 5
_MESSAGES = ("user_message", "assistant_message")
_RELOAD = "Shows what was streamed until the page is loaded again, then what `threads.get_by_id` answers."


@rule(
    "persistence/not-stored",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    compares=True,
    title="An item was streamed and is not stored",
    expected="every streamed item in `threads.get_by_id` and `items.list`",
    why="It is gone when the page is loaded again.",
    fix="# the SDK hands what a ThreadItemDoneEvent brings to the store, which has to keep all of it:\n" + ITEM_STORED,
    widget=_RELOAD,
)
def not_stored(case: Case) -> Iterator[Hit]:
    streamed = _streamed_before(case)
    if not streamed or _perhaps_deleted(case, case.thread_id):
        return
    if case.operation == "threads.get_by_id" and case.exchange.status == 404:
        got = f"`{case.operation}` answers 404, and {counted(len(streamed), 'item')} of the thread were streamed"
        yield Hit(got, case.place(0, case.exchange.size), "The thread was streamed and is not stored")
        return
    items = _all_items(case)
    if items is None:
        return
    stored = {item.get("id") for item in items}
    said = _strangers(case, items)
    for item_id, one in streamed.items():
        if item_id not in stored and content_mark(one.item.type, getattr(one.item, "content", None)) not in said:
            yield Hit(
                f"{one.item.type} `{item_id}` is not in `{case.operation}`",
                case.place(text=json.dumps(case.document)[:400]),
                f"The {one.item.type} `{item_id}` was streamed and is not stored",
                "Items were streamed and are not stored",
                key="item",
            )


@rule(
    "persistence/differs",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    compares=True,
    title="What is stored is not what was streamed",
    expected="the stored item field by field as `thread.item.done` gave it",
    why="The user reads one answer today and another one tomorrow.",
    fix="# the whole item, as it is:\n" + ITEM_STORED,
    widget=_RELOAD,
)
def differs(case: Case) -> Iterator[Hit]:
    streamed = _streamed_before(case)
    for item in document_items(case.operation, case.document) if case.accepted and streamed else ():
        one = streamed.get(str(item.get("id")))
        stored = _typed(item) if one is not None else None
        if one is None or stored is None or stored == one.item:
            continue
        found = differences(_as_json(one.item), _as_json(stored))
        if found:
            blank = all(difference.blank for difference in found)
            yield Hit(
                "; ".join(map(str, found[:_PLACES_NAMED])),
                case.place(text=json.dumps(item)[:400]),
                f"`{item['id']}` is stored otherwise than it was streamed",
                "Items are stored otherwise than they were streamed",
                key="blank" if blank else "item" if one.item.type in _MESSAGES else "work",
                # nobody sees white space at the ends, and a widget or a workflow may have gone on behind the scenes
                level=None if one.item.type in _MESSAGES and not blank else Level.NOTE,
            )


not_listed = active(
    "persistence/not-listed",
    level=Level.ERROR,
    title="The new thread is missing from the list",
    expected="the thread first in `threads.list`",
    why="The user finds an empty history and cannot come back to the conversation.",
    fix="""async def load_threads(self, limit, after, order, context):
    sign, way = (">", "ASC") if order == "asc" else ("<", "DESC")
    start = f"AND seq {sign} (SELECT seq FROM threads WHERE id = :after)" if after else ""
    rows = await db.fetch_all(
        f"SELECT json FROM threads WHERE user_id = :user {start} ORDER BY seq {way} LIMIT :n",
        {"user": context.user_id, "after": after, "n": limit + 1},
    )
    threads = [ThreadMetadata.model_validate_json(row["json"]) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(data=threads, has_more=more, after=threads[-1].id if more else None)""",
    widget="Shows the list it is given: without the thread.",
)
flapping = active(
    "persistence/flapping",
    level=Level.ERROR,
    title="Reads of the same thread disagree",
    expected="ten reads on fresh connections that agree",
    why="Messages come and go with every reload: each worker process has a store of its own.",
    fix="# one database for all workers: what a worker keeps in a dict, the others do not see.\n"
    "# Until it is there: uvicorn main:app --workers 1",
    widget="Shows whatever the worker that answers has.",
)


@rule(
    "persistence/retry-leaves-items",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    compares=True,
    title="After a retry the old answer is still stored",
    expected="nothing stored after the user's message but the new answer",
    why="After a reload both answers are there, one below the other.",
    fix="# the SDK asks the store to delete every item after the user's message\n"
    "async def delete_thread_item(self, thread_id, item_id, context):\n"
    '    await db.execute("DELETE FROM items WHERE thread_id = ? AND id = ?", (thread_id, item_id))',
    widget="Shows the new answer alone until the page is loaded again, then both.",
)
def retry_leaves_items(case: Case) -> Iterator[Hit]:
    for item in document_items(case.operation, case.document) if case.accepted else ():
        kind, when = case.history.dropped.get(str(item.get("id")), ("", None))
        if when is not None and case.exchange.started_at >= when and kind not in HIDDEN_ITEM_TYPES:
            yield Hit(f"{kind} `{item['id']}` is still in `{case.operation}`", case.place(text=json.dumps(item)[:400]))


@rule(
    "persistence/delete-leaves-thread",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("threads.get_by_id", "threads.list"),
    compares=True,
    title="A deleted thread is still there",
    expected="404 for the thread, and a list without it",
    why="What the user deleted can be read again.",
    fix="async def delete_thread(self, thread_id, context):\n"
    '    await db.execute("DELETE FROM items WHERE thread_id = ?", (thread_id,))\n'
    '    await db.execute("DELETE FROM threads WHERE id = ?", (thread_id,))\n\n'
    "# and load_thread() raises NotFoundError for a thread that is not there",
    widget="Takes it from its list, and shows it again after a reload.",
)
def delete_leaves_thread(case: Case) -> Iterator[Hit]:
    document = case.document
    if not case.accepted or not isinstance(document, dict):
        return
    listed = document.get("data") if case.operation == "threads.list" else [document]
    for thread in listed if isinstance(listed, list) else ():
        thread_id = thread.get("id") if isinstance(thread, dict) else None
        if not _surely_deleted(case, thread_id):
            continue
        if case.operation == "threads.list" or document_items(case.operation, document):
            # a backend that knows every id answers with an empty thread: that is errors/unknown-thread
            yield Hit(f"`{thread_id}` is still in `{case.operation}`", case.place(text=json.dumps(thread)[:400]))


rename_lost = active(
    "persistence/rename-lost",
    level=Level.ERROR,
    title="A new title does not stay",
    expected="the title given to `threads.update` in the thread and in the list",
    why="The user renames a conversation and finds the old name again.",
    fix="""async def save_thread(self, thread, context):
    await db.execute(
        "INSERT INTO threads (id, user_id, json) VALUES (:id, :user, :json) "
        "ON CONFLICT (id) DO UPDATE SET json = excluded.json",
        {"id": thread.id, "user": context.user_id, "json": thread.model_dump_json(exclude={"items"})},
    )""",
    widget="Shows the new title until the list is loaded again.",
)
partial_lost = active(
    "persistence/partial-lost",
    level=Level.WARNING,
    title="Nothing is stored of an answer that is stopped",
    expected="the text that was streamed before the connection closed, as an assistant's message",
    why="Who stops an answer, or loses the network, finds after a reload that what they have read is gone. (The SDK "
    "stores it as the stream is cancelled: a store that waits for its database is cancelled as well.)",
    fix="async def handle_stream_cancelled(self, thread, pending_items, context):\n"
    "    with anyio.CancelScope(shield=True):  # else the store's first await is cancelled as the stream was\n"
    "        await super().handle_stream_cancelled(thread, pending_items, context)",
    widget="On stop it closes the connection, tells nobody, and shows the partial text until the page is loaded again.",
)


@rule(
    "persistence/id-changes",
    level=Level.ERROR,
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    compares=True,
    title="A message is stored under another id than it was streamed with",
    expected="one id for a message, in the stream and in the store",
    why="After a reload, feedback, retries and actions name an item that nobody knows.",
    fix="# the SDK stores the item of a ThreadItemDoneEvent; it keeps the id that it has:\n" + ITEM_STORED,
    widget=_RELOAD,
)
def id_changes(case: Case) -> Iterator[Hit]:
    items = _all_items(case)
    if not items:
        return
    stored = {str(item.get("id")) for item in items}
    strangers = _strangers(case, items)
    for item_id, said in case.history.said.items():
        other = strangers.get(said) if said and item_id not in stored else None
        if other is not None:
            yield Hit(
                f"{other.get('type')} streamed as `{item_id}`, stored as `{other.get('id')}`",
                case.place(text=json.dumps(other)[:400]),
                key=item_id,
            )


def _all_items(case: Case) -> list[dict[str, Any]] | None:
    """The items of the thread, when this answer has all of them; None when it has not."""
    if not case.accepted or not whole_page(case.operation, case.params, case.document):
        return None
    if case.params.get("thread_id") != case.history.thread_id:
        return None
    return document_items(case.operation, case.document)


def _strangers(case: Case, items: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Stored messages whose ids no stream gave, by what they say."""
    return {
        content_mark(item.get("type"), item.get("content")): item
        for item in items
        if not isinstance(name := item.get("id"), str) or name not in case.history.said
    }


def _streamed_before(case: Case) -> dict[str, Streamed]:
    """What streams that had ended when this was asked have brought."""
    asked = case.exchange.started_at
    return {item_id: one for item_id, one in case.history.streamed.items() if asked >= one.until}


def _surely_deleted(case: Case, thread_id: object) -> bool:
    deletion = case.history.deleted.get(str(thread_id))
    return deletion is not None and case.exchange.started_at >= deletion.ended


def _perhaps_deleted(case: Case, thread_id: object) -> bool:
    deletion = case.history.deleted.get(str(thread_id))
    return deletion is not None and ended_at(case.exchange) >= deletion.began


def _typed(item: dict[str, Any]) -> BaseModel | None:
    try:
        typed: BaseModel = item_adapter().validate_json(json.dumps(item))
        return typed
    except ValidationError:
        return None  # what is not valid is said by another rule


def _as_json(item: BaseModel) -> dict[str, Any]:
    return item.model_dump(mode="json", by_alias=True, warnings=False)
