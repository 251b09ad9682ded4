"""
How the embedded backend tells the client beside it that a failure is the workbench's, or its machine's.

Whose fault it is, is believed of nobody else: a backend that sends the same header is as much at fault as any other.
So the header has a word that only this process knows. To another process, like `check`, it is a failure of the backend.
"""

import secrets

__all__ = ["FAILURE_HEADER", "of_its_store", "said_by_itself"]

FAILURE_HEADER = "x-workbench-failure"
"""On answers that are the workbench's own: why there is none of a backend's."""

_WORD = secrets.token_urlsafe(12)


def of_its_store() -> dict[str, str]:
    """The header of answers of the embedded backend whose store did not do what it was asked to."""
    return {FAILURE_HEADER: f"store {_WORD}"}


def said_by_itself(header: str | None) -> bool:
    """Whether this value of `FAILURE_HEADER` is what `of_its_store` gives in this process."""
    return header == of_its_store()[FAILURE_HEADER]
