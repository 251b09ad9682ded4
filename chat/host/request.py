"""What `headers(request)` and `metadata(request)` of a profile are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """One request, before it is sent."""

    operation: str
    """Like "threads.create"; "" for the bytes of a file."""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The JSON that will be sent."""

    @property
    def thread_id(self) -> str | None:
        """The thread that it is about, None when there is none yet."""
        params = self.body.get("params")
        found = params.get("thread_id") if isinstance(params, Mapping) else None
        return found if isinstance(found, str) else None
