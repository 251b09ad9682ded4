"""The ChatKit protocol, sans-I/O: bytes to messages, messages to events, events to thread state.

Imports the standard library, pydantic, the SDK's types and the event assembly of httpx-sse. No network, no UI.
"""

from typing import TYPE_CHECKING

from chat.on_demand import on_demand

if TYPE_CHECKING:
    from .changes import (
        AnnotationAdded,
        AnnotationsReplaced,
        Change,
        EffectRequested,
        ErrorRaised,
        ImageChanged,
        ItemAdded,
        ItemDone,
        ItemRemoved,
        ItemReplaced,
        NoticeRaised,
        OptionsChanged,
        PartReplaced,
        ProgressChanged,
        TaskAdded,
        TaskChanged,
        TextAppended,
        ThreadChanged,
        WidgetChanged,
        WidgetTextAppended,
    )
    from .event_list import EventList
    from .events import Event, EventDecoder, decode_body, runs
    from .folding import fold, fold_run
    from .framing import Message, SSEStream
    from .page_places import PagePlaces, cut_from
    from .pages import (
        complete_tool_call,
        end_stream,
        load_page,
        load_thread,
        put_after,
        put_before,
        rename_thread,
        truncate_after,
        upsert_item,
    )
    from .problems import Problem, explain
    from .state import ItemState, ThreadState, Unknown

__all__ = [
    "AnnotationAdded",
    "AnnotationsReplaced",
    "Change",
    "EffectRequested",
    "ErrorRaised",
    "Event",
    "EventDecoder",
    "EventList",
    "ImageChanged",
    "ItemAdded",
    "ItemDone",
    "ItemRemoved",
    "ItemReplaced",
    "ItemState",
    "Message",
    "NoticeRaised",
    "OptionsChanged",
    "PagePlaces",
    "PartReplaced",
    "Problem",
    "ProgressChanged",
    "SSEStream",
    "TaskAdded",
    "TaskChanged",
    "TextAppended",
    "ThreadChanged",
    "ThreadState",
    "Unknown",
    "WidgetChanged",
    "WidgetTextAppended",
    "complete_tool_call",
    "cut_from",
    "decode_body",
    "end_stream",
    "explain",
    "fold",
    "fold_run",
    "load_page",
    "load_thread",
    "put_after",
    "put_before",
    "rename_thread",
    "runs",
    "truncate_after",
    "upsert_item",
]

__getattr__ = on_demand(
    __name__,
    {
        "changes": (
            "AnnotationAdded AnnotationsReplaced Change EffectRequested ErrorRaised ImageChanged "
            "ItemAdded ItemDone ItemRemoved ItemReplaced NoticeRaised OptionsChanged PartReplaced "
            "ProgressChanged TaskAdded TaskChanged TextAppended ThreadChanged WidgetChanged "
            "WidgetTextAppended"
        ),
        "event_list": "EventList",
        "events": "Event EventDecoder decode_body runs",
        "folding": "fold fold_run",
        "framing": "Message SSEStream",
        "pages": (
            "complete_tool_call end_stream load_page load_thread put_after put_before "
            "rename_thread truncate_after upsert_item"
        ),
        "page_places": "PagePlaces cut_from",
        "problems": "Problem explain",
        "state": "ItemState ThreadState Unknown",
    },
)
