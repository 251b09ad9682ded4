"""Code that the fixes of several rules have in common. Each was typed into a plain server and seen to work."""

from __future__ import annotations

__all__ = ["AFTER_NOTHING", "ITEM_STORED", "PAGE_OF_ITEMS", "failing_stream"]

_FRAMES = """async def frames(result):
    try:
        async for frame in result:  # a stream fails while it is read, not in process()
            yield frame
    except {exception}:
        error = ErrorEvent(message="{message}")
        yield b"data: " + error.model_dump_json(exclude_none=True).encode() + b"\\n\\n"
"""

ITEM_STORED = """async def add_thread_item(self, thread_id, item, context):
    await db.execute(
        "INSERT INTO items (id, thread_id, json) VALUES (?, ?, ?)", (item.id, thread_id, item.model_dump_json())
    )"""

PAGE_OF_ITEMS = """async def load_thread_items(self, thread_id, after, limit, order, context):
    sign, way = (">", "ASC") if order == "asc" else ("<", "DESC")
    start = f"AND seq {sign} (SELECT seq FROM items WHERE id = :after)" if after else ""
    rows = await db.fetch_all(
        f"SELECT json FROM items WHERE thread_id = :thread {start} ORDER BY seq {way} LIMIT :n",
        {"thread": thread_id, "after": after, "n": limit + 1},
    )
    stored = TypeAdapter(ThreadItem)  # once, as it takes longer to make than a page to read
    items = [stored.validate_json(row["json"]) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(data=items, has_more=more, after=items[-1].id if more else None)"""
"""`seq` is a number that grows with every item: times may be equal, and mixed kinds of them cannot be compared."""

AFTER_NOTHING = """# the item may have been deleted since: then nothing follows, and the list does not begin again
places = {item.id: place + 1 for place, item in enumerate(items)}
start = places.get(after, len(items)) if after else 0"""


def failing_stream(exception: str, message: str) -> str:
    """`frames(result)`: the frames of a stream, and an `error` event where reading it raises this exception."""
    return _FRAMES.format(exception=exception, message=message)
