"""What pages of threads and items must be. These rules need requests of their own."""

from chat.checks.findings import Level
from chat.checks.rules import active

limit = active(
    "paging/limit",
    level=Level.ERROR,
    title="The limit of a page is not kept",
    expected="at most `limit` entries, and `has_more` when there are others",
    why="Long histories load slowly, or in part.",
    fix='rows = await db.fetch_all("... ORDER BY seq LIMIT :n", {"n": limit + 1})\n'
    "more = len(rows) > limit\n"
    "return Page(data=rows[:limit], has_more=more, after=rows[limit - 1].id if more else None)",
    widget="Shows what it is given.",
)
order = active(
    "paging/order",
    level=Level.ERROR,
    title="Descending is not the reverse of ascending",
    expected='`order: "desc"` as the exact reverse of `order: "asc"`',
    why="Messages stand in the wrong order after a reload.",
    fix='direction = "ASC" if order == "asc" else "DESC"\n'
    'sql = f"SELECT ... ORDER BY seq {direction}"  # a sequence number, not created_at',
    widget="Shows the items in the order of the page.",
)
cursor = active(
    "paging/cursor",
    level=Level.ERROR,
    title="Pages overlap, repeat or never end",
    expected="each entry once, and `after` in every page that has more",
    why="Older messages appear twice or cannot be reached, or the page loads for ever.",
    fix='sql = "... WHERE seq > (SELECT seq FROM items WHERE id = :after) ORDER BY seq LIMIT :n"\n'
    "return Page(data=items, has_more=has_more, after=items[-1].id if has_more else None)",
    widget="Asks for the same page again, or stops before the end.",
)
