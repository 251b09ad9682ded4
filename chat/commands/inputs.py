"""Files that a command is given, or what comes on standard input."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from chat.commands.reporting import Unusable

__all__ = ["input_name", "read_input"]


def input_name(file: str) -> str:
    """What a file is called in words; `-` is standard input."""
    return "standard input" if file == "-" else os.path.basename(file)


def read_input(file: str) -> bytes:
    """What is in a file, or on standard input for `-`. Raises `Unusable`."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as problem:
        raise Unusable(f"{file} cannot be read: {problem.strerror or problem}.") from problem
