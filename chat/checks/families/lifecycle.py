"""Rules about the order of events and the life of items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chat.checks.case import Case, item_of, same_content, value_of
from chat.checks.documents import document_items
from chat.checks.findings import Hit, Level, counted
from chat.checks.rules import DOCUMENT, END, ITEM_EVENTS, UPDATES, rule
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

if TYPE_CHECKING:
    from chat.protocol import Event

_DONE = "yield ThreadItemDoneEvent(item=item)"
GO_ON = ("workflow", "widget")
"""Items that one stream may begin and a later one complete (protocol facts, 3.11)."""
_REPEATED = 8
"""Characters from which on a repetition is no coincidence."""


@rule(
    "lifecycle/no-thread-created",
    level=Level.ERROR,
    on=(*ITEM_EVENTS, END),
    title="A new thread is not announced",
    expected="`thread.created` as the first event of `threads.create`",
    why="The widget does not know which thread it is in: the next message opens another one; the history stays empty.",
    fix="thread = Thread(id=store.generate_thread_id(context), created_at=datetime.now(timezone.utc), items=Page())\n"
    "yield ThreadCreatedEvent(thread=thread)",
    widget="Goes back to the start screen when the stream ends, in silence.",
)
def no_thread_created(case: Case, event: Event | None = None) -> Hit | None:
    if case.exchange.request.operation != "threads.create" or case.created:
        return None
    if event is not None:
        if case.items:
            return None  # said at the first item
        return Hit(f"`{event.type}` comes first", case.at(event), _first_fix(event), fix=_thread_first(event))
    if case.items or not case.events or _only_an_error(case) or not case.ended_well:
        return None
    return Hit(f"{counted(case.events, 'event')}, none of them `thread.created`", case.place())


def _first_fix(event: Event) -> str:
    return f"The first event of a new thread is `{event.type}`, not `thread.created`"


def _thread_first(event: Event) -> str:
    item = item_of(event)
    thread = {"id": item.thread_id, "created_at": item.created_at.isoformat(), "status": {"type": "active"}}
    sent = {"type": "thread.created", "thread": {**thread, "items": {"data": [], "has_more": False}}}
    line = json.dumps(sent, ensure_ascii=False)
    where = "# before everything else, and only there; from Python:"
    return f"data: {line}\n\n{where}\nyield ThreadCreatedEvent(thread=thread)"


@rule(
    "lifecycle/thread-created-again",
    level=Level.ERROR,
    on="thread.created",
    title="A thread is created again",
    expected="`thread.created` once, and only for `threads.create`",
    why="Each message opens a new thread: what was said before is gone from the page.",
    fix="thread = await store.load_thread(request.params.thread_id, context)  # and no ThreadCreatedEvent in this turn",
    widget="Shows nothing odd while it streams; which thread the next message goes to is not known.",
)
def thread_created_again(case: Case, event: Event) -> Hit | None:
    thread_id = value_of(event).thread.id
    if case.created:
        return Hit(f"`thread.created` for `{thread_id}` as well", case.at(event), key="twice")
    operation = case.exchange.request.operation
    asked = case.params.get("thread_id")
    if operation and operation != "threads.create":
        return Hit(
            f"`thread.created` for `{thread_id}` in answer to `{operation}`",
            case.at(event),
            f"`{operation}` opens a thread of its own instead of using the one it was given",
            fix=f"thread = await store.load_thread({asked!r}, context)  # and no ThreadCreatedEvent in this turn"
            if asked
            else "",
        )
    if case.history.thread_id is not None and not operation:
        return Hit(f"`thread.created` for `{thread_id}` after `{case.history.thread_id}`", case.at(event))
    return None


@rule(
    "lifecycle/user-message-missing",
    level=Level.ERROR,
    on=END,
    title="The user's message is not sent back",
    expected="`thread.item.done` with the user's message, before the answer",
    why="The user's own bubble vanishes when the stream ends.",
    fix="user_message = UserMessageItem(\n"
    '    id=store.generate_item_id("message", thread, context),\n'
    "    thread_id=thread.id,\n    created_at=datetime.now(timezone.utc),\n"
    "    content=request.params.input.content, inference_options=request.params.input.inference_options,\n)\n"
    "yield ThreadItemDoneEvent(item=user_message)",
    widget="Shows the answer without the question, and names the thread by the answer's first words.",
)
def user_message_missing(case: Case) -> Hit | None:
    if not case.sends_message or not case.events or not case.ended_well or not case.accepted or _only_an_error(case):
        return None
    if case.user_messages:
        return None
    added = [record.id for record in case.items.values() if record.type == "user_message"]
    got = f"`{added[0]}` added, but not done" if added else "no user_message item"
    return Hit(got, case.place())


@rule(
    "lifecycle/never-done",
    level=Level.ERROR,
    on=END,
    title="An item is added and never completed",
    expected="`thread.item.done` for every item that was added",
    why="It is visible while it streams and gone after a reload: only completed items are stored.",
    fix=_DONE,
    widget="Shows what has streamed, until the thread is loaded again.",
)
def never_done(case: Case) -> Iterator[Hit]:
    # after an error pending items are dropped on purpose; a generated image may stay at its last preview
    if not case.ended_well or case.error_at is not None:
        return
    for record in case.items.values():
        if record.type in GO_ON and case.pending_calls:
            continue  # the turn goes on in another stream, with the tool's result
        if (
            record.open
            and record.type not in ("generated_image", "user_message")
            and record.type not in HIDDEN_ITEM_TYPES
        ):
            text = "".join("".join(pieces) for pieces in record.parts.values())
            said = f" with {counted(len(text), 'character')} of text" if text else ""
            yield Hit(
                f"{record.type} `{record.id}`{said}",
                case.item_place(record.id, record.added),
                f"The {record.type} `{record.id}` is added and never completed",
                "Items are added and never completed",
                fix=f"{_DONE}  # {record.id}",
                key="item",
            )


@rule(
    "lifecycle/unknown-item",
    level=Level.ERROR,
    on=(*UPDATES, "thread.item.removed"),
    title="Updates for an item that was never added",
    expected="`thread.item.added` before the first update",
    why="The text has nowhere to go: nothing appears while it streams.",
    fix="yield ThreadItemAddedEvent(item=item)  # before the first update of item.id",
    widget="Drops the updates, with a line in the browser's console.",
)
def unknown_item(case: Case, event: Event) -> Hit | None:
    item_id = value_of(event).item_id
    if item_id in case.items or item_id in case.history.items or item_id in case.history.open:
        return None
    removal = event.type == "thread.item.removed"
    if not case.history_known and (removal or not value_of(event).update.type.startswith("assistant_message.")):
        return None  # an earlier turn may have brought it; assistant messages do not go on in a later one
    return Hit(
        f"`{item_id}`",
        case.at(event, item_id),
        f"Updates for `{item_id}`, which was never added",
        fix=f"yield ThreadItemAddedEvent(item=item)  # with item.id == {item_id!r}, before its first update",
        key=item_id,
    )


@rule(
    "lifecycle/after-done",
    level=Level.WARNING,
    on=UPDATES,
    title="Updates after the item was completed",
    expected="no update after `thread.item.done`; a later change as `thread.item.replaced`",
    why="What comes after is not stored: it is gone after a reload.",
    fix="yield ThreadItemReplacedEvent(item=item)",
    widget="Shows nothing odd while it streams.",
)
def after_done(case: Case, event: Event) -> Hit | None:
    record = case.items.get(value_of(event).item_id)
    if record is None or record.done is None:
        return None
    update = value_of(event).update.type
    return Hit(
        f"{update} for `{record.id}`, done at event {record.done}",
        case.at(event, record.id),
        f"`{record.id}` is updated after it was completed",
        key=record.id,
    )


@rule(
    "lifecycle/delta-mismatch",
    level=Level.ERROR,
    on=("thread.item.done", "assistant_message.content_part.done"),
    title="The final text is not the text that was streamed",
    expected="the deltas, joined",
    why="The text jumps under the reader's eyes, and another one is stored.",
    fix="text += piece  # one string for the deltas and for the final item\n"
    "item.content = [AssistantMessageContent(text=text)]\n" + _DONE,
    widget="Shows the streamed text, then puts the final one in its place.",
)
def delta_mismatch(case: Case, event: Event) -> Hit | None:
    value = value_of(event)
    whole = event.type == "thread.item.done"
    record = case.items.get(value.item.id if whole else value.item_id)
    if record is None or not record.streamed or record.type != "assistant_message" or record.done is not None:
        return None
    if whole:
        content = getattr(value.item, "content", [])
        final = {index: part.text for index, part in enumerate(content) if hasattr(part, "text")}
        parts = sorted(record.streamed)
    else:
        part = value.update.content_index
        final, parts = {part: value.update.content.text}, [part]
    for part in parts:
        streamed = "".join(record.parts.get(part, ()))
        if part in record.streamed and streamed != final.get(part, ""):
            elsewhere = next((index for index, text in final.items() if text == streamed and index not in parts), None)
            if elsewhere is not None:
                return Hit(
                    f"streamed under content_index {part}, and it is part {elsewhere} in the end",
                    case.at(event, record.id),
                    f"The text of `{record.id}` was streamed under another `content_index` than it has",
                    expected=f"content_index {elsewhere}: parts count from 0",
                    fix=f"AssistantMessageContentPartTextDelta(content_index={elsewhere}, delta=piece)",
                    key=record.id,
                )
            return Hit(
                _difference(streamed, final.get(part, "")),
                case.at(event, record.id),
                f"The final text of `{record.id}` is not the text that was streamed",
                key=record.id,
            )
    return None


def _difference(streamed: str, final: str) -> str:
    same = next((i for i, (one, other) in enumerate(zip(streamed, final, strict=False)) if one != other), None)
    if same is None:
        if len(final) > len(streamed):
            more = counted(len(final) - len(streamed), "character")
            return f"{more} more than streamed: “{final[len(streamed) :][:60]}”"
        fewer = counted(len(streamed) - len(final), "character")
        return f"{fewer} fewer than streamed: “{streamed[len(final) :][:60]}” is missing"
    return f"“{final[same : same + 40]}” at character {same}, “{streamed[same : same + 40]}” was streamed"


@rule(
    "lifecycle/task-unfinished",
    level=Level.WARNING,
    on="thread.item.done",
    title="A workflow is completed while a task is still loading",
    expected="every task `complete` before `thread.item.done` of its workflow",
    why="The task looks as if it were never finished, today and after every reload.",
    fix='for task in item.workflow.tasks:\n    task.status_indicator = "complete"\n' + _DONE,
    widget="Shows the task as it stood, without a moving sign.",
)
def task_unfinished(case: Case, event: Event) -> Iterator[Hit]:
    item = item_of(event)
    if item.type not in ("workflow", "task"):
        return
    tasks = item.workflow.tasks if item.type == "workflow" else [item.task]
    for index, task in enumerate(tasks):
        if getattr(task, "status_indicator", None) == "loading":
            name = getattr(task, "title", None) or task.type
            yield Hit(f"task {index} (“{str(name)[:60]}”) of `{item.id}`", case.at(event, item.id), key=item.id)


@rule(
    "lifecycle/repeated-text",
    level=Level.ERROR,
    on=("thread.item.done", "assistant_message.content_part.done"),
    title="The last delta repeats everything before it",
    expected="only what is new in each delta",
    why="The answer stands twice in one message.",
    fix="text = text[len(sent):]  # the model's final text, less what was streamed already",
    widget="Shows the answer twice, one behind the other.",
)
def repeated_text(case: Case, event: Event) -> Iterator[Hit]:
    value = value_of(event)
    whole = event.type == "thread.item.done"
    record = case.items.get(value.item.id if whole else value.item_id)
    if record is None or record.type != "assistant_message" or record.done is not None:
        return
    for part in record.streamed if whole else {value.update.content_index} & record.streamed:
        *earlier, last = record.parts.get(part) or [""]
        before = sum(map(len, earlier))
        pieces = sum(map(bool, earlier))
        # one piece and the same once more may be two lines alike: an error only where several are repeated at once
        if before >= _REPEATED and last[:before] == "".join(earlier):
            yield Hit(
                f"{counted(before, 'character')} of `{record.id}` streamed, then the same again in one delta",
                case.at(event, record.id),
                f"The last delta of `{record.id}` repeats everything before it",
                "The last delta of an answer repeats everything before it",
                key="item" if pieces > 1 else "piece",
                level=None if pieces > 1 or len(last) > before else Level.WARNING,
            )


@rule(
    "lifecycle/done-differs",
    level=Level.ERROR,
    on="thread.item.done",
    title="An item is completed a second time, with another content",
    expected="one `thread.item.done` for each item; a later change as `thread.item.replaced`",
    why="A store that appends has both, one that does not keeps the first: what the user reads changes with a reload.",
    fix="yield ThreadItemReplacedEvent(item=item)  # or an id of its own, when it is another item",
    widget="Shows the last of them, most likely, until the thread is loaded again.",
)
def done_differs(case: Case, event: Event) -> Hit | None:
    item = item_of(event)
    record = case.items.get(item.id)
    if record is None or not record.done_count or record.done is None or record.type != item.type:
        return None
    if same_content(record.final, item):
        return None  # identity/done-twice
    return Hit(
        f"{item.type} `{item.id}` at events {record.done} and {event.index}",
        case.at(event, item.id),
        f"`{item.id}` is completed a second time, with another content",
        "Items are completed a second time, with another content",
        key="item",
    )


@rule(
    "lifecycle/late-annotations",
    level=Level.NOTE,
    on="thread.item.done",
    title="The sources come only with the finished message",
    expected="`annotation_added` updates while the text streams",
    why="The reader sees where it comes from when the answer is over, and the text moves to make room.",
    fix="yield ThreadItemUpdatedEvent(\n"
    "    item_id=item.id,\n"
    "    update=AssistantMessageContentPartAnnotationAdded(\n"
    "        content_index=0, annotation_index=0, annotation=annotation\n"
    "    ),\n"
    ")",
    widget="Shows them when the message is done, most likely.",
)
def late_annotations(case: Case, event: Event) -> Hit | None:
    item = item_of(event)
    record = case.items.get(item.id)
    if item.type != "assistant_message" or record is None or not record.streamed or record.annotated:
        return None
    number = sum(len(part.annotations) for part in item.content)
    if not number or record.done is not None:
        return None
    return Hit(f"{counted(number, 'annotation')} in `thread.item.done` of `{item.id}` alone", case.at(event, item.id))


@rule(
    "lifecycle/hidden-leaked",
    level=Level.ERROR,
    on=(*ITEM_EVENTS, DOCUMENT),
    title="Hidden context is sent to the client",
    expected="hidden context items in the store only",
    why="Anybody can read it in the browser's network tab: your prompts, your user's data.",
    fix="await self.store.add_thread_item(thread.id, hidden_item, context)  # and no event for it",
    widget="Does not show them.",
)
def hidden_leaked(case: Case, event: Event | None = None) -> Iterator[Hit]:
    if event is not None:
        item = item_of(event)
        if item.type in HIDDEN_ITEM_TYPES:
            yield Hit(f"{item.type} `{item.id}` in `{event.type}`", case.at(event, item.id))
        return
    for found in document_items(case.operation, case.document):
        if found.get("type") in HIDDEN_ITEM_TYPES:
            text = json.dumps(found, ensure_ascii=False)
            yield Hit(f"{found['type']} `{found.get('id')}`", case.place(text=text))


@rule(
    "lifecycle/no-stream-options",
    level=Level.NOTE,
    on=END,
    title="The stream does not say whether it may be cancelled",
    expected="`stream_options` before the answer",
    why="It is left open whether the user gets a stop button.",
    fix="yield StreamOptionsEvent(stream_options=StreamOptions(allow_cancel=True))",
    widget="Keeps its default for the stop button.",
)
def no_stream_options(case: Case) -> Hit | None:
    if not case.streaming or not case.ended_well or not case.items or case.counts["stream_options"]:
        return None
    return Hit(f"{counted(case.events, 'event')}, no `stream_options`", case.place())


def _only_an_error(case: Case) -> bool:
    """Whether the backend refused: an error, and not one item."""
    return case.error_at is not None and not case.items and not case.created
