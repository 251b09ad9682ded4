"""Generated images of every type and shape, as data."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime
from functools import cache
from io import BytesIO

from agents import RunContextWrapper, function_tool
from chatkit.types import GeneratedImage, GeneratedImageItem, ThreadItemAddedEvent, ThreadItemDoneEvent
from PIL import Image, ImageDraw

from chat.backend.script import Call, Cue, Say, Scenario, Script
from chat.backend.stage import Stage

__all__ = ["SCENARIO"]

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200"><rect width="300" height="200" fill="#274060"/>'
    '<circle cx="228" cy="60" r="26" fill="#ffd27a"/><path d="M0 200v-50l90-60 70 50 60-30 80 50v40z" fill="#5c7f6b"/>'
    "</svg>"
)
_SHAPES = {"PNG": (320, 320), "JPEG": (480, 160), "GIF": (200, 360), "WEBP": (360, 240)}


def _painted(size: tuple[int, int]) -> Image.Image:
    width, height = size
    picture = Image.new("RGB", size, "#274060")
    pen = ImageDraw.Draw(picture)
    sun = min(size) // 8
    pen.ellipse((width * 2 // 3 - sun, height // 3 - sun, width * 2 // 3 + sun, height // 3 + sun), fill="#ffd27a")
    pen.polygon(
        [(0, height), (0, height * 3 // 4), (width // 3, height // 2), (width, height * 4 // 5), (width, height)],
        fill="#5c7f6b",
    )
    return picture


@cache
def _urls() -> tuple[str, ...]:
    """Data URLs: square, wide, tall, with transparency, and drawn by a program."""
    found = []
    for kind, size in _SHAPES.items():
        picture = _painted(size)
        if kind in ("PNG", "WEBP"):
            picture.putalpha(Image.radial_gradient("L").resize(size).point(lambda value: 255 - value // 2))
        buffer = BytesIO()
        picture.save(buffer, kind)
        found.append(f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}")
    return (*found, f"data:image/svg+xml;base64,{base64.b64encode(_SVG.encode()).decode()}")


@function_tool(failure_error_function=None)
async def show_images(wrapper: RunContextWrapper[Stage]) -> str:
    """Show the user generated images of every type and shape."""
    stage = wrapper.context
    for url in await asyncio.to_thread(_urls):
        item = GeneratedImageItem(
            id=stage.generate_id("message"), thread_id=stage.thread.id, created_at=datetime.now(UTC), image=None
        )
        await stage.stream(ThreadItemAddedEvent(item=item))
        image = GeneratedImage(id=stage.generate_id("message"), url=url)
        await stage.stream(ThreadItemDoneEvent(item=item.model_copy(update={"image": image})))
    return "Five images were shown."


def _script(cue: Cue) -> Script:
    yield Call("show_images")
    yield Say("A square PNG and a WebP, both partly transparent, a wide JPEG, a tall GIF, and an SVG.")


SCENARIO = Scenario(
    name="every_image",
    label="Images of every kind",
    prompt="Show me images of every kind",
    icon="images",
    title="Images of every kind",
    keywords=("images of every kind", "every kind of image", "every image"),
    script=_script,
    tools=(show_images,),
    on_start_screen=False,
)
