"""What the scripted assistant can show, one module per scenario."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["START_PROMPTS", "StartPrompt"]


@dataclass(frozen=True, slots=True)
class StartPrompt:
    """An offer of the start screen: a short label, the text it sends, and a Lucide icon name."""

    label: str
    prompt: str
    icon: str


START_PROMPTS: tuple[StartPrompt, ...] = (
    StartPrompt("Markdown tour", "Show me everything Markdown can do", "type"),
    StartPrompt("Long answer", "Write me a long answer about lighthouses", "scroll-text"),
)
