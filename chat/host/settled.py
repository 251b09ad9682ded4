"""A host that only has settings: options that were typed in, or stand in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .host import NoHost
from .options_settings import settings_of
from .settings import Settings

__all__ = ["SettledHost"]


class SettledHost(NoHost):
    """
    Its settings are what `options` says at the time; every question is left to the person.

    `listen` calls a function when the options have changed, and returns what ends that.
    """

    def __init__(
        self,
        options: Callable[[], Mapping[str, Any]],
        listen: Callable[[Callable[[], None]], Callable[[], None]] = lambda changed: lambda: None,
    ) -> None:
        self._options = options
        self._listen = listen

    @property
    def settings(self) -> Settings:  # type: ignore[override]
        return settings_of(self._options())

    def on_change(self, changed: Callable[[], None]) -> Callable[[], None]:
        return self._listen(changed)
