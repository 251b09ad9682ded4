"""What must be there after a reload. Where a session shows it, it is seen; for the rest requests are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from chat.checks.case import Case, content_mark
from chat.checks.documents import document_items
from chat.checks.findings import Hit, Level
from chat.checks.rules import DOCUMENT, active, rule

_RELOAD = "Shows what was streamed until the page is loaded again, then what `threads.get_by_id` answers."

not_stored = active(
    "persistence/not-stored",
    level=Level.ERROR,
    title="An item was streamed and is not stored",
    expected="every streamed item in `threads.get_by_id` and `items.list`",
    why="It is gone when the page is loaded again.",
    fix="yield ThreadItemDoneEvent(item=item)  # the SDK stores what is done\n\n"
    "async def add_thread_item(self, thread_id, item, context): ...  # and the store must keep it",
    widget=_RELOAD,
)
differs = active(
    "persistence/differs",
    level=Level.ERROR,
    title="What is stored is not what was streamed",
    expected="the stored item field by field as `thread.item.done` gave it",
    why="The user reads one answer today and another one tomorrow.",
    fix='await db.execute("INSERT INTO items (id, thread_id, json) VALUES (?, ?, ?)", '
    "(item.id, thread_id, item.model_dump_json()))  # the whole item",
    widget=_RELOAD,
)
not_listed = active(
    "persistence/not-listed",
    level=Level.ERROR,
    title="The new thread is missing from the list",
    expected="the thread first in `threads.list`",
    why="The user finds an empty history and cannot come back to the conversation.",
    fix="async def save_thread(self, thread, context): ...  # and no interception of threads.list in the page",
    widget="Shows the list it is given: without the thread.",
)
flapping = active(
    "persistence/flapping",
    level=Level.ERROR,
    title="Reads of the same thread disagree",
    expected="ten reads on fresh connections that agree",
    why="Messages come and go with every reload: each worker process has a store of its own.",
    fix='store = SQLiteStore("chatkit.db")  # or Postgres: one store for all workers, no dict in memory',
    widget="Shows whatever the worker that answers has.",
)
retry_leaves_items = active(
    "persistence/retry-leaves-items",
    level=Level.ERROR,
    title="After a retry the old answer is still stored",
    expected="nothing stored after the user's message but the new answer",
    why="After a reload both answers are there, one below the other.",
    fix="await store.delete_thread_item(thread_id, item.id, context)  # for every item after the user's message",
    widget="Shows the new answer alone until the page is loaded again, then both.",
)
delete_leaves_thread = active(
    "persistence/delete-leaves-thread",
    level=Level.ERROR,
    title="A deleted thread is still there",
    expected="404 for the thread, and a list without it",
    why="What the user deleted can be read again.",
    fix="async def delete_thread(self, thread_id, context): ...  # the thread and all its items",
    widget="Takes it from its list, and shows it again after a reload.",
)
rename_lost = active(
    "persistence/rename-lost",
    level=Level.ERROR,
    title="A new title does not stay",
    expected="the title given to `threads.update` in the thread and in the list",
    why="The user renames a conversation and finds the old name again.",
    fix="thread.title = request.params.title\nawait store.save_thread(thread, context)",
    widget="Shows the new title until the list is loaded again.",
)
partial_lost = active(
    "persistence/partial-lost",
    level=Level.WARNING,
    title="Nothing is stored of an answer that is stopped",
    expected="the text that was streamed before the connection closed, as an assistant's message",
    why="Who stops an answer, or loses the network, finds after a reload that what they have read is gone.",
    fix="async def handle_stream_cancelled(self, thread, pending_items, context):\n"
    "    with anyio.CancelScope(shield=True):  # else the store's first await is cancelled, too\n"
    "        await super().handle_stream_cancelled(thread, pending_items, context)",
    widget="On stop it closes the connection, tells nobody, and shows the partial text until the page is loaded again.",
)


@rule(
    "persistence/id-changes",
    level=Level.ERROR,
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    title="A message is stored under another id than it was streamed with",
    expected="one id for a message, in the stream and in the store",
    why="After a reload, feedback, retries and actions name an item that nobody knows.",
    fix="yield ThreadItemDoneEvent(item=item)  # the SDK stores this item, with this id\n\n"
    "async def add_thread_item(self, thread_id, item, context):\n"
    '    await db.execute("INSERT INTO items (id, thread_id, json) VALUES (?, ?, ?)", '
    "(item.id, thread_id, item.model_dump_json()))",
    widget=_RELOAD,
)
def id_changes(case: Case) -> Iterator[Hit]:
    items = _whole_page(case)
    stored = {str(item.get("id")) for item in items}
    strangers = {
        content_mark(item.get("type"), item.get("content")): item
        for item in items
        if item.get("id") not in case.history.said
    }
    for item_id, said in case.history.said.items() if items else ():
        other = strangers.get(said) if said and item_id not in stored else None
        if other is not None:
            yield Hit(
                f"{other.get('type')} streamed as `{item_id}`, stored as `{other.get('id')}`",
                case.place(text=json.dumps(other)[:400]),
                key=item_id,
            )


def _whole_page(case: Case) -> list[dict[str, object]]:
    """The items of the thread, when this answer has all of them; nothing when it has not."""
    document = case.document
    if not case.accepted or not isinstance(document, dict) or case.params.get("after"):
        return []
    page = document.get("items") if case.operation == "threads.get_by_id" else document
    if not isinstance(page, dict) or page.get("has_more") or case.params.get("thread_id") != case.history.thread_id:
        return []
    return list(document_items(case.operation, document))
