"""What the start screen offers: one prompt for each scenario that is to be found there.

Written down, because the page shows it at once and the scenarios need the Agents SDK, which takes more than a second to
be imported. `tests/backend/test_scenarios.py` compares it with them.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["START_PROMPTS", "ScenarioOffer"]


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
