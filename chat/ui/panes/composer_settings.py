"""What the host page sets, as the browser's side of the composer reads it: icons and Markdown are HTML already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat.host.settings import Attachments, Prompt, Settings
from chat.rendering import render_markdown
from chat.rendering.icons import chatkit_icon

from ..offers import Suggestion

__all__ = ["settings_json"]

GREETING = "What should the backend answer?"
PLACEHOLDER = "Message your backend"
MOST_FILES = 10
MOST_BYTES = 100 * 2**20
"""Bytes of one file. Both limits are the declarations' own, where the options say nothing."""


def settings_json(settings: Settings, suggestions: Sequence[Suggestion] = ()) -> dict[str, Any]:
    """The settings as JSON; `suggestions` are the prompts where none are set."""
    prompts = settings.prompts
    if prompts is None:
        prompts = tuple(Prompt(one.label, one.prompt, one.icon or "") for one in suggestions)
    return {
        "greeting": settings.greeting or GREETING,
        "prompts": [_prompt(prompt) for prompt in prompts],
        "placeholder": settings.placeholder or PLACEHOLDER,
        "disclaimer": render_markdown(settings.disclaimer) if settings.disclaimer else "",
        "clear_disclaimer": settings.disclaimer_high_contrast,
        "tools": [
            {
                "id": tool.id,
                "label": tool.label,
                "short": tool.short_label or tool.label,
                "placeholder": tool.placeholder,
                "pinned": tool.pinned,
                "persistent": tool.persistent,
                "mark": str(chatkit_icon(tool.icon or "lucide:wrench", 16)),
            }
            for tool in settings.tools
        ],
        "models": [
            {
                "id": model.id,
                "label": model.label,
                "description": model.description,
                "disabled": model.disabled,
                "default": model.default,
            }
            for model in settings.models
        ],
        "attachments": _attachments(settings.attachments),
        "dictation": settings.dictation,
        "commands": settings.commands,
        "entities": settings.entities,
    }


def _prompt(prompt: Prompt) -> dict[str, Any]:
    return {
        "label": prompt.label,
        "text": prompt.text,
        "parts": [dict(part) for part in prompt.parts],
        "icon": str(chatkit_icon(prompt.icon or "sparkle", 16)),
    }


def _attachments(attachments: Attachments) -> dict[str, Any]:
    sizes = attachments.max_size
    return {
        "enabled": attachments.enabled,
        "sizes": {"": MOST_BYTES} if sizes is None else {"": sizes} if isinstance(sizes, int) else dict(sizes),
        "otherwise": MOST_BYTES,
        "most": MOST_FILES if attachments.max_count is None else attachments.max_count,
        "accept": {kind: list(endings) for kind, endings in attachments.accept.items()},
    }
