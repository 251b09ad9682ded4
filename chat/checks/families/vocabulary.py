"""Rules about streams that speak another language than ChatKit's. Their fix is the stream, translated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.checks.case import Case
from chat.checks.findings import Hit, Level
from chat.checks.rules import UNKNOWN, Rule, rule
from chat.checks.vocabularies import (
    AD_HOC,
    ASSISTANTS,
    BARE_ITEM,
    CAPABILITY,
    CHAT_COMPLETIONS,
    CONVERSATIONS,
    RESPONSES,
    Vocabulary,
    foreign_type,
    nearest,
    vocabulary_of,
    wrapped,
)
from chat.protocol.vocabulary import UPDATE_TYPES

if TYPE_CHECKING:
    from chat.protocol import Event

_WHY = "Nothing of it reaches the screen: the answer stays blank under a 200 OK."
_WIDGET = "Ignores these events, in silence, and takes the end of the stream for success."
_MISSING = "What these events were to bring is missing on the screen, under a 200 OK."
_ANSWER = """yield ThreadItemAddedEvent(item=item)
yield ThreadItemUpdatedEvent(
    item_id=item.id, update=AssistantMessageContentPartTextDelta(content_index=0, delta=piece)
)
item.content = [AssistantMessageContent(text=piece)]  # all pieces, joined
yield ThreadItemDoneEvent(item=item)"""
_EXPECTED = "ChatKit's own events: thread.created, thread.item.added, thread.item.updated, thread.item.done, …"


def _is(case: Case, event: Event, vocabulary: Vocabulary, expected: str = "") -> Hit | None:
    if vocabulary_of(event) != vocabulary:
        return None
    return Hit(foreign_type(event) or "an object without a type", case.at(event), expected=expected)


def _foreign(vocabulary: Vocabulary, title: str, fix: str = _ANSWER) -> Rule:
    @rule(
        vocabulary.rule_id,
        level=Level.ERROR,
        on=UNKNOWN,
        title=title,
        expected=_EXPECTED,
        why=_WHY,
        fix=fix,
        widget=_WIDGET,
    )
    def speaks(case: Case, event: Event) -> Hit | None:
        return _is(case, event, vocabulary)

    return speaks


responses_api = _foreign(
    RESPONSES,
    "The stream is the Responses API's, not ChatKit's: the widget knows none of these events",
    "# with the Agents SDK, in respond(): the run becomes ChatKit events by itself\n"
    "result = Runner.run_streamed(agent, input_items, context=agent_context)\n"
    "async for event in stream_agent_response(agent_context, result):\n    yield event",
)
assistants_api = _foreign(
    ASSISTANTS, "The stream is the Assistants API's, not ChatKit's: the widget knows none of these events"
)
conversations_api = _foreign(
    CONVERSATIONS, "The stream is the Conversations API's, not ChatKit's: the widget knows none of these events"
)
chat_completions = _foreign(
    CHAT_COMPLETIONS, "The stream holds Chat Completions chunks, not ChatKit's events: the widget knows none of them"
)


@rule(
    "vocabulary/capability-name",
    level=Level.ERROR,
    on=UNKNOWN,
    title="Names of widget capabilities are sent as if they were events",
    expected="`thread.item.done` with that item",
    why=_MISSING,
    fix="yield ThreadItemDoneEvent(item=item)",
    widget=_WIDGET,
)
def capability_name(case: Case, event: Event) -> Hit | None:
    return _is(case, event, CAPABILITY)


@rule(
    "vocabulary/ad-hoc",
    level=Level.ERROR,
    on=UNKNOWN,
    title="The events are home-made: the widget knows none of them",
    expected=_EXPECTED,
    why=_WHY,
    fix=_ANSWER,
    widget=_WIDGET,
)
def ad_hoc(case: Case, event: Event) -> Hit | None:
    if vocabulary_of(event) != AD_HOC:
        return None
    name = foreign_type(event)
    meant = wrapped(nearest(name, event.json))
    return Hit(
        name or "an object without a type",
        case.at(event),
        f"`{name}` is no ChatKit event" if name else "",
        "The events are home-made: the widget knows none of them",
        expected=f"{meant} in place of `{name}`" if name else "",
    )


@rule(
    "vocabulary/bare-item",
    level=Level.ERROR,
    on=UNKNOWN,
    title="Items or updates are sent without their wrapper",
    expected="the item inside `thread.item.done`, the update inside `thread.item.updated`",
    why=_MISSING,
    fix="yield ThreadItemUpdatedEvent(item_id=item.id, update=update)  # an update, while the item is open\n"
    "yield ThreadItemDoneEvent(item=item)  # an item",
    widget=_WIDGET,
)
def bare_item(case: Case, event: Event) -> Hit | None:
    if vocabulary_of(event) != BARE_ITEM:
        return None
    name = foreign_type(event)
    if name in UPDATE_TYPES:
        wrapper = 'data: {"type":"thread.item.updated","item_id":"…","update":{"type":"' + name + '",…}}'
    else:
        wrapper = 'data: {"type":"thread.item.done","item":{"type":"' + name + '",…}}'
    return Hit(name, case.at(event), expected=wrapper)
