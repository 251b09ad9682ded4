"""What the start screen offers: one prompt for each scenario that is to be found there.

Written down, because the page shows it at once and the scenarios need the Agents SDK, which takes more than a second to
be imported. `tests/backend/test_scenarios.py` compares it with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "DEFAULT_MODEL",
    "HOST_OPTIONS",
    "OFFERED_COMMANDS",
    "OFFERED_ENTITIES",
    "REAL_MODEL_OPTIONS",
    "START_PROMPTS",
    "ScenarioOffer",
    "direct_upload",
]


@dataclass(frozen=True, slots=True)
class ScenarioOffer:
    """An offer of the start screen: a short label, the text it sends, and a Lucide icon name."""

    label: str
    prompt: str
    icon: str


START_PROMPTS: tuple[ScenarioOffer, ...] = (
    ScenarioOffer("Markdown tour", "Show me everything Markdown can do", "type"),
    ScenarioOffer("Reasoning and tasks", "Think hard: why can a small lamp be seen twenty miles away?", "brain"),
    ScenarioOffer("Citations", "Who invented the lighthouse lens? Give me your sources", "quote"),
    ScenarioOffer("Form in a card", "I want to book a flight", "plane"),
    ScenarioOffer("List widget", "What is the team working on?", "list-checks"),
    ScenarioOffer("Streaming widget", "Summarise the last meeting in a card", "notebook-pen"),
    ScenarioOffer("Generated image", "Draw me a lighthouse at dusk", "image"),
    ScenarioOffer("Structured questions", "Plan a weekend on the coast for me", "message-circle-question-mark"),
    ScenarioOffer("Progress", "Check the stock against the open orders", "loader"),
    ScenarioOffer("Client tool", "Which time zone is my browser in?", "wrench"),
    ScenarioOffer("Client effect", "Highlight order 1042 on my page", "wand-sparkles"),
    ScenarioOffer("Notices", "Is there anything I should know?", "bell"),
    ScenarioOffer("Error and retry", "Pay invoice 2026-0117", "triangle-alert"),
    ScenarioOffer("Locked thread", "Hand this thread over to a colleague", "lock"),
    ScenarioOffer("Long answer", "Write me a long answer about lighthouses", "scroll-text"),
)
"""In the order of `chat.backend.scenarios.SCENARIOS`."""

DEFAULT_MODEL: Final = "scripted"
"""What is sent when nobody has chosen a model."""

HOST_OPTIONS: Final[Mapping[str, Any]] = {
    "composer": {
        "attachments": {
            "enabled": True,
            "maxCount": 5,
            "maxSize": {"image/*": 5_000_000, "*": 20_000_000},
        },
        "tools": [
            {
                "id": "research",
                "label": "Research",
                "shortLabel": "Research",
                "icon": "search",
                "placeholderOverride": "What should be looked up?",
                "pinned": True,
            },
            {"id": "image", "label": "Draw an image", "shortLabel": "Image", "icon": "images", "persistent": True},
            {"id": "received", "label": "Repeat what was sent", "shortLabel": "Repeat", "icon": "reload"},
        ],
        "models": [
            {"id": DEFAULT_MODEL, "label": "Scripted", "description": "Plays a script, at once", "default": True},
            {"id": "scripted-careful", "label": "Careful", "description": "Plays the same script"},
            {"id": "scripted-old", "label": "Retired", "description": "Not offered any more", "disabled": True},
        ],
        "dictation": {"enabled": True},
    },
    "disclaimer": {"text": "The scripted assistant makes things up. That is what it is for."},
}
"""
What the page around the embedded backend supplies, by the names of the widget's options. Uploads are in two phases;
`direct_upload` is the other way.
"""

_TOOLS_OF_THE_AGENT: Final = ("research",)
"""Of the tools, those that a real model has; the others are wishes that only a script can read."""

REAL_MODEL_OPTIONS: Final[Mapping[str, Any]] = {
    "composer": {
        **{name: value for name, value in HOST_OPTIONS["composer"].items() if name not in ("models", "dictation")},
        "tools": [tool for tool in HOST_OPTIONS["composer"]["tools"] if tool["id"] in _TOOLS_OF_THE_AGENT],
    }
}
"""The same where a real model answers (`OPENAI_API_KEY`): the backend has one model, which hears
nothing, and nothing of it is a script."""

OFFERED_ENTITIES: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "id": "entity_cape_tarn",
        "title": "Cape Tarn Light",
        "icon": "lightbulb",
        "group": "Lights",
        "interactive": True,
        "data": {"built": "1871", "height_m": "31.5"},
    },
    {
        "id": "entity_skerry_vane",
        "title": "Skerry Vane Light",
        "icon": "star",
        "group": "Lights",
        "interactive": True,
        "data": {"built": "1884"},
    },
    {"id": "entity_keeper", "title": "Margaret Ness", "icon": "profile", "group": "People", "data": {"from": "1901"}},
)
"""What "@" can name, in the form of the widget's `Entity`."""

OFFERED_COMMANDS: Final[tuple[Mapping[str, Any], ...]] = (
    {"id": "components", "label": "Every component", "description": "Show me every component", "icon": "cube"},
    {"id": "repeat", "label": "Repeat", "description": "Repeat what I sent", "icon": "reload"},
)
"""What "/" offers, in the form of the widget's `Command`; each stands for the text in its description. They are
for the script: a real model knows none of them."""


def direct_upload(address: str) -> dict[str, Any]:
    """The options by which files go to the embedded backend directly, as a form. `address` is its ChatKit endpoint."""
    return {"api": {"uploadStrategy": {"type": "direct", "uploadUrl": f"{address.rstrip('/')}/attachments"}}}
