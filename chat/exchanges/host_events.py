"""What the official element told the page around it, beside what went over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

__all__ = ["HostEvent"]


class HostEvent(NamedTuple):
    """A DOM event of `<openai-chatkit>`, as the page that embeds it heard it."""

    at: datetime
    """When it was heard: aware, UTC."""
    name: str
    """Its type, as the element dispatches it: "chatkit.error", "chatkit.response.start", …"""
    detail: Any
    """Its `detail`, as JSON; secrets are masked by who records it."""
    ours: bool = False
    """Whether the workbench's own page was told it, which stands in the element's place, and no element said so."""
