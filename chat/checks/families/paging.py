"""What pages of threads and items must be. All but one of these rules need requests of their own."""

from __future__ import annotations

import json

from chat.checks.case import Case
from chat.checks.findings import Hit, Level
from chat.checks.rules import DOCUMENT, active, rule

limit = active(
    "paging/limit",
    level=Level.ERROR,
    title="The limit of a page is not kept",
    expected="at most `limit` entries, and `has_more` when there are others",
    why="Long histories load slowly, or in part.",
    fix='rows = await db.fetch_all("... ORDER BY seq LIMIT :n", {"n": limit + 1})\n'
    "more = len(rows) > limit\n"
    "return Page(data=rows[:limit], has_more=more, after=rows[limit - 1].id if more else None)",
    widget="Shows what it is given. For its history it asks for 9999 threads: where that fails with 500, four times in "
    "six seconds, and there is no history.",
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


@rule(
    "paging/cursor",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list", "threads.list"),
    title="Pages overlap, repeat or never end",
    expected="each entry once, and `after` in every page that has more",
    why="Older messages appear twice or cannot be reached, or the page loads for ever.",
    fix='sql = "... WHERE seq > (SELECT seq FROM items WHERE id = :after) ORDER BY seq LIMIT :n"\n'
    "return Page(data=items, has_more=has_more, after=items[-1].id if has_more else None)",
    widget="Asks on without a pause while `has_more` is true, hundreds of times a second, and stays blank; entries "
    "that come twice are shown twice.",
)
def cursor(case: Case) -> Hit | None:
    document = case.document
    if not case.accepted or not isinstance(document, dict):
        return None
    page = document.get("items") if case.operation == "threads.get_by_id" else document
    if case.operation not in cursor.about or not isinstance(page, dict) or page.get("has_more") is not True:
        return None
    entries = page.get("data")
    after = page.get("after")
    if not isinstance(entries, list) or (isinstance(after, str) and after):
        return None
    # the widget goes on after the last entry when `after` is missing; with no entry either it can only ask again
    got = f"has_more: true, after: {json.dumps(after)}, {len(entries)} entries"
    return Hit(
        got,
        case.place(text=json.dumps({**page, "data": "…"}, ensure_ascii=False)),
        "A page has more and does not say after what",
    )
