"""
A stand-in for the official widget: no test may reach its CDN.

Written from what the widget was watched to do (docs/widget.md), never from its code. `install` puts it where the
CDN's script would be, for one page or all pages of a context.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, FrameLocator, Page, Route

__all__ = ["CDN", "FRAME", "frame_of", "install", "unreachable"]

CDN: Final = "https://cdn.platform.openai.com/**"
FRAME: Final = "stand-in-frame.html"
"""File name of the frame, in place of the one that changes with every build."""
HERE: Final = Path(__file__).parent


def install(
    place: BrowserContext | Page, *, scale: float = 1.0, refuse_domain: bool = False, silent: bool = False
) -> None:
    """
    Serve the stand-in as the CDN's script. Pauses between attempts are multiplied with `scale`; with `refuse_domain` it
    takes its frame away as after a refused domain; with `silent` it never becomes ready.
    """
    settings = {"scale": scale, "refuseDomain": refuse_domain, "silent": silent}
    script = f"window.STAND_IN = {json.dumps(settings)};\n{(HERE / 'element.js').read_text('utf-8')}"

    def answer(route: Route) -> None:
        if route.request.url.split("?")[0].endswith("/chatkit.js"):
            route.fulfill(body=script, content_type="text/javascript")
        elif FRAME in route.request.url:
            route.fulfill(body=(HERE / "frame.html").read_text("utf-8"), content_type="text/html")
        else:
            route.abort()

    place.route(CDN, answer)


def unreachable(place: BrowserContext | Page) -> None:
    """The CDN cannot be reached."""
    place.route(CDN, lambda route: route.abort("connectionrefused"))


def frame_of(stage: FrameLocator) -> FrameLocator:
    """The inside of the stand-in, from the stage that hosts it."""
    return stage.frame_locator("openai-chatkit iframe")
