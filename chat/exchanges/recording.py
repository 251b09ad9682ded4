"""Exchanges on disk: JSON lines."""

from __future__ import annotations

from pathlib import Path

from chat.exchanges.exchange import Exchange

__all__ = ["Recorder", "read", "write"]


class Recorder:
    """Writes an exchange while it runs."""


def write(exchange: Exchange, path: Path) -> None:
    """Write the exchange, mode 0600."""
    raise NotImplementedError


def read(path: Path) -> Exchange:
    """Read an exchange back."""
    raise NotImplementedError
