"""One exchange as it is compared: its request, its events with the text of deltas put together, the ids in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chat.checks import Examined
from chat.checks.documents import document_items
from chat.diff.names import Noun
from chat.diff.values import grown
from chat.exchanges import Exchange
from chat.protocol import Event
from chat.protocol.lenient_json import parse_json

__all__ = ["Answer", "Mention", "Step", "read"]

_UPDATED = "thread.item.updated"
_TEXT = "assistant_message.content_part.text_delta"
_WIDGET_TEXT = "widget.streaming_text.value_delta"
_GROWING = ("workflow.task.updated", "widget.root.updated", "widget.component.updated")
_TEXT_PLACES = {_TEXT: "content_index", _WIDGET_TEXT: "component_id"}


class Mention(NamedTuple):
    """An id that is first met here, and what it may be recognised by in the other recording."""

    noun: Noun
    id: str
    kind: str
    content: str


@dataclass(slots=True)
class Step:
    """One event, or the deltas of one text with nothing else of its item in between."""

    index: int
    """Of the event, or of the first one."""
    at_ns: int
    kind: str
    """The event's type, the update's for an update."""
    item_id: str
    json: Any
    events: int = 1
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Answer:
    """What was asked and answered in one exchange."""

    examined: Examined
    number: int
    """1-based in its recording."""
    steps: list[Step]
    document: Any
    """The answer's JSON where JSON was asked for; its text, when it is none; None for a stream."""
    mentions: list[Mention]

    @property
    def exchange(self) -> Exchange:
        return self.examined.exchange

    @property
    def operation(self) -> str:
        """What exchanges are counterparts by: the operation; for others what was done, like `PUT`."""
        request = self.exchange.request
        return request.operation or ("response" if request.method in ("", "POST") else request.method)


def read(examined: Examined, number: int, *, joined: bool) -> Answer:
    """The exchange, read. `joined`: the pieces of a text are put together."""
    exchange = examined.exchange
    request = exchange.request.document
    if not exchange.expects_stream:
        document = _document(exchange)
        return Answer(examined, number, [], document, list(_of_document(exchange, document, request)))
    steps = list(_steps(examined.events, joined=joined))
    mentions = [*_of_request(request), *_of_events(step.json for step in steps)]
    return Answer(examined, number, steps, None, mentions)


def _document(exchange: Exchange) -> Any:
    text = exchange.body.decode("utf-8", "replace")
    document = parse_json(text)  # which stops at a depth that can be compared
    return (text or None) if document is None else document


def _steps(events: Iterable[Event], *, joined: bool) -> Iterator[Step]:
    steps: list[Step] = []
    growing: dict[str, dict[Any, Step]] = {}
    latest: dict[str, Step] = {}
    for event in events:
        step = _step(event)
        before, latest[step.item_id] = latest.get(step.item_id), step
        place = _text_place(step.json) if joined else None
        if place is None:
            growing.pop(step.item_id, None)
            if joined and before is not None and _goes_on(before, step):
                before.events, before.json = before.events + 1, step.json
                latest[step.item_id] = before
            else:
                steps.append(step)
            continue
        texts = growing.setdefault(step.item_id, {})
        begun = texts.get(place)
        if begun is None:
            texts[place] = begun = step
            steps.append(step)
        else:
            begun.events += 1
        begun.pieces.append(step.json["update"]["delta"])
        if step.json["update"].get("done"):
            begun.json = step.json
    for step in steps:
        if step.pieces:
            text = "".join(step.pieces)
            if not text and not step.json["update"].get("done"):
                continue  # a delta without text says nothing
            step.json = {**step.json, "update": {**step.json["update"], "delta": text}}
        yield step


def _goes_on(before: Step, step: Step) -> bool:
    """Whether an update of an item is the one before it with more text: a thought or a widget that streams so."""
    return bool(step.item_id) and before.kind == step.kind in _GROWING and grown(before.json, step.json)


