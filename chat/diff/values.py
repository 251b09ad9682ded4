"""Where two JSON values differ, path by path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from chat.diff.align import align

__all__ = ["ABSENT", "Differing", "Twins", "differing", "fingerprint", "grown"]

ABSENT: Final = "(absent)"
"""In place of a value that is not there."""
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|\b[0-9a-fA-F]{32}\b")
_SHORTEST = 32
_DEEPEST = 100


class Differing(NamedTuple):
    """One place. `path` begins at `$`, in the new value where that has it; values that are not there are ABSENT."""

    path: str
    old: Any
    new: Any


class Twins:
    """Random ids of the old recording and the new one that stand in each other's places."""

    def __init__(self) -> None:
        self._new_of: dict[str, str] = {}
        self._old_of: dict[str, str] = {}

    def alike(self, old: str, new: str) -> bool:
        """Whether two texts differ in nothing but UUIDs, each of which has one counterpart in all of the recording."""
        if old == new and len(old) < _SHORTEST:
            return True
        olds, news = _UUID.findall(old), _UUID.findall(new)
        if not olds or len(olds) != len(news) or _UUID.sub("", old) != _UUID.sub("", new):
            return old == new
        return all(
            self._new_of.setdefault(one, other) == other and self._old_of.setdefault(other, one) == one
            for one, other in zip(olds, news, strict=True)
        )


def differing(old: Any, new: Any, twins: Twins, ignored: Callable[[str], Any], path: str = "$") -> Iterator[Differing]:
    """Every place in which two values differ that is not `ignored`."""
    if not ignored(path):
        yield from _differing(old, new, twins, ignored, path, 0)


def _differing(
    old: Any, new: Any, twins: Twins, ignored: Callable[[str], Any], path: str, depth: int
) -> Iterator[Differing]:
    if isinstance(old, dict) and isinstance(new, dict) and depth < _DEEPEST:
        for key in dict.fromkeys((*old, *new)):
            step = f"{path}.{key}" if key.isidentifier() else f"{path}[{json.dumps(key, ensure_ascii=False)}]"
            if not ignored(step):
                yield from _differing(old.get(key, ABSENT), new.get(key, ABSENT), twins, ignored, step, depth + 1)
    elif isinstance(old, list) and isinstance(new, list) and depth < _DEEPEST:
        for place, there in _entries(old, new):
            step = f"{path}[{there if there is not None else place}]"
            if not ignored(step):
                left = ABSENT if place is None else old[place]
                right = ABSENT if there is None else new[there]
                yield from _differing(left, right, twins, ignored, step, depth + 1)
    elif isinstance(old, str) and isinstance(new, str):
        if not twins.alike(old, new):
            yield Differing(path, old, new)
    elif isinstance(old, bool) is not isinstance(new, bool) or old != new:
        yield Differing(path, old, new)


def _entries(old: list[Any], new: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """The entries of two lists that belong together: place by place when there are as many."""
    if len(old) == len(new):
        yield from ((place, place) for place in range(len(old)))
        return
    yield from align([fingerprint(one) for one in old], [fingerprint(one) for one in new], *map(_kinds, (old, new)))


def _kinds(entries: list[Any]) -> list[str]:
    return [str(one.get("type", "object")) if isinstance(one, dict) else type(one).__name__ for one in entries]


def fingerprint(value: Any) -> str:
    """The same text for the same JSON."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def grown(old: Any, new: Any) -> bool:
    """Whether a value is another one with nothing but more at the end of its texts."""
    if isinstance(old, str) and isinstance(new, str):
        return new.startswith(old)
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(grown(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(grown, old, new))
    return type(old) is type(new) and bool(old == new)
