"""What a comparison leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chat.exchanges.errors import UnusableInput

__all__ = ["IGNORABLE", "Options"]

IGNORABLE = {
    "text": "the wording of messages, titles, tasks and widgets",
    "timings": "how long things took",
    "findings": "what the rules found",
    "requests": "what was asked",
    "state": "the threads at the end",
    "host": "what the page around the widget was told",
}
"""What can be left out by name."""


@dataclass(frozen=True, slots=True)
class Options:
    """How two recordings are compared. Raises `UnusableInput` for something that cannot be ignored."""

    deltas: bool = False
    """Whether text must come in the same pieces."""
    shape: bool = False
    """Whether only types, order and structure count: for agents that never answer twice in the same words."""
    ignore: frozenset[str] = frozenset()
    """Names of `IGNORABLE`, and paths like `$.item.metadata` or `$.item.widget*`, where `*` is any text."""

    def __post_init__(self) -> None:
        for word in sorted(self.ignore):
            if word not in IGNORABLE and not word.startswith("$"):
                raise UnusableInput(
                    f"{word!r} cannot be ignored.",
                    expected=f"{', '.join(IGNORABLE)}, or a path like $.item.metadata",
                    got=repr(word),
                )

    def compares(self, name: str) -> bool:
        """Whether this one of `IGNORABLE` counts."""
        return name not in self.ignore

    def ignores_path(self) -> Callable[[str], bool]:
        """Says of a path whether it, or something it lies in, is ignored."""
        patterns = [_pattern(word) for word in sorted(self.ignore) if word.startswith("$")]
        if not patterns:
            return lambda path: False
        return re.compile("|".join(patterns)).match  # type: ignore[return-value]


def _pattern(path: str) -> str:
    words: Iterable[str] = map(re.escape, path.split("*"))
    return f"(?:{'.*'.join(words)})(?:$|[.\\[])"
