"""What the operations that answer JSON must answer (protocol facts, section 1)."""

from __future__ import annotations

import json
from collections.abc import Generator
from functools import cache
from typing import Any

from pydantic import ValidationError

from chat.protocol import Problem
from chat.protocol.adapters import adapter
from chat.protocol.long_lists import problems_in_steps
from chat.protocol.problems import explain
from chat.steps import at_once

__all__ = ["ANSWERS", "document_items", "document_problems", "problems_of_document", "whole_page"]

ANSWERS = (
    "threads.get_by_id",
    "threads.list",
    "items.list",
    "threads.update",
    "threads.sync_custom_action",
    "attachments.create",
    "input.transcribe",
)
"""The operations whose answers have a type; the others answer `{}`."""


_TOGETHER = 200
"""Entries of a list that are compared with their type in one go: items may hold much."""


@cache
def _types() -> dict[str, Any]:
    from chatkit import types as sdk

    threads, items = sdk.Page[sdk.Thread], sdk.Page[sdk.ThreadItem]
    types = (
        sdk.Thread,
        threads,
        items,
        sdk.Thread,
        sdk.SyncCustomActionResponse,
        sdk.Attachment,
        sdk.TranscriptionResult,
    )
    return dict(zip(ANSWERS, types, strict=True))


def document_problems(operation: str, document: Any) -> tuple[Problem, ...]:
    """What is wrong with an answer, at most 20 problems; none for operations that may answer anything."""
    return at_once(problems_of_document(operation, document))


def problems_of_document(operation: str, document: Any) -> Generator[None, None, tuple[Problem, ...]]:
    """The same in steps."""
    if operation not in ANSWERS:
        return ()
    answer = _types()[operation]
    if problems := (yield from problems_in_steps(adapter(answer).validate_json, answer, document, _TOGETHER)):
        return problems
    text = json.dumps(document)
    yield
    try:
        adapter(answer).validate_json(text)
    except ValidationError as error:
        return explain(error, answer, document)
    return _without_data(operation, document)


def _without_data(operation: str, document: Any) -> tuple[Problem, ...]:
    """A page without its list: the SDK fills an empty one in where it reads, a browser does not."""
    path, page = "$", document
    if operation == "threads.get_by_id":
        path, page = "$.items", document.get("items")
    elif operation not in ("threads.list", "items.list"):
        return ()
    if isinstance(page, dict) and "data" not in page:
        named = ", ".join(map(str, list(page)[:5]))
        return (Problem(f"{path}.data", "a list", f"missing; there is {named}" if named else "missing"),)
    return ()


def document_items(operation: str, document: Any) -> list[dict[str, Any]]:
    """The items in an answer of `threads.get_by_id`, `threads.list` or `items.list`, as JSON."""
    if not isinstance(document, dict):
        return []
    pages: list[Any]
    if operation == "items.list":
        pages = [document]
    elif operation == "threads.list":
        threads = document.get("data")
        pages = (
            [thread.get("items") for thread in threads if isinstance(thread, dict)] if isinstance(threads, list) else []
        )
    else:
        pages = [document.get("items")]
    found: list[dict[str, Any]] = []
    for page in pages:
        data = page.get("data") if isinstance(page, dict) else None
        found.extend(item for item in data if isinstance(item, dict)) if isinstance(data, list) else None
    return found


def whole_page(operation: str, params: dict[str, Any], document: Any) -> bool:
    """
    Whether an answer of `threads.get_by_id` or `items.list` has all the items of the thread.

    A page as long as it may be says nothing: a backend that is wrong about `has_more` would seem to have lost the rest.
    """
    page = document.get("items") if operation == "threads.get_by_id" and isinstance(document, dict) else document
    if operation not in ("threads.get_by_id", "items.list") or not isinstance(page, dict) or params.get("after"):
        return False
    entries, limit = page.get("data"), params.get("limit")
    if not isinstance(entries, list) or page.get("has_more"):
        return False
    return not (isinstance(limit, int) and len(entries) >= limit)
