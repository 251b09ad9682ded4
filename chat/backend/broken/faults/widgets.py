"""Widgets whose text does not stream, or which nobody renders."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from chatkit.types import ThreadsCustomActionReq

from chat.backend.broken.exhibit import broken
from chat.backend.broken.good import SPEECH, GoodBackend
from chat.backend.broken.memory import Json, Thread


class Carded(GoodBackend):
    """A backend that answers with a card. Its text streams as it should: by deltas to a component with an id."""

    def component(self, text: str) -> Json:
        """The component in the card, with this text so far."""
        return {"type": "Markdown", "id": "summary", "value": text, "streaming": True}

    def delta(self, item: Json, delta: str) -> Json | None:
        """The event for more text; None when there is none."""
        update = {"type": "widget.streaming_text.value_delta", "component_id": "summary", "delta": delta, "done": False}
        return {"type": "thread.item.updated", "item_id": item["id"], "update": update}

    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        item = self.item(thread, "widget", widget={"type": "Card", "children": [self.component("")]})
        yield {"type": "thread.item.added", "item": item}
        said = ""
        for word in SPEECH.split(" "):
            await asyncio.sleep(self.pause)
            delta = f" {word}" if said else word
            said += delta
            event = self.delta(item, delta)
            if event is not None:
                yield event
        item = {**item, "widget": {"type": "Card", "children": [self.component(self.final(said))]}}
        self.save(thread, item)
        yield {"type": "thread.item.done", "item": item}


@broken("widgets/no-delta", "The text of a card without an id: it cannot stream")
class NoDelta(Carded):
    def component(self, text: str) -> Json:
        return {"type": "Markdown", "value": text}

    def delta(self, item: Json, delta: str) -> Json | None:
        return None


@broken("widgets/not-prefix", "The text of a card is rewritten in the end")
class NotPrefix(Carded):
    def final(self, said: str) -> str:
        return f"Summary: {said}"


@broken("widgets/unknown-component", "A component that nobody renders")
class UnknownComponent(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        slides = [{"type": "Text", "value": task} for task in ("Water the plants", "Call Ada")]
        carousel = {"type": "Carousel", "children": slides}
        item = self.item(thread, "widget", widget={"type": "Card", "children": [carousel]})
        self.save(thread, item)
        yield {"type": "thread.item.done", "item": item}


class Showing(GoodBackend):
    """A backend that answers with one widget, whole."""

    def widget(self) -> Json:
        """The widget."""
        raise NotImplementedError

    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        item = self.item(thread, "widget", widget=self.widget())
        self.save(thread, item)
        yield {"type": "thread.item.done", "item": item}


@broken("widgets/invalid", "A text without its value, and an action that is a word")
class InvalidWidget(Showing):
    def widget(self) -> Json:
        return {
            "type": "Card",
            "children": [{"type": "Text"}, {"type": "Button", "label": "Go", "onClickAction": "go"}],
        }


@broken("widgets/breaks-turn", "Markdown whose value is a number")
class BreakingWidget(Showing):
    def widget(self) -> Json:
        return {"type": "Card", "children": [{"type": "Markdown", "value": 42}]}


@broken("widgets/image-unseen", "An image by a path without a host")
class UnseenImage(Showing):
    def widget(self) -> Json:
        return {"type": "Card", "children": [{"type": "Image", "src": "/static/plan.png", "alt": "The plan"}]}


class Clicked(GoodBackend):
    """A backend that answers a question with a card that has a button."""

    def take(self, thread: Thread, asked: Any) -> None:
        if not isinstance(asked, ThreadsCustomActionReq) or thread.item(asked.params.item_id or "") is None:
            super().take(thread, asked)

    def card(self, thread: Thread, text: str, *more: Json) -> Json:
        """An item with a card that says this."""
        return self.item(
            thread, "widget", widget={"type": "Card", "children": [{"type": "Text", "value": text}, *more]}
        )

    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        if thread.items[-1]["type"] == "user_message":
            button = {"type": "Button", "label": "Book it", "onClickAction": {"type": "plan.book", "payload": {}}}
            item = self.card(thread, "A table for two, at eight?", button)
            self.save(thread, item)
            yield {"type": "thread.item.done", "item": item}


PRESS = "Now press the button: what comes back shows the fault."


@broken("widgets/action-unanswered", "A button that does nothing: its action is answered by nothing", then=PRESS)
class ActionUnanswered(Clicked):
    """It shows its card, and that is all it ever does."""


@broken(
    "widgets/not-replaced", "A button whose action brings another card and leaves the button where it is", then=PRESS
)
class NotReplaced(Clicked):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        clicked = thread.items[-1]["type"] == "widget"
        async for event in super().answer(thread):
            yield event
        if clicked:
            item = self.card(thread, "Your table is booked.")
            self.save(thread, item)
            yield {"type": "thread.item.done", "item": item}
