"""The workbench's own version, installed or run from its source folder."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

__all__ = ["NAME", "version"]

NAME = "chatkit-workbench"


def version() -> str:
    """The version, like "0.1.0"; "unknown" when neither the package nor its pyproject.toml can be found."""
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        pass
    import tomllib

    try:
        project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
        return str(project["project"]["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"
