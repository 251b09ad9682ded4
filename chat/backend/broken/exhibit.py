"""What stands in the gallery: a broken backend, and how to meet it.

An exhibit is a class made from `GoodBackend`, with one thing changed, under a decorator that says which rule names it:

    @broken("transport/truncated", "An exception after the 200")
    class Truncated(GoodBackend):
        async def body(self, events): ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from chat.backend.broken.good import GoodBackend

__all__ = ["Exhibit", "broken", "broken_in", "exhibit_of"]

Headers = tuple[tuple[str, str], ...]
_Class = TypeVar("_Class", bound=type[GoodBackend])
_MARK = "gallery_exhibit"


class Exhibit(NamedTuple):
    """One broken backend."""

    rule_id: str
    label: str
    """What is wrong with it, in a few words."""
    message: str
    """What to say to it."""
    path: str
    """Where it is, from the root of the application: `/broken/<rule id>/chatkit`."""
    headers: Headers = ()
    """What has to be sent along with every request for the fault to show."""
    second_headers: Headers = ()
    """Another user's credentials."""
    then: str = ""
    """What a person has to do after the answer, for the fault to show; "" where the answer or a check shows it."""


def broken(
    rule_id: str,
    label: str,
    *,
    message: str = "What is on my list today?",
    headers: Headers = (),
    second_headers: Headers = (),
    then: str = "",
) -> Callable[[_Class], _Class]:
    """Puts the decorated class into the gallery."""
    exhibit = Exhibit(rule_id, label, message, f"/broken/{rule_id}/chatkit", headers, second_headers, then)

    def mark(backend: _Class) -> _Class:
        setattr(backend, _MARK, exhibit)
        return backend

    return mark


def exhibit_of(backend: type[GoodBackend]) -> Exhibit:
    """The exhibit that the decorator wrote on a class."""
    exhibit: Exhibit = getattr(backend, _MARK)
    return exhibit


def broken_in(module: Any) -> tuple[type[GoodBackend], ...]:
    """The broken backends written in a module, in the order of the text."""
    return tuple(value for value in vars(module).values() if isinstance(value, type) and _MARK in vars(value))
