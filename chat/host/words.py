"""What a profile supplies, in words: for the page and for `profile check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from .profile_values import Supplied

__all__ = ["Part", "parts_of"]

_WORDS: Final[Mapping[str, str]] = {
    "headers": "headers of each request",
    "metadata": "metadata of each request",
    "on_client_tool": "results of client tools",
    "on_effect": "what a client effect does",
    "on_action": "what widgets' client actions do",
    "search_entities": "what “@” offers",
    "entities": "what “@” offers",
    "preview_entity": "the preview of an entity",
    "search_commands": "what “/” offers",
    "commands": "what “/” offers",
    "on_command": "what a command does",
    "tools": "the tool menu",
    "models": "the model picker",
    "greeting": "the greeting",
    "start_prompts": "the first screen's prompts",
    "placeholder": "the composer's placeholder",
    "disclaimer": "the disclaimer",
    "attachments": "which files may be attached",
    "upload": "how files are uploaded",
    "locale": "the language, of threads that are opened from then on",
    "theme": "the widget's looks",
    "image_domains": "whose images are shown",
    "host_buttons": "buttons above the composer",
    "options": "options of the widget",
    "url": "the backend's address",
    "name": "its name in the list of backends, from the next start on",
    "as_widget": "headers as the official widget's, of threads that are opened from then on",
}


class Part(NamedTuple):
    """One thing that is supplied: its name in the file, what it is for, its line (0: unknown)."""

    name: str
    words: str
    line: int


def parts_of(supplied: Supplied) -> Iterator[Part]:
    """What the file supplies, in its order."""
    for name in supplied.names:
        yield Part(name, _WORDS[name], supplied.lines.get(name, 0))
