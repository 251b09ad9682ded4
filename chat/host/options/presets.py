"""Options to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True)
class Preset:
    """A named set of options; `hint` says what it is good for."""

    name: str
    hint: str
    options: Mapping[str, Any]


_PROMPTS: Final = [
    {"label": "What can you do?", "prompt": "What can you do?", "icon": "circle-question"},
    {"label": "Show me everything", "prompt": "Show me everything that you can show.", "icon": "sparkle"},
]

PRESETS: Final[tuple[Preset, ...]] = (
    Preset("Plain", "The widget as it is without any option", {}),
    Preset(
        "Everything on",
        "Every part of the widget that has a switch",
        {
            "frameTitle": "Chat",
            "header": {
                "enabled": True,
                "title": {"enabled": True},
                "leftAction": {"icon": "home"},
                "rightAction": {"icon": "settings-cog"},
            },
            "history": {"enabled": True, "showDelete": True, "showRename": True},
            "startScreen": {"greeting": "How can I help?", "prompts": _PROMPTS},
            "threadItemActions": {"feedback": True, "retry": True},
            "composer": {
                "placeholder": "Ask anything",
                "attachments": {"enabled": True, "maxCount": 5, "maxSize": {"image/*": 5_000_000, "*": 20_000_000}},
                "tools": [{"id": "search", "label": "Search", "icon": "search", "pinned": True}],
                "models": [
                    {"id": "fast", "label": "Fast", "default": True},
                    {"id": "careful", "label": "Careful", "description": "Takes its time"},
                ],
                "dictation": {"enabled": True},
            },
            "disclaimer": {"text": "Answers may be wrong. Check what matters.", "highContrast": True},
            "entities": {"showComposerMenu": True},
            "commands": {"enabled": True},
            "thread": {"autoScroll": True},
        },
    ),
    Preset("Dark", "Stays dark, whatever the workbench does", {"theme": {"colorScheme": "dark"}}),
    Preset(
        "Own colours",
        "Accent, density, roundness and type",
        {
            "theme": {
                "radius": "soft",
                "density": "compact",
                "typography": {"baseSize": 15},
                "color": {"accent": {"primary": "#5750d8", "level": 2}, "grayscale": {"hue": 250, "tint": 4}},
            }
        },
    ),
    Preset("No history", "One thread, and no way to the others", {"history": {"enabled": False}}),
    Preset(
        "No header",
        "For a page that has a header of its own",
        {"header": {"enabled": False}, "history": {"enabled": False}},
    ),
    Preset("German", "Another language: `Accept-Language` changes with it", {"locale": "de-DE"}),
)
