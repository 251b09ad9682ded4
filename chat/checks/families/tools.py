"""Rules about client tool calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.checks.case import Case, item_of
from chat.checks.families.silence import nothing_said, silence
from chat.checks.families.typed import failing_stream
from chat.checks.findings import Hit, Level
from chat.checks.rules import END, active, rule
from chat.protocol.vocabulary import HIDDEN_ITEM_TYPES

if TYPE_CHECKING:
    from chat.protocol import Event


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


@rule(
    "tools/output-unanswered",
    level=Level.ERROR,
    on=END,
    about=("threads.add_client_tool_output",),
    title="The result of a client tool gets no reply",
    expected="an answer that makes use of the result, or an `error` event",
    why="The tool ran in the user's browser and nothing follows: the conversation stops in the middle.",
    fix="async def respond(self, thread, input_user_message, context):\n"
    "    # input_user_message is None after a tool's result: answer from the thread's items, which hold it\n"
    "    async for event in stream_agent_response(agent_context, result):\n"
    "        yield event",
    widget="Shows nothing new.",
)
def output_unanswered(case: Case) -> Hit | None:
    if case.operation not in output_unanswered.about or not nothing_said(case):
        return None
    return Hit(silence(case), case.at(case.last) if case.last else case.place())


@rule(
    "tools/completed-call",
    level=Level.ERROR,
    on=("thread.item.added", "thread.item.done"),
    title="A client tool call is sent that is completed already",
    expected="a client tool call once, as `thread.item.done` with the status `pending`",
    why="The tool runs in the user's browser, a second time or for nothing: what it does there happens twice.",
    fix="await self.store.save_item(thread.id, call, context)  # stored, and not sent: what a stream brings is run",
    widget="Runs the tool, completed as the call is, and sends its result, which no call waits for.",
)
def completed_call(case: Case, event: Event) -> Hit | None:
    item = item_of(event)
    if item.type != "client_tool_call" or item.status != "completed":
        return None
    return Hit(
        f"`{event.type}` of the call of `{item.name}` with the status `completed`",
        case.at(event, item.id),
        f"The client tool call `{item.name}` is sent that is completed already",
        key=item.id,
    )


dangling_call = active(
    "tools/dangling-call",
    level=Level.WARNING,
    title="A tool result without a pending call breaks the stream",
    expected="an `error` event, or status 404 with a message",
    why="A second window or a repeated result ends in a broken connection and an error that explains nothing.",
    fix=failing_stream("ValueError", "This tool call is already answered.")
    + '\nreturn StreamingResponse(frames(result), media_type="text/event-stream")',
    widget="On a 4xx: silence. On a 5xx: the same POST six times, then silence. When the connection breaks: an error "
    "with a button to try again.",
)
