"""Changes made fewer: what only moved is one change, and so is what stood in several places and became the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chat.diff.model import Change
from chat.diff.values import fingerprint

__all__ = ["grouped", "with_moves"]


def with_moves(changes: Iterable[Change]) -> list[Change]:
    """Where the same is gone in one place and added in another, one change that says so."""
    changes = list(changes)
    gone: dict[tuple[str, str], list[int]] = {}
    for place, change in enumerate(changes):
        if change.kind == "gone" and not change.path:
            gone.setdefault((change.where, fingerprint(change.old)), []).append(place)
    if not gone:
        return changes
    moved: dict[int, int] = {}
    for place, change in enumerate(changes):
        if change.kind == "added" and not change.path:
            places = gone.get((change.where, fingerprint(change.new)))
            if places:
                moved[place] = places.pop(0)
    dropped = set(moved.values())
    return [
        replace(change, kind="moved", old=changes[moved[place]].old, old_event=changes[moved[place]].old_event)
        if place in moved
        else change
        for place, change in enumerate(changes)
        if place not in dropped
    ]


def grouped(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The first of all changes from one value to one other, with the places of the rest."""
    found: dict[tuple[str, str, str] | int, Change] = {}
    also: dict[tuple[str, str, str] | int, list[str]] = {}
    for place, change in enumerate(changes):
        key: tuple[str, str, str] | int = place
        if change.kind == "changed" and change.path:
            key = change.kind, fingerprint(change.old), fingerprint(change.new)
        if key in found:
            also.setdefault(key, []).append(f"{change.where}, {change.path}")
        else:
            found[key] = change
    return tuple(replace(change, also=tuple(also[key])) if key in also else change for key, change in found.items())
