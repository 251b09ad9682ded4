"""The protocol's names.

They are written down here because the SDK's own types take a third of a second to be imported, which not every command
has to wait for. `tests/protocol/test_vocabulary.py` compares each with the type of `chatkit` that says it.
"""

from __future__ import annotations

__all__ = [
    "EVENT_TYPES",
    "HIDDEN_ITEM_TYPES",
    "ITEM_TYPES",
    "OPERATIONS",
    "SOURCE_TYPES",
    "STREAMING_OPERATIONS",
    "UPDATE_TYPES",
    "WIDGET_COMPONENT_TYPES",
    "WIDGET_ROOT_TYPES",
]

STREAMING_OPERATIONS = frozenset(
    (
        "threads.add_client_tool_output",
        "threads.add_structured_input",
        "threads.add_user_message",
        "threads.create",
        "threads.custom_action",
        "threads.retry_after_item",
    )
)
"""The operations that are answered with a stream of events (protocol facts, section 1): `StreamingReq`."""

OPERATIONS = STREAMING_OPERATIONS | {
    "attachments.create",
    "attachments.delete",
    "input.transcribe",
    "items.feedback",
    "items.list",
    "threads.delete",
    "threads.get_by_id",
    "threads.list",
    "threads.sync_custom_action",
    "threads.update",
}
"""All that a ChatKit request can ask for: `StreamingReq` and `NonStreamingReq`."""

EVENT_TYPES = frozenset(
    (
        "client_effect",
        "error",
        "notice",
        "progress_update",
        "stream_options",
        "thread.created",
        "thread.item.added",
        "thread.item.done",
        "thread.item.removed",
        "thread.item.replaced",
        "thread.item.updated",
        "thread.updated",
    )
)
"""`ThreadStreamEvent`"""

UPDATE_TYPES = frozenset(
    (
        "assistant_message.content_part.added",
        "assistant_message.content_part.annotation_added",
        "assistant_message.content_part.done",
        "assistant_message.content_part.text_delta",
        "generated_image.updated",
        "widget.component.updated",
        "widget.root.updated",
        "widget.streaming_text.value_delta",
        "workflow.task.added",
        "workflow.task.updated",
    )
)
"""`ThreadItemUpdate`"""

ITEM_TYPES = frozenset(
    (
        "assistant_message",
        "client_tool_call",
        "end_of_turn",
        "generated_image",
        "hidden_context_item",
        "sdk_hidden_context",
        "structured_input",
        "task",
        "user_message",
        "widget",
        "workflow",
    )
)
"""`ThreadItem`"""

HIDDEN_ITEM_TYPES = frozenset(("hidden_context_item", "sdk_hidden_context"))
"""Items that must never reach a client, and are never to be shown when they do."""

SOURCE_TYPES = frozenset(("entity", "file", "url"))
"""`Source`"""

WIDGET_ROOT_TYPES = frozenset(("Basic", "Card", "ListView"))
"""`WidgetRoot`"""

WIDGET_COMPONENT_TYPES = WIDGET_ROOT_TYPES | {
    "Badge",
    "Box",
    "Button",
    "Caption",
    "Chart",
    "Checkbox",
    "Col",
    "DatePicker",
    "Divider",
    "Form",
    "Icon",
    "Image",
    "Input",
    "Label",
    "ListViewItem",
    "Markdown",
    "RadioGroup",
    "Row",
    "Select",
    "Spacer",
    "Text",
    "Textarea",
    "Title",
    "Transition",
    # only in the widget's own declarations
    "Table",
    "Table.Cell",
    "Table.Row",
}
"""`WidgetComponent`, and the roots"""
