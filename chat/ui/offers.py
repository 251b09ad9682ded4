"""What the page offers and whoever starts it hands in: suggestions for a first message, and the gallery."""

from __future__ import annotations

from typing import Protocol

__all__ = ["BrokenBackend", "Suggestion"]


class Suggestion(Protocol):
    """One suggestion of the start screen; `icon` is one of ChatKit's names."""

    @property
    def label(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def icon(self) -> str | None: ...


class BrokenBackend(Protocol):
    """One entry of the gallery of what can go wrong."""

    @property
    def rule_id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def second_headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def then(self) -> str: ...
