"""Starts the command line from an installed package: `python -m chatkit_workbench`, or the command of its name."""

import os
import sys
from pathlib import Path

__all__ = ["main"]


def main() -> None:
    """Run the command line on the workbench's own folders, whatever lies in the current one or on PYTHONPATH."""
    sys.path[:] = _own_folders_first(sys.path, os.environ.get("PYTHONPATH", ""))
    from chat.commands.main import main

    main()


def _own_folders_first(path: list[str], python_path: str) -> list[str]:
    """The import path with our folders first, and last what this process was started in and PYTHONPATH.

    A project that the workbench is tried on may have a `chat` or `storage` there, or an `agents` beside its agents.
    """
    started_in = [] if sys.flags.safe_path else path[:1]
    outside = {os.path.abspath(folder) for folder in [*started_in, *filter(None, python_path.split(os.pathsep))]}
    inside = [folder for folder in path if os.path.abspath(folder) not in outside]
    return [str(_home()), *inside, *(folder for folder in path if os.path.abspath(folder) in outside)]


def _home() -> Path:
    """The folder of `chat`, `storage` and `assets`: this package's own; in a checkout, the one this is kept in."""
    here = Path(__file__).resolve().parent
    return here if (here / "chat").is_dir() else here.parents[1]


if __name__ == "__main__":
    main()
