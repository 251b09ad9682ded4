"""Specimens of items that are no widgets: (name, what it shows, its type, its fields)."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["ITEMS"]

_SAID: Final = (
    "Steps were cut into the lens in 1748, and in 1822 the first one was lit. The drawings are kept at Cape Tarn."
)
_SOURCES: Final = (
    (
        _SAID.index(", and"),
        {
            "type": "url",
            "title": "Fresnel lens",
            "url": "https://en.wikipedia.org/wiki/Fresnel_lens",
            "description": "A composite compact lens, developed for use in lighthouses.",
            "attribution": "Wikipedia",
            "timestamp": "2026-03-01",
        },
    ),
    (_SAID.index(" The drawings"), {"type": "file", "title": "Annual return", "filename": "annual-return-1907.pdf"}),
    (
        len(_SAID) - 1,
        {
            "type": "entity",
            "id": "light-4",
            "title": "Cape Tarn Light",
            "icon": "lightbulb",
            "label": "Lighthouse",
            "inline_label": "Cape Tarn",
            "interactive": True,
            "description": "Tower of grey granite, 31.5 m, lit since 1871",
        },
    ),
)
_PICTURE: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 480 200'%3E%3Crect width='480' "
    "height='200' fill='%23233554'/%3E%3Cpath d='M200 200l14-130h24l14 130z' fill='%23e8e8ee'/%3E%3Cpath d='M238 62 "
    "L480 20v84z' fill='%23ffe9a8' opacity='.6'/%3E%3C/svg%3E"
)
_TASKS: Final[list[dict[str, Any]]] = [
    {"type": "thought", "title": "What is asked", "content": "They want **dates**, and where they come from."},
    {
        "type": "web_search",
        "title_query": "first lighthouse lens",
        "queries": ["fresnel lens first lit"],
        "sources": [_SOURCES[0][1]],
        "status_indicator": "complete",
    },
    {"type": "file", "title": "Read the annual return", "sources": [_SOURCES[1][1]], "status_indicator": "complete"},
    {"type": "custom", "title": "Compared the two", "icon": "check", "status_indicator": "complete"},
]

ITEMS: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    (
        "Citations",
        "sources of all three kinds",
        "assistant_message",
        {
            "content": [
                {
                    "type": "output_text",
                    "text": _SAID,
                    "annotations": [{"type": "annotation", "index": at, "source": source} for at, source in _SOURCES],
                }
            ]
        },
    ),
    (
        "Workflow",
        "steps, with how long they took",
        "workflow",
        {"workflow": {"type": "reasoning", "tasks": _TASKS, "summary": {"duration": 0}, "expanded": True}},
    ),
    ("Task", "one step by itself", "task", {"task": _TASKS[1]}),
    (
        "Generated image",
        "of any kind, with its proportions",
        "generated_image",
        {"image": {"id": "i1", "url": _PICTURE}},
    ),
    (
        "Questions",
        "structured input",
        "structured_input",
        {
            "status": "pending",
            "inputs": [
                {
                    "type": "multiple_choice",
                    "id": "where",
                    "question": "Where does it fail?",
                    "options": [{"value": "In production"}, {"value": "On this machine"}],
                    "multiple": True,
                },
                {"type": "freeform", "id": "since", "question": "Since when?"},
            ],
        },
    ),
    (
        "Client tool call",
        "what the page is asked to do",
        "client_tool_call",
        {"status": "pending", "call_id": "call_1", "name": "get_selection", "arguments": {"of": "canvas"}},
    ),
)
