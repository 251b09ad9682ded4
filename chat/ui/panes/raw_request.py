"""The editor of raw requests, below the conversation."""

from __future__ import annotations

from typing import Final

from assets import ASSETS
from chat.rendering.icons import icon

from ..bridge import LiveElement

__all__ = ["RawRequest"]

_ICONS: Final = ("chevron-down", "chevron-right", "rotate-cw", "send", "square", "trash-2", "x")


class RawRequest(LiveElement, component=ASSETS / "raw_request.js"):
    """Closed until it is shown. What it asks goes over HTTP to the window `session`, with the launch `token`."""

    def __init__(self, session: str, token: str) -> None:
        super().__init__()
        self.props["session"] = session
        self.props["token"] = token
        self.props["icons"] = {name: str(icon(name, 15)) for name in _ICONS}