def _step(event: Event) -> Step:
    value = event.json
    if not isinstance(value, dict):
        return Step(event.index, event.at_ns, event.type or "(not an event)", "", event.raw if value is None else value)
    update, item = value.get("update"), value.get("item")
    kind = event.type or "(no type)"
    if kind == _UPDATED and isinstance(update, dict):
        kind = str(update.get("type", kind))
    item_id = value.get("item_id") or (item.get("id") if isinstance(item, dict) else None)
    return Step(event.index, event.at_ns, kind, item_id if isinstance(item_id, str) else "", value)


def _text_place(value: Any) -> Any:
    """Which text of its item a delta belongs to, None for everything else."""
    update = value.get("update") if isinstance(value, dict) and value.get("type") == _UPDATED else None
    if not isinstance(update, dict) or not isinstance(update.get("delta"), str):
        return None
    place = _TEXT_PLACES.get(str(update.get("type")))
    return None if place is None else (place, str(update.get(place)))


# Ids ------------------------------------------------------------------------------------------------------------------


def _of_request(request: dict[str, Any]) -> Iterator[Mention]:
    params = request.get("params")
    if not isinstance(params, dict):
        return
    yield from _mention("thread", params.get("thread_id"))
    yield from _mention("item", params.get("item_id"))
    yield from _mention("attachment", params.get("attachment_id"))
    ids = params.get("item_ids")
    for one in ids if isinstance(ids, list) else ():
        yield from _mention("item", one)
    given = params.get("input")
    attached = given.get("attachments") if isinstance(given, dict) else None
    for one in attached if isinstance(attached, list) else ():
        yield from _mention("attachment", one)


def _of_events(documents: Iterable[Any]) -> Iterator[Mention]:
    last: dict[str, dict[str, Any]] = {}  # an item is best recognised by what it became
    order: list[Mention] = []
    for value in documents:
        if not isinstance(value, dict):
            continue
        thread, item = value.get("thread"), value.get("item")
        if isinstance(thread, dict):
            order += _mention("thread", thread.get("id"))
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            if item["id"] not in last:
                order += _mention("item", item["id"])
            last[item["id"]] = item
        elif isinstance(value.get("item_id"), str) and value["item_id"] not in last:
            order += _mention("item", value["item_id"])
            last[value["item_id"]] = {}
    for mention in order:
        if mention.noun == "item":
            yield from _of_item(last.get(mention.id) or {"id": mention.id})
        else:
            yield mention


def _of_document(exchange: Exchange, document: Any, request: dict[str, Any]) -> Iterator[Mention]:
    yield from _of_request(request)
    if not isinstance(document, dict):
        return
    operation = exchange.request.operation
    if operation == "attachments.create":
        yield from _mention("attachment", document.get("id"), str(document.get("name", "")))
    elif operation in ("threads.get_by_id", "threads.update"):
        yield from _mention("thread", document.get("id"))
    elif operation == "threads.list" and isinstance(document.get("data"), list):
        for thread in document["data"]:
            if isinstance(thread, dict):
                yield from _mention("thread", thread.get("id"), str(thread.get("title", "")))
    items = document_items(operation, document) if operation != "threads.sync_custom_action" else []
    if isinstance(document.get("updated_item"), dict):
        items.append(document["updated_item"])
    for item in items:
        yield from _of_item(item)


def _of_item(item: dict[str, Any]) -> Iterator[Mention]:
    kind = str(item.get("type", ""))
    own = {key: value for key, value in item.items() if key not in ("id", "thread_id", "created_at", "call_id")}
    content = json.dumps(own, sort_keys=True, default=str)
    yield from _mention("thread", item.get("thread_id"))
    yield from _mention("item", item.get("id"), content, kind)
    yield from _mention("call", item.get("call_id"), content, kind)
    image = item.get("image")
    if isinstance(image, dict):
        yield from _mention("image", image.get("id"), "", kind)
    attached = item.get("attachments")
    for one in attached if isinstance(attached, list) else ():
        if isinstance(one, dict):
            yield from _mention("attachment", one.get("id"), str(one.get("name", "")))


def _mention(noun: Noun, id: Any, content: str = "", kind: str = "") -> Iterator[Mention]:
    if isinstance(id, str) and id:
        yield Mention(noun, id, kind or noun, content)
