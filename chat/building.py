"""Models of pydantic, while many are imported of which few are used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["no_building"]


@contextmanager
def no_building() -> Iterator[None]:
    """
    Models that are defined inside build their validators when they are first used, and not when they are defined.

    The SDK defines ninety, one within the other, and builds each for itself: a third of the time that its types take.
    `explain` needs one of them, that of all events, which builds the others within itself. What is asked of pydantic is
    its own `defer_build`, which models inherit; so it is set where all of them come from, while they are defined.
    """
    from pydantic import BaseModel, ConfigDict

    kept = BaseModel.model_config
    BaseModel.model_config = ConfigDict(**kept, defer_build=True)
    try:
        yield
    finally:
        BaseModel.model_config = kept
