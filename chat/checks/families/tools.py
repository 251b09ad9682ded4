"""Rules about client tool calls."""

from __future__ import annotations

from chat.checks.case import Case, item_of
from chat.checks.findings import Hit, Level
from chat.checks.rules import active, rule
from chat.protocol import Event
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES


@rule(
    "tools/pending-not-last",
    level=Level.ERROR,
    on="thread.item.done",
    title="Items follow a pending client tool call",
    expected="the client tool call as the last item of its turn",
    why="The tool runs in the browser and its result is refused: the conversation stops there.",
    fix="stop = StopAtTools(stop_at_tool_names=[my_client_tool.name])\n"
    "agent = Agent(..., tools=[my_client_tool], tool_use_behavior=stop)",
    widget="Runs the tool when the stream has ended and sends its result, which the server refuses: "
    "the last stored item is not the call.",
)
def pending_not_last(case: Case, event: Event) -> Hit | None:
    item = item_of(event)
    if item.type in HIDDEN_ITEM_TYPES:
        return None
    for record in case.pending_calls.values():
        if record.id != item.id:
            call = record.final
            return Hit(
                f"{item.type} `{item.id}` after the pending call of `{call.name}`",
                case.at(event, item.id),
                f"Items follow the pending client tool call `{call.name}`",
                fix=f'stop = StopAtTools(stop_at_tool_names=["{call.name}"])\n'
                f"agent = Agent(..., tools=[{call.name}], tool_use_behavior=stop)",
                key=record.id,
            )
    return None


dangling_call = active(
    "tools/dangling-call",
    level=Level.WARNING,
    title="A tool result without a pending call breaks the stream",
    expected="an `error` event, or status 404 with a message",
    why="A second window or a repeated result ends in a broken connection and an error that explains nothing.",
    fix='raise CustomStreamError("This tool call is already answered.")  # sent as an `error` event',
    widget="Shows “Streaming failed”, or an error at once when the connection breaks.",
)
