"""What pages of threads and items must be. What an exchange or a session shows is seen; `check` asks for more."""

from __future__ import annotations

import json

from chat.checks.case import Case
from chat.checks.documents import document_items, whole_page
from chat.checks.families.typed import AFTER_NOTHING, PAGE_OF_ITEMS
from chat.checks.findings import Evidence, Hit, Level
from chat.checks.listed_pages import Whence, ids_on
from chat.checks.rules import DOCUMENT, rule


@rule(
    "paging/limit",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("items.list", "threads.list"),
    title="The limit of a page is not kept",
    expected="at most `limit` entries, and `has_more` when there are others",
    why="Long histories load slowly, or in part.",
    fix=PAGE_OF_ITEMS,
    widget="Shows what it is given. For its history it asks for 9999 threads: where that fails with 500, four times in "
    "six seconds, and there is no history.",
)
def limit(case: Case) -> Hit | None:
    asked = case.params.get("limit")
    entries = case.document.get("data") if case.accepted and isinstance(case.document, dict) else None
    if type(asked) is not int or asked < 1 or not isinstance(entries, list) or len(entries) <= asked:
        return None
    got = f"{len(entries)} entries of `{case.operation}` for limit {asked}"
    return Hit(got, case.place(text=json.dumps(case.document)[:400]))


@rule(
    "paging/order",
    level=Level.ERROR,
    kind="both",
    on=DOCUMENT,
    about=("threads.get_by_id", "items.list"),
    compares=True,
    title="Descending is not the reverse of ascending",
    expected='`order: "desc"` as the exact reverse of `order: "asc"`',
    why="Messages stand in the wrong order after a reload.",
    fix="# by a number that grows with each item, not by created_at:\n" + PAGE_OF_ITEMS,
    widget="Shows the items in the order of the page.",
)
def order(case: Case) -> Hit | None:
    if not case.accepted:
        return None
    oldest_first = case.operation == "threads.get_by_id" or case.params.get("order") == "asc"
    items = document_items(case.operation, case.document)
    ids = [str(item.get("id")) for item in items]
    wanted = "oldest first" if oldest_first else "newest first"
    if case.operation == "items.list" and "order" not in case.params:
        wanted += ", which is what no `order` means"
    evidence = case.place(text=json.dumps(items)[:400])
    places = [place for item_id in ids if (place := _place(case, item_id)) is not None]
    if places != sorted(places, reverse=not oldest_first):
        return Hit(
            f"{', '.join(ids[:6])}; they were streamed in another order",
            evidence,
            f"`{case.operation}` is not {wanted}",
        )
    other = case.history.listed.get(not oldest_first)
    if other is None or not whole_page(case.operation, case.params, case.document) or len(ids) < 2:
        return None
    if set(ids) == set(other) and len(set(ids)) == len(ids) == len(other) and ids != list(reversed(other)):
        return Hit(f"{', '.join(ids[:6])} in this order, and {', '.join(other[:6])} in the other", evidence)
    return None


def _place(case: Case, item_id: str) -> tuple[int, bool] | None:
    """Where a message stands among those that were streamed: its turn, and whether it is the answer."""
    one = case.history.streamed.get(item_id)
    if one is None or one.item.type not in ("user_message", "assistant_message"):
        return None
    return one.turn, one.item.type == "assistant_message"


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
    if case.operation not in cursor.about or not isinstance(page, dict):
        return None
    asked = case.params.get("after")
    if isinstance(asked, str) and asked:
        evidence = case.place(text=json.dumps(page)[:400])
        if asked in ids_on(page):
            return Hit(f"`{asked}` in the page after `{asked}`", evidence, "The page after an entry holds it again")
        descending = case.params.get("order") != "asc"
        if case.history.pages.begins_again(page, descending=descending):
            return first_page_again(case.operation, asked, case.history.pages.whence(asked), evidence)
    if page.get("has_more") is not True:
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


_LEVELS = {"given": Level.ERROR, "gone": Level.WARNING, "unknown": Level.NOTE}
_WHENCE = {
    "given": "the backend's own",
    "gone": "deleted since",
    "unknown": "names nothing that this session has seen",
}


def first_page_again(operation: str, after: str, whence: Whence, evidence: Evidence) -> Hit:
    """
    The first page as the answer to a page after something.

    After what the backend has named itself that is an error. After what was deleted somebody has met it: a warning. Who
    asks after what was never there is answered so by the SDK's own samples, and nobody is hurt before something is
    deleted: a note.
    """
    return Hit(
        f"`{operation}` after `{after[:80]}` ({_WHENCE[whence]}): the first page",
        evidence,
        "A page after something is the first page again"
        if whence == "given"
        else "An `after` that names nothing is answered with the first page",
        expected="the entries that follow it; none, or 400 with a message, where it names nothing",
        fix="" if whence == "given" else AFTER_NOTHING,
        key=whence,
        level=_LEVELS[whence],
    )
