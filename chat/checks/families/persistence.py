"""What must be there after a reload. Where a session shows it, it is seen; for the rest requests are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from chat.checks.case import Case, content_mark
from chat.checks.documents import document_items
from chat.checks.families.typed import ITEM_STORED
from chat.checks.findings import Hit, Level
from chat.checks.rules import DOCUMENT, active, rule

_RELOAD = "Shows what was streamed until the page is loaded again, then what `threads.get_by_id` answers."

not_stored = active(
    "persistence/not-stored",
    level=Level.ERROR,
    title="An item was streamed and is not stored",
    expected="every streamed item in `threads.get_by_id` and `items.list`",
    why="It is gone when the page is loaded again.",
    fix="# the SDK hands what a ThreadItemDoneEvent brings to the store, which has to keep all of it:\n" + ITEM_STORED,
    widget=_RELOAD,
)
differs = active(
    "persistence/differs",
    level=Level.ERROR,
    title="What is stored is not what was streamed",
    expected="the stored item field by field as `thread.item.done` gave it",
    why="The user reads one answer today and another one tomorrow.",
    fix="# the whole item, as it is:\n" + ITEM_STORED,
    widget=_RELOAD,
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
retry_leaves_items = active(
    "persistence/retry-leaves-items",
    level=Level.ERROR,
    title="After a retry the old answer is still stored",
    expected="nothing stored after the user's message but the new answer",
    why="After a reload both answers are there, one below the other.",
    fix="# the SDK asks the store to delete every item after the user's message\n"
    "async def delete_thread_item(self, thread_id, item_id, context):\n"
    '    await db.execute("DELETE FROM items WHERE thread_id = ? AND id = ?", (thread_id, item_id))',
    widget="Shows the new answer alone until the page is loaded again, then both.",
)
delete_leaves_thread = active(
    "persistence/delete-leaves-thread",
    level=Level.ERROR,
    title="A deleted thread is still there",
    expected="404 for the thread, and a list without it",
    why="What the user deleted can be read again.",
    fix="async def delete_thread(self, thread_id, context):\n"
    '    await db.execute("DELETE FROM items WHERE thread_id = ?", (thread_id,))\n'
    '    await db.execute("DELETE FROM threads WHERE id = ?", (thread_id,))\n\n'
    "# and load_thread() raises NotFoundError for a thread that is not there",
    widget="Takes it from its list, and shows it again after a reload.",
)
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


@rule(
    "persistence/id-changes",
    level=Level.ERROR,
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    title="A message is stored under another id than it was streamed with",
    expected="one id for a message, in the stream and in the store",
    why="After a reload, feedback, retries and actions name an item that nobody knows.",
    fix="# the SDK stores the item of a ThreadItemDoneEvent; it keeps the id that it has:\n" + ITEM_STORED,
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
