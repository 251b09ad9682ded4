"""Rules about widgets: components, and the text that streams into them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chat.checks.case import Case, item_of
from chat.checks.documents import document_items
from chat.checks.families.schema import crashes
from chat.checks.families.silence import nothing_said, silence
from chat.checks.findings import Hit, Level, with_article
from chat.checks.images import ONLY_UNDER_HTTPS, unseen
from chat.checks.rules import DOCUMENT, END, INVALID, ITEM_EVENTS, rule
from chat.checks.widget_places import Text, places, texts
from chat.checks.widget_props import BadProp, bad_props
from chat.protocol.vocabulary import WIDGET_COMPONENT_TYPES

if TYPE_CHECKING:
    from chat.protocol import Event

_MOST_NAMED = 40


def _rewritten(case: Case, event: Event) -> Iterator[tuple[Text, Text]]:
    """(as streamed, as completed) of the text components whose text differs at the end."""
    item = item_of(event)
    record = case.record(item.id)
    if item.type != "widget" or record is None or record.widget is None or not record.open:
        return
    streamed = texts(record.widget.root)
    by_id = {text.id: text for text in streamed.values() if text.id}
    for path, final in texts(item.widget.model_dump(exclude_none=True)).items():
        before = by_id.get(final.id) if final.id else streamed.get(path)
        if before is not None and before.value != final.value:
            yield before, final


@rule(
    "widgets/no-delta",
    level=Level.WARNING,
    on="thread.item.done",
    title="A widget's text grew without a delta",
    expected="a `widget.streaming_text.value_delta` for every piece of text",
    why="The text does not stream: it appears at once when the widget is done.",
    fix='Text(id="summary", value=text, streaming=True)',
    widget="Shows the new text only when the item is done.",
)
def no_delta(case: Case, event: Event) -> Iterator[Hit]:
    for before, final in _rewritten(case, event):
        if final.value.startswith(before.value):
            cause = (
                "stands under a Transition"
                if final.under_transition
                else "has no id"
                if not final.id
                else "was not sent"
            )
            fix = (
                f'Text(id="{final.id or "text"}", value=text, streaming=True)  # outside of Transition'
                if final.under_transition
                else ""
            )
            yield Hit(
                f"{len(final.value) - len(before.value)} characters more at {final.path}, which {cause}",
                case.at(event, item_of(event).id),
                fix=fix,
            )


@rule(
    "widgets/not-prefix",
    level=Level.WARNING,
    on="thread.item.done",
    title="A widget's streamed text was rewritten",
    expected="the same text that was streamed, or a longer one",
    why="The text jumps at the end: the reader was in the middle of another sentence.",
    fix='text += piece  # only ever append\nyield Card(children=[Text(id="summary", value=text, streaming=True)])',
    widget="Replaces the text when the item is done.",
)
def not_prefix(case: Case, event: Event) -> Iterator[Hit]:
    for before, final in _rewritten(case, event):
        if not final.value.startswith(before.value):
            yield Hit(
                f"“{final.value[:60]}” at {final.path}, “{before.value[:60]}” was streamed",
                case.at(event, item_of(event).id),
            )


@rule(
    "widgets/breaks-turn",
    level=Level.ERROR,
    on=(*ITEM_EVENTS, INVALID, DOCUMENT),
    title="A widget that takes the whole answer with it",
    expected="a Card, a ListView or a Basic, with components and texts of the right kinds in it",
    why="The whole answer is lost to the user, after every reload too.",
    fix="yield ThreadItemDoneEvent(item=WidgetItem(widget=Card(children=[Text(value=str(value))]), **fields))",
    widget="Puts “Something went wrong. Please try again later.” in place of the turn's whole assistant side; the page "
    "around it is told nothing.",
)
def breaks_turn(case: Case, event: Event | None = None) -> Iterator[Hit]:
    yield from crashes(case, event, "widget")


@rule(
    "widgets/invalid",
    level=Level.ERROR,
    on=("thread.item.done", "thread.item.replaced", "widget.root.updated", INVALID, DOCUMENT),
    title="A component's prop is missing, of the wrong type, or none that it has",
    expected="the props of the component's type in `chatkit.widgets`",
    why="The component is empty, or does nothing when it is clicked.",
    fix='Card(children=[Text(value="…"), Button(label="…", onClickAction=ActionConfig(type="…"))])\n'
    "# built with chatkit.widgets a wrong prop fails on your side",
    widget="Leaves empty what it cannot read, shows an unfilled template as it stands, sends an empty action, and "
    "ignores props that it does not know.",
)
def invalid(case: Case, event: Event | None = None) -> Iterator[Hit]:
    for item_id, widget in _widgets(case, event):
        seen: set[str] = set()
        for bad in bad_props(widget):
            if bad.path in seen or len(seen) > _MOST_NAMED:
                continue
            seen.add(bad.path)
            place = case.at(event, item_id) if event is not None else case.place(text=json.dumps(widget)[:400])
            name = bad.path.rpartition(".")[2]
            yield Hit(
                f"{bad.path}: {bad.got}",
                place,
                f"`{name}` of {with_article(bad.component)} is {_wrongness(bad)}",
                expected=f"{bad.path}: {bad.expected}",
                fix=_typed(bad, name),
                key=f"{bad.component}.{name}",
                level=Level.WARNING if bad.harmless else None,
            )


def _typed(bad: BadProp, name: str) -> str:
    """The component with this prop put right, as far as that can be known; "" where it cannot."""
    where = bad.path.rpartition(".")[0]
    if bad.meant:
        return f"{bad.component}({bad.meant}=...)  # {where}: it is called {bad.meant}, and not {name}"
    if bad.harmless:
        return f"# {where}: without `{name}`, which a {bad.component} does not have"
    if bad.got == "nothing":
        return f"{bad.component}({name}=...)  # {where}: it needs one"
    if "ActionConfig" in bad.expected and bad.got.startswith('"'):
        return f"{bad.component}({name}=ActionConfig(type={bad.got}))  # {where}"
    if "valid string" in bad.expected and bad.got[:1] not in "[{":
        return f"{bad.component}({name}={json.dumps(bad.got, ensure_ascii=False)})  # {where}"
    return ""


def _wrongness(bad: BadProp) -> str:
    if bad.harmless:
        return "no prop that it has"
    if bad.got == "nothing":
        return "missing"
    return "a template that nobody filled in" if "template" in bad.expected else "not what it has to be"


def _widgets(case: Case, event: Event | None) -> Iterator[tuple[str | None, Any]]:
    """(item id, widget) of an event, or of a document."""
    if event is None:
        items = document_items(case.operation, case.document) if case.accepted else []
        yield from ((item.get("id"), item.get("widget")) for item in items if item.get("type") == "widget")
    elif isinstance(event.json, dict) and event.type in ("thread.item.done", "thread.item.replaced"):
        item = event.json.get("item")
        if isinstance(item, dict) and item.get("type") == "widget":
            yield item.get("id"), item.get("widget")
    elif isinstance(event.json, dict) and event.valid:
        yield event.json.get("item_id"), (event.json.get("update") or {}).get("widget")


@rule(
    "widgets/image-unseen",
    level=Level.WARNING,
    on=("thread.item.done", "thread.item.replaced", "widget.root.updated", DOCUMENT),
    title="An image that does not show",
    expected="the whole https address of an image, or its bytes as a data: URI, in a format that browsers draw",
    why="There is a gap, or the sign of a broken image, where the picture should be.",
    fix='Image(src="https://images.example/plan.png", alt="The plan")',
    widget="Is a page of its own under https, of another host than yours: an image from http://127.0.0.1 is broken "
    "there, one from another host is asked for under https, most likely, and a path without a host leads elsewhere. "
    "SVG in a data: URI is shown.",
)
def image_unseen(case: Case, event: Event | None = None) -> Iterator[Hit]:
    for item_id, path, address in _images(case, event):
        why = unseen(address)
        if why:
            place = case.at(event, item_id) if event is not None else case.place(text=address[:200])
            headline = f"An image {'may' if why == ONLY_UNDER_HTTPS else 'does'} not show: {why}"
            yield Hit(f"{path}: {address[:80]}", place, headline, key=why)


def _images(case: Case, event: Event | None) -> Iterator[tuple[str | None, str, str]]:
    """(item id, JSON path, address) of the images in an event, or in a document."""
    for item_id, widget in _widgets(case, event):
        for path, node, _ in places(widget):
            if node.get("type") == "Image" and isinstance(node.get("src"), str):
                yield item_id, f"{path}.src", node["src"]
    if event is None:
        items = document_items(case.operation, case.document) if case.accepted else []
    else:
        item = event.json.get("item") if isinstance(event.json, dict) else None
        items = [item] if isinstance(item, dict) else []
    for item in items:
        image = item.get("image") if item.get("type") == "generated_image" else None
        if isinstance(image, dict) and isinstance(image.get("url"), str):
            yield item.get("id"), "$.image.url", image["url"]


@rule(
    "widgets/unknown-component",
    level=Level.WARNING,
    on=(*ITEM_EVENTS, "widget.root.updated", "widget.component.updated"),
    title="A widget component that nobody renders",
    expected="one of the documented components",
    why="The user sees a gap where the component should be.",
    fix='Card(children=[Text(value="…")])  # components: see chatkit.widgets',
    widget="Leaves the component out, with all that is in it.",
)
def unknown_component(case: Case, event: Event) -> Iterator[Hit]:
    document = event.json
    if not isinstance(document, dict):
        return
    holder = document.get("item") or document.get("update") or {}
    widget = holder.get("widget") or holder.get("component") if isinstance(holder, dict) else None
    found = 0
    for path, node, _ in places(widget):
        kind = node.get("type")
        if kind not in WIDGET_COMPONENT_TYPES and found < _MOST_NAMED:
            found += 1
            yield Hit(
                f"`{kind}` at {path}",
                case.at(event),
                f"Nobody renders a widget component called `{kind}`",
                key=str(kind),
            )


def _of_no_widget(case: Case) -> str:
    return "" if isinstance(case.params.get("item_id"), str) else "The action is none of a widget's."


@rule(
    "widgets/action-unanswered",
    level=Level.WARNING,
    on=END,
    about=("threads.custom_action",),
    unless=_of_no_widget,
    title="An action of a widget is answered by nothing",
    expected="an answer, a new widget, an effect or a notice, so that the user sees that something was done",
    why="The user clicks a button and nothing happens: they click again.",
    fix="async def action(self, thread, action, sender, context):\n"
    "    ...\n"
    '    yield NoticeEvent(level="info", message="Done.")  # or a new item, or the widget replaced',
    widget="Shows nothing new.",
)
def action_unanswered(case: Case) -> Hit | None:
    if case.operation not in action_unanswered.about or _of_no_widget(case) or not nothing_said(case):
        return None
    if case.counts["thread.updated"] or case.elsewhere:
        return None  # a new title is something that is seen
    return Hit(silence(case), case.at(case.last) if case.last else case.place())


@rule(
    "widgets/not-replaced",
    level=Level.NOTE,
    on=END,
    about=("threads.custom_action",),
    unless=_of_no_widget,
    title="An action adds a widget and leaves the clicked one as it was",
    expected="the clicked widget with its new content, unless both are meant to stay",
    why="The buttons of the old widget can be clicked again, and what they stand for is over.",
    fix="yield ThreadItemReplacedEvent(item=sender.model_copy(update={'widget': widget}))  # in action()",
    widget="Shows the new widget below, and the old one with its buttons where it was, most likely.",
)
def not_replaced(case: Case) -> Hit | None:
    clicked = case.params.get("item_id")
    if case.operation != "threads.custom_action" or not isinstance(clicked, str) or not case.ended_well:
        return None
    if clicked in case.items or clicked in case.elsewhere or case.error_at is not None:
        return None
    added = next((one for one in case.items.values() if one.type == "widget" and one.done is not None), None)
    if added is None:
        return None
    return Hit(f"widget `{added.id}` after an action of `{clicked}`", case.item_place(added.id, added.done))
