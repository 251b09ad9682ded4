"""The backend of the page of components: it answers a specimen's name with the specimen, as the SDK streams it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chat.backend.broken.good import GoodBackend
from chat.backend.broken.memory import Json, Thread
from chat.backend.broken.visitors import Visitors
from chat.backend.specimens import SPECIMENS, Specimen

__all__ = ["Components"]

_GROWS = ("Text", "Markdown")


class _OneAtATime(GoodBackend):
    async def answer(self, thread: Thread) -> AsyncIterator[Json]:
        asked = next((item for item in reversed(thread.items) if item["type"] == "user_message"), {})
        name = "".join(part.get("text", "") for part in asked.get("content", ())).strip()
        specimen = SPECIMENS.get(name)
        if specimen is None:
            async for event in self.says(thread, f"There is no specimen called {name[:60]}."):
                yield event
        elif specimen.item == "widget":
            async for event in self._widget(thread, specimen):
                yield event
        else:
            item = self.item(thread, specimen.item, **specimen.make())
            self.save(thread, item)
            yield {"type": "thread.item.done", "item": item}

    async def _widget(self, thread: Thread, specimen: Specimen) -> AsyncIterator[Json]:
        # what an answer is made with takes more than a second to be imported
        from chatkit.server import stream_widget
        from chatkit.types import ThreadMetadata
        from chatkit.widgets import DynamicWidgetRoot

        metadata = ThreadMetadata(id=thread.id, created_at=datetime.now())
        growing = _growing(specimen.make(), DynamicWidgetRoot.model_validate)
        async for event in stream_widget(metadata, growing, generate_id=lambda _: self.new_id("item")):
            sent = event.model_dump(mode="json", exclude_none=True)
            if event.type == "thread.item.done":
                self.save(thread, sent["item"])
            yield sent


async def _growing(whole: Json, made: Callable[[Any], Any]) -> AsyncGenerator[Any, None]:
    """The widget, first without the text that is to stream, then with more and more of it."""
    text = next(_streaming(whole), "")
    words = text.split(" ")
    for count in range(1 if text else len(words), len(words) + 1):
        yield made(_with_text(whole, " ".join(words[:count])))


def _streaming(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") in _GROWS and node.get("streaming") and node.get("id"):
            yield node["value"]
        for child in node.values():
            yield from _streaming(child)
    elif isinstance(node, list):
        for child in node:
            yield from _streaming(child)


def _with_text(node: Any, text: str) -> Any:
    if isinstance(node, list):
        return [_with_text(child, text) for child in node]
    if not isinstance(node, dict):
        return node
    grows = node.get("type") in _GROWS and node.get("streaming") and node.get("id")
    return {**{name: _with_text(child, text) for name, child in node.items()}, **({"value": text} if grows else {})}


class Components:
    """Mounted under `/components/chatkit`. Each visitor has threads of its own, until it has long stayed away."""

    def __init__(self) -> None:
        self._visitors = Visitors(partial(_OneAtATime, 0.0))

    def mount(self, app: FastAPI) -> None:
        """Add the route."""
        app.router.routes.append(Route("/components/{place:path}", self))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._visitors.backend_of("")(scope, receive, send)
