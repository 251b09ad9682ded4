"""How much is kept, and for how long: of what nobody has named or kept by hand, the oldest goes first."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["LEAST_BYTES", "MOST_BYTES", "MOST_DAYS", "Limits", "read_limits", "write_limits"]

LEAST_BYTES = 10_000_000
MOST_BYTES = 1_000_000_000_000
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of the library. Raises ValueError, in words, for those that make no sense."""

    bytes: int = 500_000_000
    """All recordings together."""
    days: int = 30
    """Since a recording was last written."""

    def __post_init__(self) -> None:
        if not LEAST_BYTES <= self.bytes <= MOST_BYTES:
            raise ValueError(f"The size must be from {LEAST_BYTES // 10**6} to {MOST_BYTES // 10**6:,} MB.")
        if not 1 <= self.days <= MOST_DAYS:
            raise ValueError(f"The age must be from 1 to {MOST_DAYS:,} days.")


def read_limits(path: Path) -> Limits:
    """The limits in this file; the usual ones when there is none, or when it is damaged."""
    try:
        document = json.loads(path.read_bytes())
        return Limits(bytes=int(document["bytes"]), days=int(document["days"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Limits()


def write_limits(limits: Limits, path: Path) -> None:
    """Keep the limits over a restart. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(limits), file)
    os.replace(name, path)
