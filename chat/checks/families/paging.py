"""What pages of threads and items must be. All but one of these rules need requests of their own."""

from __future__ import annotations

import json

from chat.checks.case import Case
from chat.checks.families.typed import PAGE_OF_ITEMS
from chat.checks.findings import Hit, Level
from chat.checks.rules import DOCUMENT, active, rule

limit = active(
    "paging/limit",
    level=Level.ERROR,
    title="The limit of a page is not kept",
    expected="at most `limit` entries, and `has_more` when there are others",
    why="Long histories load slowly, or in part.",
    fix=PAGE_OF_ITEMS,
    widget="Shows what it is given.",
)
order = active(
    "paging/order",
    level=Level.ERROR,
    title="Descending is not the reverse of ascending",
    expected='`order: "desc"` as the exact reverse of `order: "asc"`',
    why="Messages stand in the wrong order after a reload.",
    fix="# by a number that grows with each item, not by created_at:\n" + PAGE_OF_ITEMS,
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
    fix=PAGE_OF_ITEMS,
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
