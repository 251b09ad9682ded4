"""What people set of the embedded backend, looked at before anything is imported that takes long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from os import environ as process_environment
from typing import Literal

__all__ = ["Dialect", "checked_origins", "dialect"]

Dialect = Literal["responses", "chat_completions"]

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+")


def checked_origins(origins: Iterable[str]) -> frozenset[str]:
    """Origins of pages that may call. Raises ValueError for one that is none."""
    found = frozenset(origins)
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is not an origin: scheme and host only, like https://app.example.org")
    return found


def dialect(environment: Mapping[str, str] = process_environment) -> Dialect | None:
    """
    How the real model is spoken to; None where `OPENAI_API_KEY` is not set, and the scripted one answers.

    `OPENAI_API` says it. Without it, a server of one's own (`OPENAI_BASE_URL`) is spoken to in chat completions, the
    dialect all of them have. Raises ValueError when `OPENAI_API` is neither of the two.
    """
    if not environment.get("OPENAI_API_KEY", "").strip():
        return None
    own = environment.get("OPENAI_BASE_URL", "").strip()
    api = environment.get("OPENAI_API", "").strip() or ("chat_completions" if own else "responses")
    match api:
        case "responses" | "chat_completions":
            return api
    raise ValueError(f"OPENAI_API must be 'responses' or 'chat_completions' (got {api!r})")
